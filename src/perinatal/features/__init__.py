"""Declared derived features, and the stateless transformer that refuses leaks."""

from perinatal.features.builder import FeatureBuilder, encoded, resolve
from perinatal.features.derived import DERIVED, Derived, Feature, feature

__all__ = ["DERIVED", "Derived", "Feature", "FeatureBuilder", "encoded", "feature", "resolve"]
