"""A plan carried out: every step in order, into one result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from coprod_stats.errors import Fault
from coprod_stats.measurement import (
    ScaleCorrelations,
    item_analysis,
    reliability,
    scale_correlations,
)
from coprod_stats.plans.model import ModelColumn, Respondents
from coprod_stats.quality import FLAG_RULES, Flags, flag_careless, missingness
from coprod_stats.responses.putting_together import Part, PartCount, put_together
from coprod_stats.responses.reading import read_responses
from coprod_stats.responses.table import Responses
from coprod_stats.scoring import Scores, score
from coprod_stats.study.columns import estimate_column
from coprod_stats.study.plan_reading import Plan, PlanError, read_plan
from coprod_stats.study.result import ColumnResult, Deviation, StudyResult
from coprod_stats.study.sample_flow import SampleFlow

Progress = Callable[[int, int, str], None]


def carry_out(
    plan: str | Path,
    *,
    data: str | Path | None = None,
    progress: Progress | None = None,
    workers: int = 1,
) -> StudyResult:
    """Carry out a study plan.

    Parameters
    ----------
    plan : str or Path
        Id of a shipped plan or path of one.
    data : str or Path, optional
        Answers instead of those that the plan names.
    progress : callable, optional
        Told the steps done, their number and what comes next.
    workers : int
        Processes among which the columns are shared; the numbers are the same.

    Raises
    ------
    PlanError, ResponsesError
        If the plan or the file of answers has faults.
    """
    read = read_plan(plan)
    steps = _Steps(progress, 5 + len(read.form.model.columns))
    steps.next("reading answers")
    responses, samples = _answers(read, data)
    classes = _classes(responses)
    steps.next("answer quality")
    sample = _sample(read.form.respondents, read, responses, classes)
    analysed = sample.careful if read.form.quality.exclude_flagged else sample.chosen
    steps.next("missing answers")
    missing = missingness(sample.chosen)
    steps.next("scores and items")
    scores, items = score(analysed), item_analysis(analysed)
    steps.next("reliability")
    reliabilities = reliability(analysed)
    tasks = []
    for column in read.form.model.columns:
        other = column.respondents
        own = sample if other is None else _sample(other, read, responses, classes)
        tasks.append((column, _respondents_of(column, read, own)))
    columns = _estimated(read, tasks, steps, workers)
    return StudyResult(
        plan=read,
        responses=responses,
        analysed=analysed,
        sample=_flow(responses, sample.chosen, analysed, read),
        classes=classes,
        missing=missing,
        flags=sample.flags,
        scores=scores,
        items=items,
        reliability=reliabilities,
        correlations=_correlations(scores),
        columns=tuple(columns),
        deviations=_deviations(columns),
        samples=samples,
    )


def _answers(plan: Plan, data: str | Path | None) -> tuple[Responses, tuple[PartCount, ...]]:
    """Read the answers of a plan: one file, or its samples, which have passed the gate."""
    if plan.form.data.file is not None:
        file = plan.beside(plan.form.data.file) if data is None else Path(data)
        return read_responses(file, plan.instrument), ()
    if data is not None:
        raise PlanError(
            [
                Fault(
                    "POOL-003",
                    "the plan puts samples together, and one file was given instead",
                    "Leave '--data' out, or name the files in the plan.",
                    plan.path.name,
                ),
            ]
        )
    parts = [
        Part(
            sample.label, read_responses(plan.beside(sample.file), sample.instrument), sample.where
        )
        for sample in plan.samples
    ]
    return put_together(parts, plan.instrument)


def _estimated(
    plan: Plan, tasks: list[tuple[ModelColumn, Responses]], steps: _Steps, workers: int
) -> list[ColumnResult]:
    """Estimate the columns, one after the other or shared among processes."""
    found: list[ColumnResult] = []
    if workers == 1:
        for column, respondents in tasks:
            steps.next(column.title)
            found.append(estimate_column(column, plan, respondents))
        return found
    # a tenth of a second to import
    from joblib import Parallel, delayed

    jobs = (delayed(estimate_column)(column, plan, people) for column, people in tasks)
    for result in Parallel(n_jobs=workers, return_as="generator")(jobs):
        steps.next(result.column.title)
        found.append(result)
    return found


@dataclass(frozen=True, eq=False, slots=True)
class _Sample:
    """Respondents chosen by a plan, and those of them who answered with care."""

    chosen: Responses
    flags: Flags

    @property
    def careful(self) -> Responses:
        return self.chosen.subset(~self.flags.flagged)


class _Steps:
    """Tells how far the study has come."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self.progress, self.total, self.done = progress, total, 0

    def next(self, what: str) -> None:
        if self.progress is not None:
            self.progress(self.done, self.total, what)
        self.done += 1


def _classes(responses: Responses) -> pd.Series:
    if responses.instrument.classification is None:
        return pd.Series("everyone", index=responses.answers.index, name="class")
    return responses.classes()


def _sample(rule: Respondents, plan: Plan, responses: Responses, classes: pd.Series) -> _Sample:
    keep = np.ones(responses.n_respondents, dtype=bool)
    if rule.classes:
        keep &= classes.isin(rule.classes).to_numpy()
    if rule.where is not None:
        keep &= responses.where(rule.where)
    chosen = responses.subset(keep)
    rules = replace(FLAG_RULES, min_families=plan.form.quality.flags_needed)
    return _Sample(chosen, flag_careless(chosen, rules=rules))


def _respondents_of(column: ModelColumn, plan: Plan, sample: _Sample) -> Responses:
    """Return the respondents of a column; flagged ones only where the plan or column wants them."""
    everyone = column.include_flagged or not plan.form.quality.exclude_flagged
    respondents = sample.chosen if everyone else sample.careful
    return (
        respondents if column.where is None else respondents.subset(respondents.where(column.where))
    )


def _correlations(scores: Scores) -> ScaleCorrelations:
    """Correlate the scales; a marker scale, where there is one, is held constant beside that."""
    scored = scores.values.notna().any()
    markers = (s.id for s in scores.scales if s.role == "marker" and scored[s.id])
    return scale_correlations(scores, held_constant=next(markers, None))


def _flow(responses: Responses, chosen: Responses, analysed: Responses, plan: Plan) -> SampleFlow:
    rules = plan.form.respondents
    who = " and ".join(part for part in (", ".join(rules.classes), rules.where or "") if part)
    flow = (
        SampleFlow(())
        .then("Rows in the file", responses.provenance.rows_read)
        .then("Rows kept", responses.n_respondents, "wrong length or duplicate respondent")
    )
    if who:
        flow = flow.then(f"In the plan's sample ({who})", chosen.n_respondents, "not in the sample")
    if plan.form.quality.exclude_flagged:
        flow = flow.then("Answered with care", analysed.n_respondents, "flagged as careless")
    return flow


def _deviations(columns: list[ColumnResult]) -> tuple[Deviation, ...]:
    return tuple(
        Deviation(f"{entry.column.title} ({entry.column.role})", "not estimated", entry.reason)
        for entry in columns
        if entry.tests is None
    )
