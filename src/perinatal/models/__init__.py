"""RiskModel, Prediction and Explanation; features, scorers, model directories and cards."""

from perinatal.models.directory import write_model
from perinatal.models.explanation import Explanation
from perinatal.models.feature_builder import FeatureBuilder
from perinatal.models.prediction import Prediction
from perinatal.models.risk_model import RiskModel

__all__ = ["Explanation", "FeatureBuilder", "Prediction", "RiskModel", "write_model"]
