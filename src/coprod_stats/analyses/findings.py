"""Findings on single relations, before and after their family is adjusted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields

import pandas as pd

from coprod_stats.literals import AnalysisRole, Conclusion, ExpectedSign, HypothesisKind
from coprod_stats.plans.hypotheses import Hypothesis, Relation

NAN = math.nan
NOT_BEYOND_EVALUATION = "not beyond a general evaluation"
"""Why a relation that its own tests support is inconclusive where unstated paths are as strong."""
SHARED_MEANING = "rests on items that share a meaning"
"""Why it is where it does not differ from zero once the residuals of such items are freed."""
CARELESS_ANSWERS = "rests on careless answers"
UNKNOWN_ANSWERS = "depends on what don't-knows stand for"
SELECTED_RESPONDENTS = "depends on who was asked"
UNLIKE_QUESTIONS = "rests on questions that groups answer otherwise"
REVERSE_WORDING = "rests on how reverse-worded questions are answered"
OTHER_ANSWERS = (
    CARELESS_ANSWERS,
    UNKNOWN_ANSWERS,
    SELECTED_RESPONDENTS,
    UNLIKE_QUESTIONS,
    REVERSE_WORDING,
)
"""Why a relation on which its own tests decide is inconclusive where another assumption about the
answers, which they do not exclude, would decide otherwise."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The test of one relation of one hypothesis in one specification, or why there is none.

    Attributes
    ----------
    id : str
        That of the relation; the hypothesis's own where it claims only one.
    specification : str
        Id of the specification; empty where the analysis has none.
    estimate, std_error, statistic, df, p_value, conf_low, conf_high : float
        On the scale of the analysis; NaN where it has none. ``df`` is infinite for the normal
        distribution.
    std_all, std_all_se, std_all_conf_low, std_all_conf_high : float
        Standardised effect; NaN where there is none.
    conf_low_90, conf_high_90, p_equivalence : float
        Interval of level 1 - 2 alpha of the standardised effect, and the p value of the two
        one-sided tests that it is smaller than the plan's smallest effect size of interest.
    is_negligible : bool, optional
        Whether the effect is negligible by the measure of the analysis, where that is not a
        standardised effect.
    gate : str
        Why it is inconclusive although its own tests decide: the stated paths as a whole are no
        stronger than unstated ones, it rests on items that share a meaning, or it would not hold
        under another assumption about the answers.
    reason : str
        Why there is no estimate; empty where there is one.
    family, family_size, p_adjusted, p_equivalence_adjusted, conclusion
        Set when all analyses have run.
    """

    id: str
    hypothesis: str
    predictor: str
    outcome: str
    expected_sign: ExpectedSign
    kind: HypothesisKind
    analysis: str
    specification: str
    role: AnalysisRole
    n_analysed: int = 0
    estimate: float = NAN
    std_error: float = NAN
    statistic: float = NAN
    df: float = NAN
    p_value: float = NAN
    conf_low: float = NAN
    conf_high: float = NAN
    std_all: float = NAN
    std_all_se: float = NAN
    std_all_conf_low: float = NAN
    std_all_conf_high: float = NAN
    conf_low_90: float = NAN
    conf_high_90: float = NAN
    p_equivalence: float = NAN
    p_equivalence_adjusted: float = NAN
    smallest_bound: float = NAN
    r_squared: float = NAN
    is_negligible: bool | None = None
    gate: str = ""
    reason: str = ""
    family: str = ""
    family_size: int = 0
    p_adjusted: float = NAN
    conclusion: Conclusion = "not-estimated"

    @property
    def verdict(self) -> str:
        """The conclusion in words; an inconclusive one with the smallest bound that is excluded."""
        if self.gate:
            return f"{self.conclusion} ({self.gate})"
        if self.conclusion == "inconclusive" and not math.isnan(self.smallest_bound):
            return f"inconclusive (|beta| < {self.smallest_bound:.2f})"
        return {
            "supported-negligible": "supported, but negligible",
            "not-estimated": "not estimated",
        }.get(self.conclusion, self.conclusion)


def finding_head(
    hypothesis: Hypothesis,
    relation: Relation,
    *,
    analysis: str,
    role: AnalysisRole,
    specification: str = "",
    reason: str = "",
) -> Finding:
    """Return the finding of a relation without its numbers."""
    return Finding(
        id=relation.id,
        hypothesis=hypothesis.id,
        predictor=relation.predictor,
        outcome=relation.outcome,
        expected_sign=relation.sign,
        kind=hypothesis.kind,
        analysis=analysis,
        specification=specification,
        role=role,
        reason=reason,
    )


def claims_noun(findings: Sequence[Finding]) -> str:
    """Return what the findings are about, in their number.

    Hypotheses are counted only where each claims a single relation: one with several is supported
    by none of its relations alone.
    """
    if len({finding.hypothesis for finding in findings}) < len(findings):
        return "relation" if len(findings) == 1 else "relations"
    return "hypothesis" if len(findings) == 1 else "hypotheses"


def findings_table(findings: Sequence[Finding]) -> pd.DataFrame:
    """Return a row per finding, with every column even if there is no finding."""
    columns = [field.name for field in fields(Finding)]
    table = pd.DataFrame([asdict(finding) for finding in findings], columns=columns)
    table.insert(0, "term", [f"{entry.predictor} → {entry.outcome}" for entry in findings])
    return table.assign(verdict=[finding.verdict for finding in findings])
