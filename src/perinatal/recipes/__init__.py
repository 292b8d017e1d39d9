"""How the models are made: declarations, and the command that carries them out."""

from collections.abc import Mapping
from types import MappingProxyType

from perinatal.recipes.brazil import BRAZIL_RECIPES
from perinatal.recipes.recipe import Recipe, Source, Validation
from perinatal.recipes.training import Development, development, evaluated_on, train, with_record
from perinatal.recipes.us import US_RECIPES
from perinatal.training.eligibility import Rows

__all__ = [
    "RECIPES",
    "Development",
    "Recipe",
    "Rows",
    "Source",
    "Validation",
    "development",
    "evaluated_on",
    "train",
    "with_record",
]

RECIPES: Mapping[str, Recipe] = MappingProxyType({recipe.id: recipe for recipe in (*US_RECIPES, *BRAZIL_RECIPES)})
"""Every recipe by the id of its model."""
