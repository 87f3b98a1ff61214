"""A study that can report itself: what ``coprod_stats.run_study`` gives."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

from coprod_stats.report.study_report import write_study_report
from coprod_stats.study import StudyResult, carry_out
from coprod_stats.study.carrying_out import Progress


@dataclass(frozen=True, eq=False, slots=True)
class Study(StudyResult):
    """A study carried out, with its report."""

    def report(self, folder: str | Path) -> tuple[Path, ...]:
        """Write the report into a folder, in the formats of the plan; gives the files."""
        return write_study_report(self, Path(folder))


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
        Id of a shipped plan, as ``"driver_impact"``, or path of a YAML file.
    data : str or Path, optional
        Answers instead of those that the plan names.
    progress : callable, optional
        Told the steps done, their number and what comes next.
    workers : int
        Processes among which the plan's columns are shared; the numbers are the same.

    Raises
    ------
    PlanError, ResponsesError
        If the plan or the file of answers has faults.
    """
    result = carry_out(plan, data=data, progress=progress, workers=workers)
    return Study(**{field.name: getattr(result, field.name) for field in fields(StudyResult)})
