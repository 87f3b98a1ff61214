"""What every specification assumes otherwise, and what that changes of the paths."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from coprod_stats.analyses.conclusions import CONCLUSION_LABELS
from coprod_stats.analyses.findings import Finding
from coprod_stats.analyses.paths.assumptions import changed_assumptions
from coprod_stats.analyses.paths.estimation import SpecificationResult
from coprod_stats.analyses.paths.form import PathsForm
from coprod_stats.analyses.paths.result import PathsResult
from coprod_stats.analyses.words import ReportWords
from coprod_stats.counts import counted
from coprod_stats.documents.document import (
    Block,
    Cell,
    Column,
    CrossReference,
    Figure,
    Paragraph,
    RowGroup,
    Table,
    strong,
    text,
)
from coprod_stats.documents.figures.change_chart import Change, ChangeRow, change_chart
from coprod_stats.documents.numbers import bounded, count


@dataclass(frozen=True, slots=True)
class _Alternative:
    """A specification beside the one that decides."""

    entry: SpecificationResult
    assumed: tuple[str, ...]
    changes: tuple[Change, ...]
    conclusions: dict[str, str]

    @property
    def title(self) -> str:
        return self.entry.specification.title

    @property
    def n_analysed(self) -> int:
        return self.entry.tests.n_analysed if self.entry.tests else 0

    @property
    def largest(self) -> Change | None:
        return max(self.changes, key=lambda change: abs(change.value), default=None)

    @property
    def otherwise(self) -> tuple[str, ...]:
        return tuple(change.name for change in self.changes if change.marked)

    @property
    def other_conclusions(self) -> str:
        """The paths concluded on otherwise, by what is concluded: ``H01, H06: inconclusive``."""
        by_conclusion: dict[str, list[str]] = {}
        for name in self.otherwise:
            by_conclusion.setdefault(self.conclusions[name], []).append(name)
        return "; ".join(f"{', '.join(names)}: {said}" for said, names in by_conclusion.items())


def specification_curve(form: PathsForm, result: PathsResult, words: ReportWords) -> list[Block]:
    """Compose what each specification changes, in a figure and a table.

    As in the specification curves of Simonsohn, Simmons and Nelson (2020), assumptions stand side
    by side with what they do to the estimates; here each is held against the specification that
    decides, path by path.

    References
    ----------
    Simonsohn, U., Simmons, J. P., & Nelson, L. D. (2020). Specification curve analysis. Nature
    Human Behaviour, 4, 1208-1214.
    """
    first = result.shown_first
    stated, others = _stated(result, words), _alternatives(result, words)
    figure, table = _figure(form, first, others, words), _table(form, others, words)
    return [
        Paragraph(
            text(
                CrossReference(figure.anchor),
                " shows what each specification of the plan changes of the paths in "
                f"“{first.specification.title}”, and ",
                CrossReference(table.anchor),
                f" what it assumes otherwise. {_summary(stated, others)}",
            )
        ),
        figure,
        table,
    ]


def agreement_words(result: PathsResult, words: ReportWords) -> str:
    """State which conclusions hold in every specification; empty where there is one alone."""
    others = _alternatives(result, words)
    return _summary(_stated(result, words), others) if others else ""


def _stated(result: PathsResult, words: ReportWords) -> dict[str, Finding]:
    """Return the findings of the specification that decides, by hypothesis."""
    return {path.id: path for path in words.of(result.shown_first.specification.specification)}


def _alternatives(result: PathsResult, words: ReportWords) -> list[_Alternative]:
    first, stated = result.shown_first, _stated(result, words)
    found = []
    for entry in result.estimated:
        if entry is first:
            continue
        paths = words.of(entry.specification.specification)
        found.append(
            _Alternative(
                entry,
                changed_assumptions(entry.specification, first.specification),
                _changes(stated, paths),
                {path.id: CONCLUSION_LABELS[path.conclusion] for path in paths},
            )
        )
    return found


def _changes(stated: dict[str, Finding], found: Sequence[Finding]) -> tuple[Change, ...]:
    return tuple(
        Change(path.id, path.std_all - stated[path.id].std_all, _differ(path, stated[path.id]))
        for path in found
        if not math.isnan(path.std_all - stated[path.id].std_all)
    )


def _differ(path: Finding, stated: Finding) -> bool:
    return path.conclusion != stated.conclusion


def _summary(stated: dict[str, Finding], others: Sequence[_Alternative]) -> str:
    """State which conclusions hold whatever is assumed."""
    moved = {id for other in others for id in other.otherwise}
    kept = len(stated) - len(moved)
    if len(stated) == 1:
        same = "not the same" if moved else "the same"
        return f"The conclusion is {same} in every specification."
    if not moved:
        return f"All {count(len(stated))} conclusions are the same in every specification."
    named = ", ".join(id for id in stated if id in moved)
    return (
        f"{count(kept)} of {counted(len(stated), 'conclusion')} are the same in every "
        f"specification; not those on {named}."
    )


def _figure(
    form: PathsForm,
    first: SpecificationResult,
    others: Sequence[_Alternative],
    words: ReportWords,
) -> Figure:
    drawing = change_chart(
        [ChangeRow(other.title, other.n_analysed, other.changes) for other in others],
        axis_label="Change of the standardised coefficient",
        marked="another conclusion",
        unmarked="the same conclusion",
    )
    return Figure(
        words.anchor(form, "curve"),
        text("What Other Assumptions Change of the Paths"),
        drawing,
        text(
            f"A dot per path: its coefficient minus that of “{first.specification.title}” "
            f"({_respondents(first)}). ",
            strong("n"),
            " = respondents analysed.",
        ),
    )


def _respondents(first: SpecificationResult) -> str:
    return f"n = {count(first.tests.n_analysed)}" if first.tests else "no estimate"


def _table(form: PathsForm, others: Sequence[_Alternative], words: ReportWords) -> Table:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            other.title,
            "; ".join(other.assumed) or "nothing",
            f"{count(other.n_analysed)} of {count(other.entry.n_sample)}",
            f"{bounded(other.largest.value)} ({other.largest.name})" if other.largest else "—",
            other.other_conclusions or "none",
        )
        for other in others
    )
    several = any(len(other.assumed) > 1 for other in others)
    return Table(
        words.anchor(form, "assumptions"),
        text("What Each Specification Assumes Otherwise"),
        (
            Column(text("Specification"), "left"),
            Column(text("Assumes otherwise"), "left"),
            Column(text("Respondents analysed"), "left"),
            Column(text("Largest change"), "left"),
            Column(text("Other conclusions"), "left"),
        ),
        (RowGroup(rows),),
        text(
            "Change = of the standardised coefficient.",
            " Where a specification assumes several things otherwise, the change cannot be put "
            "down to one of them."
            if several
            else "",
        ),
    )
