"""Prediction, RiskModel, PublishedModel, training, model directories, the shipped models."""

from perinatal.models.catalogue import available_models, load_model, load_trained, read_model, trained
from perinatal.models.directory import write_model
from perinatal.models.fitting import fit
from perinatal.models.pipeline import make_pipeline
from perinatal.models.prediction import Prediction
from perinatal.models.published_score import PublishedModel
from perinatal.models.risk_model import RiskModel

__all__ = [
    "Prediction",
    "PublishedModel",
    "RiskModel",
    "available_models",
    "fit",
    "load_model",
    "load_trained",
    "make_pipeline",
    "read_model",
    "trained",
    "write_model",
]
