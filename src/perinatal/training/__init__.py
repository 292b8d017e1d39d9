"""Training a model on a cohort: the audit, the folds, the candidates and the choice between them."""

from perinatal.training.fitting import fit
from perinatal.training.pipeline import make_pipeline

__all__ = ["fit", "make_pipeline"]
