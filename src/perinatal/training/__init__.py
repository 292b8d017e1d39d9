"""Training a model on a cohort: the audit, the folds, the candidates and the choice between them."""

from perinatal.training.fitting import fit
from perinatal.training.options import FitOptions
from perinatal.training.pipeline import make_pipeline

__all__ = ["FitOptions", "fit", "make_pipeline"]
