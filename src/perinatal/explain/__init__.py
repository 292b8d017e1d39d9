"""What raised a risk, what lowered it, and by how much."""

from perinatal.explain.explanation import Explanation, additive_error, shown_value

__all__ = ["Explanation", "additive_error", "shown_value"]
