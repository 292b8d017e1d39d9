"""Published scores, declared with every number, source and worked example, and answered as their authors meant."""

from perinatal.scores.published_model import PublishedModel

__all__ = ["PublishedModel"]
