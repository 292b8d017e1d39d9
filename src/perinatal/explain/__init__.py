"""What raised a risk, what lowered it, and by how much."""

from perinatal.explain.explanation import Explanation, Part, additive_error, decoded, shown_value
from perinatal.explain.reasons import Reasons

__all__ = ["Explanation", "Part", "Reasons", "additive_error", "decoded", "shown_value"]
