"""How the shipped models are made: declarations, and the command that carries them out."""

from perinatal.recipes.declared import RECIPES, Recipe, Rows, Source, Validation
from perinatal.recipes.training import Development, development, evaluated_on, train

__all__ = ["RECIPES", "Development", "Recipe", "Rows", "Source", "Validation", "development", "evaluated_on", "train"]
