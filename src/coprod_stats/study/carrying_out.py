"""Carrying out a study plan: every step in order, into one result."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from coprod_stats.analyses.findings import Finding, finding_head
from coprod_stats.analyses.kind import NotEstimated
from coprod_stats.analyses.registry import kind_of
from coprod_stats.analyses.sample import ChosenRespondents, StudySample, choose
from coprod_stats.errors import CoprodError, Fault
from coprod_stats.measurement import (
    ScaleCorrelations,
    item_analysis,
    reliability,
    scale_correlations,
)
from coprod_stats.plans.hypotheses import Hypothesis
from coprod_stats.plans.model import AnalysisForm
from coprod_stats.quality import missingness
from coprod_stats.responses.pooling import Part, PartCount, pool_parts
from coprod_stats.responses.reading import read_responses
from coprod_stats.responses.table import Responses
from coprod_stats.scoring import Scores, score
from coprod_stats.study.families import decide
from coprod_stats.study.participants import describe_participants
from coprod_stats.study.pattern_gate import (
    dependent_on_overlap,
    gated,
    held_back,
    no_pattern_of,
    pattern_of,
)
from coprod_stats.study.plan_reading import Plan, PlanError, read_plan
from coprod_stats.study.result import AnalysisResult, Deviation, StudyResult, StudyWarning
from coprod_stats.study.sample_flow import SampleFlow
from coprod_stats.study.sampling_design import DESIGN_COLUMNS, uses
from coprod_stats.study.tested_hypotheses import tested_by
from coprod_stats.study.worded_predictors import worded_predictors

Progress = Callable[[int, int, str], None]


def carry_out(
    plan: str | Path,
    *,
    data: str | Path | None = None,
    sheet: str | None = None,
    progress: Progress | None = None,
    workers: int = 1,
) -> StudyResult:
    """Carry out a study plan.

    Parameters
    ----------
    plan : str or Path
        Id of a shipped plan, or path of a YAML file.
    data : str or Path, optional
        Answers to use instead of those that the plan names.
    sheet : str, optional
        Name or number of a sheet of the workbook that ``data`` is.
    progress : callable, optional
        Called with the steps done, their number and the next step.
    workers : int
        Number of processes that share the analyses and their specifications; the numbers do not
        depend on it.

    Raises
    ------
    PlanError, ResponsesError
        If the plan or the file of answers has faults.
    """
    read = read_plan(plan)
    tasks = _tasks(read)
    steps = _Steps(progress, 5 + len(tasks))
    steps.next("reading answers")
    responses, pooled = _answers(read, data, sheet)
    classes = _classes(responses)
    steps.next("answer quality")
    planned = choose(read.form.respondents, read.form, responses, classes)
    analysed = planned.careful if read.form.quality.exclude_flagged else planned.chosen
    steps.next("missing answers")
    missing = missingness(planned.chosen)
    steps.next("scores and items")
    scores, items = score(analysed), item_analysis(analysed)
    steps.next("reliability")
    reliabilities = reliability(analysed)
    sample = StudySample(read.form, read.instrument, responses, classes, planned)
    analyses = _analysed(read, tasks, _carried_out(tasks, sample, steps, workers))
    return StudyResult(
        plan=read,
        responses=responses,
        analysed=analysed,
        sample=_flow(responses, planned, analysed, read),
        participants=describe_participants(responses, analysed, read.form.participants),
        classes=classes,
        missing=missing,
        flags=planned.flags,
        scores=scores,
        items=items,
        reliability=reliabilities,
        correlations=_correlations(scores),
        analyses=analyses,
        deviations=tuple(_deviations(analyses)),
        warnings=(
            *_warnings(read, responses, analyses),
            *worded_predictors(read, analysed),
        ),
        pooled=pooled,
    )


def _answers(
    plan: Plan, data: str | Path | None, sheet: str | None
) -> tuple[Responses, tuple[PartCount, ...]]:
    """Read the answers of a plan: one file, or its parts, which have passed the gate."""
    if plan.form.data.file is not None:
        if data is not None:
            return read_responses(data, plan.instrument, sheet=sheet), ()
        file = plan.beside(plan.form.data.file)
        return read_responses(file, plan.instrument, sheet=plan.form.data.sheet), ()
    if data is not None:
        fault = Fault(
            "POOL-003",
            "the plan pools several parts, but a single file was given",
            "Omit '--data', or name the files in the plan.",
            plan.path.name,
        )
        raise PlanError([fault])
    parts = [
        Part(
            part.label,
            read_responses(plan.beside(part.file), part.instrument, sheet=part.sheet),
            part.where,
        )
        for part in plan.parts
    ]
    return pool_parts(parts, plan.instrument)


class _Task:
    """One task of an analysis, with its own stream of random numbers."""

    def __init__(
        self, form: AnalysisForm, position: int, hypotheses: tuple[Hypothesis, ...], seed: int
    ) -> None:
        self.form, self.position, self.hypotheses, self.seed = form, position, hypotheses, seed

    @property
    def part(self) -> Any:
        return kind_of(self.form).parts(self.form)[self.position]

    @property
    def title(self) -> str:
        return kind_of(self.form).part_title(self.form, self.part)

    def run(self, sample: StudySample) -> Any:
        """Carry it out; a fault of the data becomes the reason why it was not estimated."""
        # keyed by the id: the numbers do not depend on other analyses or their order
        rng = np.random.default_rng([self.seed, self.position, *self.form.id.encode()])
        kind = kind_of(self.form)
        try:
            return kind.run(self.part, self.form, sample.of(self.hypotheses), rng)
        except CoprodError as error:
            return NotEstimated(str(error))


def _tasks(plan: Plan) -> list[_Task]:
    return [
        _Task(form, position, tested_by(form, plan.hypotheses), plan.form.seed)
        for form in plan.form.analyses
        for position in range(len(kind_of(form).parts(form)))
    ]


def _carried_out(
    tasks: Sequence[_Task], sample: StudySample, steps: _Steps, workers: int
) -> list[Any]:
    """Carry out the tasks, sequentially or in several processes; return results in their order."""
    found: list[Any] = []
    if workers == 1:
        for task in tasks:
            steps.next(task.title)
            found.append(task.run(sample))
        return found
    # a tenth of a second to import
    from joblib import Parallel, delayed

    jobs = (delayed(task.run)(sample) for task in tasks)
    with _interrupts_held_back():
        results = Parallel(n_jobs=workers, return_as="generator")(jobs)
    for task, result in zip(tasks, results, strict=True):
        steps.next(task.title)
        found.append(result)
    return found


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Start processes that an interrupt from the keyboard does not reach; this one ends them."""
    if os.name != "posix":
        yield
        return
    from multiprocessing.resource_tracker import ensure_running

    ensure_running()  # otherwise started with the processes, and it would lift the block
    former = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, former)


def _analysed(
    plan: Plan, tasks: Sequence[_Task], done: Sequence[Any]
) -> tuple[AnalysisResult, ...]:
    """Combine the parts of each analysis, then adjust every family."""
    results: list[tuple[AnalysisForm, Any, tuple[Finding, ...]]] = []
    for form in plan.form.analyses:
        kind, tested = kind_of(form), tested_by(form, plan.hypotheses)
        pieces = [result for task, result in zip(tasks, done, strict=True) if task.form is form]
        result = kind.together(form, pieces)
        if isinstance(result, NotEstimated):
            findings = tuple(_not_estimated(form, tested, result.reason))
        else:
            findings = kind.findings(form, result, tested)
        results.append((form, result, findings))
    decided = iter(decide([entry for *_, found in results for entry in found], plan.form.inference))
    return tuple(
        AnalysisResult(
            form,
            result,
            gated(
                held_back(
                    dependent_on_overlap([next(decided) for _ in findings], form, result),
                    form,
                    result,
                ),
                pattern_of(form, result),
                no_pattern_of(form, result),
            ),
        )
        for form, result, findings in results
    )


def _not_estimated(
    form: AnalysisForm, hypotheses: Sequence[Hypothesis], reason: str
) -> list[Finding]:
    """Return findings without estimates for the relations that an analysis should have tested."""
    return [
        finding_head(hypothesis, relation, analysis=form.id, role=form.role, reason=reason)
        for hypothesis in hypotheses
        for relation in hypothesis.relations()
    ]


class _Steps:
    """Reports the progress of the study."""

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


def _correlations(scores: Scores) -> ScaleCorrelations:
    """Correlate the scales, also controlling for the marker scale if there is one."""
    scored = scores.values.notna().any()
    markers = (s.id for s in scores.scales if s.role == "marker" and scored[s.id])
    return scale_correlations(scores, held_constant=next(markers, None))


def _flow(
    responses: Responses, planned: ChosenRespondents, analysed: Responses, plan: Plan
) -> SampleFlow:
    rules, chosen = plan.form.respondents, planned.chosen
    who = " and ".join(part for part in (", ".join(rules.classes), rules.where or "") if part)
    flow = (
        SampleFlow(())
        .then("Rows in the file", responses.provenance.rows_read)
        .then("Rows kept", responses.n_respondents, "wrong length or duplicate respondent")
    )
    if who:
        flow = flow.then(f"In the plan's sample ({who})", chosen.n_respondents, "not in the sample")
    if plan.form.quality.exclude_flagged:
        flow = flow.then("Not careless", analysed.n_respondents, "flagged as careless")
    return flow


def _deviations(analyses: Sequence[AnalysisResult]) -> list[Deviation]:
    """Return what was planned but not estimated, each reason once per specification."""
    found: dict[tuple[str, str], Deviation] = {}
    for entry in analyses:
        for finding in entry.findings:
            if finding.reason:
                where = " ".join(filter(None, (entry.form.id, finding.specification)))
                planned = f"{where} ({finding.role})"
                key = (planned, finding.reason)
                found.setdefault(key, Deviation(planned, "not estimated", finding.reason))
    return list(found.values())


def _warnings(
    plan: Plan, responses: Responses, analyses: Sequence[AnalysisResult]
) -> Iterator[StudyWarning]:
    """Yield the warnings of the fits, and columns of the design that are filled but not used."""
    for entry in analyses:
        if not isinstance(entry.result, NotEstimated):
            for code, message in kind_of(entry.form).warnings(entry.result):
                yield StudyWarning(code, f"{entry.form.id}: {message}")
    for code, role, several, key in DESIGN_COLUMNS:
        column = plan.instrument.administrative_column(role)
        if column is None or uses(plan, key):
            continue
        given = responses.answers[column]
        if (given.notna() & (given != "")).any():
            yield StudyWarning(
                code,
                f"the answers hold {several} in the column {column}, but no analysis takes them "
                "into account",
            )
