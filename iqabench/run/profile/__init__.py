"""Measuring cost: several models at several sizes on one device, each cost a record."""

from iqabench.run.profile.measure import costs_of, latency_ratio
from iqabench.run.profile.options import DEFAULT_PROBES, Profile, ProfileOptions
from iqabench.run.profile.profile import profile, profile_cells

__all__ = [
    "DEFAULT_PROBES",
    "Profile",
    "ProfileOptions",
    "costs_of",
    "latency_ratio",
    "profile",
    "profile_cells",
]
