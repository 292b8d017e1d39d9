"""How the shipped models are made: declarations, and the command that carries them out."""

from perinatal.recipes.declared import RECIPES, Recipe, Rows, Source, Test
from perinatal.recipes.training import Development, development, tested, train

__all__ = ["RECIPES", "Development", "Recipe", "Rows", "Source", "Test", "development", "tested", "train"]
