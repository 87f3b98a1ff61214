"""What a study found, step by step, and what was planned against what was done."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from coprod_stats.measurement import ItemAnalysis, Reliability, ScaleCorrelations
from coprod_stats.plans.model import ModelColumn
from coprod_stats.quality import Flags, Missingness
from coprod_stats.responses.putting_together import PartCount
from coprod_stats.responses.table import Responses
from coprod_stats.results import NotebookTables
from coprod_stats.scoring import Scores
from coprod_stats.structure import PathTests
from coprod_stats.study.plan_reading import Plan
from coprod_stats.study.sample_flow import SampleFlow


@dataclass(frozen=True, slots=True)
class Deviation:
    """Something that was planned and something else that was done, with the reason."""

    planned: str
    done: str
    reason: str


ENGINE_TOLERANCE = 1e-4
"""Largest difference between two engines' standardised estimates that still is agreement."""


@dataclass(frozen=True, slots=True)
class EngineAgreement:
    """How far the first engine is from the second on the same rows.

    Attributes
    ----------
    term : str
        The parameter with the largest difference.
    difference : float
        That difference, of standardised estimates.
    """

    term: str
    difference: float

    @property
    def agrees(self) -> bool:
        """Whether the engines agree within ``ENGINE_TOLERANCE``."""
        return abs(self.difference) <= ENGINE_TOLERANCE


@dataclass(frozen=True, slots=True)
class ColumnResult(NotebookTables):
    """One way of estimating the hypothesised paths: what came of it, or why nothing did.

    Attributes
    ----------
    n_sample : int
        Respondents whom the column is about; the tests tell how many rows they analysed.
    agreement : EngineAgreement, optional
        Where the column's engine is the second one: the first engine held against it.
    """

    column: ModelColumn
    n_sample: int
    tests: PathTests | None
    reason: str = ""
    agreement: EngineAgreement | None = None

    def tidy(self) -> pd.DataFrame:
        """One row per hypothesis; empty where the column could not be estimated."""
        table = pd.DataFrame() if self.tests is None else self.tests.tidy()
        return table.assign(column=self.column.column)

    def glance(self) -> pd.DataFrame:
        """One row: the column, its respondents and its fit."""
        head = pd.DataFrame(
            {
                "column": [self.column.column],
                "title": [self.column.title],
                "role": [self.column.role],
                "n_sample": [self.n_sample],
                "reason": [self.reason],
            }
        )
        return head if self.tests is None else pd.concat([head, self.tests.glance()], axis=1)


@dataclass(frozen=True, eq=False, slots=True)
class StudyResult:
    """A study carried out.

    Attributes
    ----------
    responses : Responses
        Everybody whose row was kept.
    analysed : Responses
        The plan's respondents without those whom quality excludes.
    flags : Flags
        Of the plan's respondents.
    missing : Missingness
        Missing answers of the plan's respondents.
    scores, items, reliability, correlations
        Of the analysed respondents.
    columns : tuple of ColumnResult
        The hypothesised paths, column by column of the plan.
    samples : tuple of PartCount
        Respondents of each sample that was put together; empty where the plan has one file.
    """

    plan: Plan
    responses: Responses
    analysed: Responses
    sample: SampleFlow
    classes: pd.Series
    missing: Missingness
    flags: Flags
    scores: Scores
    items: ItemAnalysis
    reliability: Reliability
    correlations: ScaleCorrelations
    columns: tuple[ColumnResult, ...]
    deviations: tuple[Deviation, ...]
    samples: tuple[PartCount, ...] = ()

    @property
    def title(self) -> str:
        """Title of the plan."""
        return self.plan.form.title

    @property
    def engines_agree(self) -> bool:
        """Whether no second engine contradicts the first."""
        return all(entry.agreement is None or entry.agreement.agrees for entry in self.columns)

    @property
    def headline_column(self) -> ColumnResult:
        """The confirmatory column if it was estimated, else the first one that was.

        A column that stands in for the confirmatory one is told among the deviations.
        """
        confirmatory = next(entry for entry in self.columns if entry.column.role == "confirmatory")
        if confirmatory.tests is not None:
            return confirmatory
        return next((entry for entry in self.columns if entry.tests is not None), confirmatory)

    def headline(self) -> pd.DataFrame:
        """One row per hypothesis of the headline column."""
        table = self.headline_column.tidy()
        if table.empty:
            return table
        table["path"] = table["predictor"] + " → " + table["outcome"]
        return table

    def headline_note(self) -> str:
        """Describe what the headline rests on."""
        entry, rules = self.headline_column, self.plan.form.inference
        if entry.tests is None:
            return f"No column could be estimated: {entry.reason}"
        n_tests = len(entry.tests.paths)
        role = "" if entry.column.role == "confirmatory" else "Not the confirmatory column. "
        return (
            f"{role}{entry.column.title}: {entry.tests.n_analysed:,} respondents analysed of "
            f"{entry.n_sample:,} in the column and {self.responses.n_respondents:,} in the file. "
            f"{rules.adjustment.capitalize()} over {n_tests}; equivalent: |beta| shown to be below "
            f"{rules.smallest_effect:g}.{self._pooling_note()}"
        )

    def _pooling_note(self) -> str:
        gate = self.plan.gate
        if gate is None:
            return ""
        brought = ", ".join(f"{part.label} ({part.n_respondents:,})" for part in self.samples)
        names = dict.fromkeys(obstacle.name for obstacle in gate.decision.accepted)
        accepted = f" Accepted in the plan: {'; '.join(names)}." if names else ""
        left_out = f" Not pooled: {', '.join(gate.left_out)}." if gate.left_out else ""
        return f" Put together from {brought}.{accepted}{left_out}"
