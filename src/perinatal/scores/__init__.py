"""Published scores, each declared with its numbers, sources and worked examples, and computed as published."""

from perinatal.scores.published_model import PublishedModel

__all__ = ["PublishedModel"]
