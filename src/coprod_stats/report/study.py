"""A study that can report itself, as ``coprod_stats.run_study`` returns it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

from coprod_stats.counts import counted
from coprod_stats.report.study_report import write_study_report
from coprod_stats.results import notebook_table
from coprod_stats.study import StudyResult, carry_out
from coprod_stats.study.carrying_out import Progress
from coprod_stats.study.result import AnalysisResult

_SHOWN = (
    "analysis",
    "specification",
    "term",
    "n_analysed",
    "estimate",
    "conf_low",
    "conf_high",
    "std_all",
    "p_value",
    "p_adjusted",
    "conclusion",
    "reason",
)
"""Columns of the findings that a notebook shows."""


@dataclass(frozen=True, eq=False, slots=True, repr=False)
class Study(StudyResult):
    """The result of a study, with its report."""

    def report(self, folder: str | Path) -> tuple[Path, ...]:
        """Write the report into a folder, in the formats of the plan; return the files."""
        return write_study_report(self, Path(folder))

    def __str__(self) -> str:
        return "\n".join([self.title, self.headline_note(), *map(self._line, self.analyses)])

    def _repr_html_(self) -> str:
        return notebook_table(self.findings[list(_SHOWN)], self.title)

    def _line(self, entry: AnalysisResult) -> str:
        """Summarize an analysis: its title, and how many relations were estimated or why none."""
        head = f"{entry.form.id}: {self.title_of(entry)}"
        if entry.reason:
            return f"{head}: not estimated: {entry.reason}"
        estimated = sum(not finding.reason for finding in entry.shown)
        return f"{head}: {estimated} of {counted(len(entry.shown), 'relation')} estimated"


def run_study(
    plan: str | Path,
    *,
    data: str | Path | None = None,
    progress: Progress | None = None,
    workers: int = 1,
) -> Study:
    """Carry out a study plan.

    Parameters
    ----------
    plan : str or Path
        Id of a shipped plan, such as ``"driver_impact"``, or path of a YAML file.
    data : str or Path, optional
        Answers to use instead of those that the plan names.
    progress : callable, optional
        Called with the steps done, their number and the next step.
    workers : int
        Number of processes that share the work; the numbers do not depend on it.

    Raises
    ------
    PlanError, ResponsesError
        If the plan or the file of answers has faults.
    """
    result = carry_out(plan, data=data, progress=progress, workers=workers)
    return Study(**{field.name: getattr(result, field.name) for field in fields(StudyResult)})
