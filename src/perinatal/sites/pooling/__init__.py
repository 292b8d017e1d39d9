"""Hospitals together: each writes one small file of counts, and a model is evaluated and updated for all of them."""

from perinatal.sites.pooling.pooled import PooledSites, pool
from perinatal.sites.pooling.site import SiteSummary
from perinatal.sites.pooling.summarising import summarise

__all__ = ["PooledSites", "SiteSummary", "pool", "summarise"]
