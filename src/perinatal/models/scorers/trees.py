"""Reads trees before XGBoost does: its own reader trusts what it is given, and a wrong node number ends the process."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from perinatal.errors import CorruptModel
from perinatal.models.derived_features import Feature
from perinatal.vocabulary import Category

TREES_FILE = "trees.json"
DEEPEST = 32  # levels; TreeSHAP calls itself once for each
LEAF = -1
NO_PARENT = 2**31 - 1
_BASE_SCORE = re.compile(r"\[?[+-]?\d{1,20}(\.\d{1,20})?(E[+-]?\d{1,2})?\]?", re.ASCII)
_LARGEST_SINGLE = float(np.finfo(np.float32).max)


def feature_types(features: Sequence[Feature]) -> list[str]:
    """XGBoost's types: ``c`` for words without an order, ``q`` for all that has one."""
    return ["c" if isinstance(f.kind, Category) and not f.kind.ordered else "q" for f in features]


def check_trees(trees: bytes, features: Sequence[Feature]) -> None:
    """Raise :class:`~perinatal.errors.CorruptModel` unless every node is one that XGBoost can follow safely.

    Checked are the lengths of all arrays, that children come after their parent and name it, features and levels
    within those declared, and finite numbers; also that the model is what we train (a binary logistic ``gbtree``).
    """
    try:
        content = json.loads(trees, object_pairs_hook=_reject_repeated_keys)
        learner = content["learner"]
        booster = learner["gradient_booster"]
        model, param = booster["model"], learner["learner_model_param"]
        grown_trees = model["trees"]
        types = feature_types(features)
        levels = [len(f.levels) if type_ == "c" else 0 for f, type_ in zip(features, types, strict=True)]
        sound = (
            (booster["name"], learner["objective"]["name"]) == ("gbtree", "binary:logistic")
            and param["num_feature"] == str(len(features))
            and (param["num_class"], param["num_target"]) == ("0", "1")
            and _BASE_SCORE.fullmatch(param["base_score"]) is not None
            and learner["feature_types"] == types
            and learner["attributes"] == {}
            and learner["feature_names"] == []
            and not any(model["cats"].values())
            and model["gbtree_model_param"] == {"num_parallel_tree": "1", "num_trees": str(len(grown_trees))}
            and model["iteration_indptr"] == list(range(len(grown_trees) + 1))
            and model["tree_info"] == [0] * len(grown_trees)
            and all(tree["id"] == number for number, tree in enumerate(grown_trees))
            and all(_is_sound(tree, levels) for tree in grown_trees)
        )
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError) as failure:
        raise CorruptModel(f"{TREES_FILE} does not hold trees.") from failure
    if not sound:
        raise CorruptModel(f"{TREES_FILE} does not hold trees that can be followed safely, or not for these features.")


def _reject_repeated_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object without repeated keys: of two equal keys, another reader may use the other one."""
    content = dict(pairs)
    if len(content) != len(pairs):
        raise ValueError("a key is repeated")
    return content


def _is_sound(tree: Mapping[str, Any], levels: Sequence[int]) -> bool:
    return _columns_are_sound(tree, len(levels)) and _nodes_are_sound(tree, levels) and _levels_are_sound(tree, levels)


def _columns_are_sound(tree: Mapping[str, Any], features: int) -> bool:
    """Whether every column has a number of the right kind for each node, and the first node is the root."""
    count = len(tree["left_children"])
    param = {"num_deleted": "0", "num_feature": str(features), "num_nodes": str(count), "size_leaf_vector": "1"}
    integers = ("left_children", "right_children", "parents", "split_indices", "split_type", "default_left")
    numbers = ("base_weights", "loss_changes", "split_conditions", "sum_hessian")
    return (
        count > 0
        and tree["tree_param"] == param
        and all(_are_integers(tree[name]) and len(tree[name]) == count for name in integers)
        and all(_are_numbers(tree[name]) and len(tree[name]) == count for name in numbers)
        and set(tree["split_type"]) <= {0, 1}
        and set(tree["default_left"]) <= {0, 1}
        and tree["parents"][0] == NO_PARENT
    )


def _nodes_are_sound(tree: Mapping[str, Any], levels: Sequence[int]) -> bool:
    """Whether each node but the root is reached once, from above, within the depth; and each split is of a feature."""
    left, right, parents = tree["left_children"], tree["right_children"], tree["parents"]
    split, kinds = tree["split_indices"], tree["split_type"]
    count = len(left)
    depth = [0] * count
    reached = 1
    for node in range(count):
        one, other = left[node], right[node]
        if one == other == LEAF:
            if kinds[node]:
                return False
            continue
        if not (node < one < count and node < other < count and one != other and depth[node] < DEEPEST):
            return False
        if not (parents[one] == parents[other] == node and 0 <= split[node] < len(levels)):
            return False
        if kinds[node] and not levels[split[node]]:
            return False
        depth[one] = depth[other] = depth[node] + 1
        reached += 2
    return reached == count


def _levels_are_sound(tree: Mapping[str, Any], levels: Sequence[int]) -> bool:
    categories, nodes = tree["categories"], tree["categories_nodes"]
    starts, sizes = tree["categories_segments"], tree["categories_sizes"]
    if not all(_are_integers(column) for column in (categories, nodes, starts, sizes)):
        return False
    if nodes != [node for node, kind in enumerate(tree["split_type"]) if kind]:
        return False
    end = 0
    for node, start, size in zip(nodes, starts, sizes, strict=True):
        if start != end or size < 1:
            return False
        end += size
        if not all(0 <= level < levels[tree["split_indices"][node]] for level in categories[start:end]):
            return False
    return end == len(categories)


def _are_integers(column: object) -> bool:
    return type(column) is list and set(map(type, column)) <= {int}


def _are_numbers(column: object) -> bool:
    return (
        type(column) is list
        and set(map(type, column)) <= {int, float}
        and all(-_LARGEST_SINGLE <= number <= _LARGEST_SINGLE for number in column)
    )
