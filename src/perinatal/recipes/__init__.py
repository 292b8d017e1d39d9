"""How the models are made: declarations, and the command that carries them out."""

from collections.abc import Mapping
from types import MappingProxyType

from perinatal.recipes.brazil import BRAZIL_RECIPES
from perinatal.recipes.recipe import EvaluationCohort, Recipe, RegisterFile
from perinatal.recipes.training import Development, read_development, renew_record, train
from perinatal.recipes.us import US_RECIPES
from perinatal.training.eligibility import EligibilityRule

__all__ = [
    "RECIPES",
    "Development",
    "EligibilityRule",
    "EvaluationCohort",
    "Recipe",
    "RegisterFile",
    "read_development",
    "renew_record",
    "train",
]

RECIPES: Mapping[str, Recipe] = MappingProxyType({recipe.id: recipe for recipe in (*US_RECIPES, *BRAZIL_RECIPES)})
"""Every recipe by the id of its model."""
