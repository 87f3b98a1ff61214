"""The share of respondents who are flagged as careless, with its interval."""

from __future__ import annotations

from dataclasses import dataclass

from coprod_stats.quality.flags import Flags

HARMFUL_SHARE = 0.05
"""Share of careless respondents from which correlations have been shown to change (Credé, 2010)."""


@dataclass(frozen=True, slots=True)
class FlaggedShare:
    """How many respondents are flagged, and the interval of the share by Clopper and Pearson."""

    n: int
    n_flagged: int
    conf_low: float
    conf_high: float

    @property
    def share(self) -> float:
        """Share of those flagged."""
        return self.n_flagged / self.n

    @property
    def is_harmful(self) -> bool:
        """Whether the whole interval lies above `HARMFUL_SHARE`."""
        return self.conf_low > HARMFUL_SHARE


def flagged_share(flags: Flags, *, conf_level: float = 0.95) -> FlaggedShare | None:
    """Return the share flagged; None where the form allows no flags, or nobody answered.

    References
    ----------
    Credé, M. (2010). Random responding as a threat to the validity of effect size estimates in
    correlational research. Educational and Psychological Measurement, 70(4), 596-612.

    Clopper, C. J., & Pearson, E. S. (1934). The use of confidence or fiducial limits illustrated in
    the case of the binomial. Biometrika, 26(4), 404-413.
    """
    # half a second to import
    from scipy.stats import binomtest

    n, n_flagged = len(flags.flagged), int(flags.flagged.sum())
    if not flags.decisive or not n:
        return None
    interval = binomtest(n_flagged, n).proportion_ci(conf_level)
    return FlaggedShare(n, n_flagged, float(interval.low), float(interval.high))
