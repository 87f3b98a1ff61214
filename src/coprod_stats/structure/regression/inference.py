"""Tests and intervals of estimates that are asymptotically normal."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coprod_stats.results import TIDY_COLUMNS


def inference_table(
    terms: Sequence[str],
    estimate: NDArray[np.float64],
    std_error: NDArray[np.float64],
    *,
    df: float,
    conf_level: float,
) -> pd.DataFrame:
    """Return one row per term with two-sided tests of 0 and intervals, from t on ``df``.

    Infinite ``df`` is the normal distribution; where the standard error is missing so are test
    and interval.
    """
    # half a second to import
    from scipy.stats import t as student

    critical = float(student.ppf((1 + conf_level) / 2, df))
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = estimate / std_error
    return pd.DataFrame(
        {
            "term": list(terms),
            "estimate": estimate,
            "std_error": std_error,
            "statistic": statistic,
            "df": df,
            "p_value": 2 * student.sf(np.abs(statistic), df),
            "conf_low": estimate - critical * std_error,
            "conf_high": estimate + critical * std_error,
        },
        columns=list(TIDY_COLUMNS),
    )
