"""Data quality: missing answers, careless responding, eligibility."""

from coprod_stats.quality.careless_indices import CarelessIndices, careless_indices
from coprod_stats.quality.flags import FLAG_RULES, FlagRule, FlagRules, Flags, flag_careless
from coprod_stats.quality.mcar import McarTest, little_mcar_test
from coprod_stats.quality.missingness import Missingness, missingness
from coprod_stats.quality.screening import Screening, screening

__all__ = [
    "FLAG_RULES",
    "CarelessIndices",
    "FlagRule",
    "FlagRules",
    "Flags",
    "McarTest",
    "Missingness",
    "Screening",
    "careless_indices",
    "flag_careless",
    "little_mcar_test",
    "missingness",
    "screening",
]
