"""Outcome rates of a survey from its final dispositions."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from coprod_stats.plans.model import Dispositions
from coprod_stats.results import NotebookTables


@dataclass(frozen=True, slots=True)
class OutcomeRates(NotebookTables):
    """Shares of the cases of a sample, by the definitions of the AAPOR.

    Attributes
    ----------
    n_cases : int
        Cases of the sample, those of unknown eligibility included.
    response_rate_1 : float
        Complete interviews among all cases, RR1.
    response_rate_2 : float
        Complete and partial interviews among all cases, RR2.
    cooperation_rate : float
        Complete interviews among the cases that were reached, COOP1.
    refusal_rate : float
        Refusals among all cases, REF1.
    contact_rate : float
        Cases that were reached among all cases, CON1.
    """

    n_cases: int
    response_rate_1: float
    response_rate_2: float
    cooperation_rate: float
    refusal_rate: float
    contact_rate: float

    def tidy(self) -> pd.DataFrame:
        """Return a row per rate."""
        rates = {
            "RR1": self.response_rate_1,
            "RR2": self.response_rate_2,
            "COOP1": self.cooperation_rate,
            "REF1": self.refusal_rate,
            "CON1": self.contact_rate,
        }
        return pd.DataFrame({"term": list(rates), "estimate": list(rates.values())})

    def glance(self) -> pd.DataFrame:
        """Return one row: the number of cases and the response rate."""
        return pd.DataFrame({"n_cases": [self.n_cases], "response_rate_1": [self.response_rate_1]})

    def __str__(self) -> str:
        return f"Outcome rates of {self.n_cases:,} cases: RR1 = {self.response_rate_1:.3f}"


def outcome_rates(cases: Dispositions) -> OutcomeRates:
    """Compute outcome rates from final dispositions.

    With complete (I) and partial interviews (P), refusals (R), cases not reached (NC), other
    eligible cases (O) and cases of unknown eligibility (U), of which all are counted as eligible:
    RR1 = I / (I + P + R + NC + O + U), RR2 = (I + P) / (I + P + R + NC + O + U),
    COOP1 = I / (I + P + R + O), REF1 = R / (I + P + R + NC + O + U) and
    CON1 = (I + P + R + O) / (I + P + R + NC + O + U).

    References
    ----------
    American Association for Public Opinion Research (2023). Standard definitions: Final
    dispositions of case codes and outcome rates for surveys (10th ed.).
    """
    reached = cases.complete + cases.partial + cases.refusal + cases.other
    everybody = reached + cases.noncontact + cases.unknown
    return OutcomeRates(
        n_cases=everybody,
        response_rate_1=cases.complete / everybody,
        response_rate_2=(cases.complete + cases.partial) / everybody,
        cooperation_rate=cases.complete / reached,
        refusal_rate=cases.refusal / everybody,
        contact_rate=reached / everybody,
    )
