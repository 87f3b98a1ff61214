"""The same paths estimated in other ways, and what was planned against what was done."""

from __future__ import annotations

from coprod_stats.documents.document import (
    Badge,
    Block,
    Cell,
    Column,
    CrossReference,
    Details,
    Figure,
    Paragraph,
    RowGroup,
    Section,
    Table,
    Text,
    strong,
    text,
)
from coprod_stats.documents.figures.forest import Estimate, ForestRow, forest_chart
from coprod_stats.documents.numbers import Interval, bounded, count, decimal
from coprod_stats.literals import Missing
from coprod_stats.report.sections.labels import anchor_of, construct_label
from coprod_stats.report.sections.paths import TONES, path_table
from coprod_stats.structure import PathResult
from coprod_stats.study import ColumnResult, StudyResult
from coprod_stats.study.result import ENGINE_TOLERANCE

MOST_SERIES = 4

_AT_RANDOM = "; those missing are taken to be missing at random given them"

MISSING_ANSWERS: dict[Missing, str] = {
    "fiml": f"all answers given are used{_AT_RANDOM}",
    "two-stage": f"moments are estimated from all answers given{_AT_RANDOM}",
    "robust-two-stage": f"moments are estimated from all answers given{_AT_RANDOM}",
    "pairwise": "each correlation rests on those who answered both questions; answers are taken to "
    "be missing completely at random. If those who were asked a question differ from the others, "
    "its correlations are theirs and not everybody’s",
    "listwise": "only those who gave all answers of a model are analysed, and it speaks of them",
}
"""What a treatment of missing answers does and takes for granted."""


def robustness_section(study: StudyResult) -> Section | None:
    """Arrange the estimated columns side by side; nothing if there is but one."""
    columns = [entry for entry in study.columns if entry.tests is not None]
    content: list[Block] = []
    if len(columns) > 1:
        content += [
            Paragraph(
                text(
                    CrossReference("forest"),
                    " and ",
                    CrossReference("columns"),
                    " set the hypothesised paths as the plan's columns estimate them side by side.",
                )
            ),
            _forest(study, columns),
            _conclusions(study, columns),
            *_missing_answers(columns),
            Details(
                text("Each column in full"),
                tuple(
                    path_table(study, entry, anchor=anchor_of("paths", entry.column.column))
                    for entry in columns
                    if entry is not study.headline_column
                ),
            ),
        ]
    content += [
        Paragraph(
            text(
                f"{entry.column.title}: on the same rows the two engines agree within "
                f"{decimal(ENGINE_TOLERANCE, 4)} in every standardised estimate."
            )
        )
        for entry in columns
        if entry.agreement is not None and entry.agreement.agrees
    ]
    if study.deviations:
        content.append(_deviations(study))
    return Section("robustness", "Robustness", tuple(content)) if content else None


def _forest(study: StudyResult, columns: list[ColumnResult]) -> Figure:
    shown = columns[:MOST_SERIES]
    by_column = [{path.id: path for path in entry.tests.paths} for entry in shown if entry.tests]
    rows = [
        ForestRow(
            f"{entry.id}  {construct_label(study, entry.predictor)} → "
            f"{construct_label(study, entry.outcome)}",
            tuple(_estimate(paths.get(entry.id)) for paths in by_column),
        )
        for entry in study.plan.hypotheses
    ]
    effect = study.plan.form.inference.smallest_effect
    return Figure(
        "forest",
        text("The Paths in Different Estimates"),
        forest_chart(
            rows,
            series=[entry.column.title for entry in shown],
            axis_label="Standardised coefficient with 95% interval",
            region=Interval(-effect, effect),
        ),
        text(
            f"The band marks coefficients of less than ±{bounded(effect)}, the smallest effect "
            "that the plan holds to matter."
        ),
    )


def _estimate(path: PathResult | None) -> Estimate | None:
    if path is None or path.beta != path.beta:
        return None
    return Estimate(path.beta, Interval(path.beta_conf_low, path.beta_conf_high))


def _conclusions(study: StudyResult, columns: list[ColumnResult]) -> Table:
    by_column = [{path.id: path for path in entry.tests.paths} for entry in columns if entry.tests]
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (entry.id, *(_cell(paths.get(entry.id)) for paths in by_column))
        for entry in study.plan.hypotheses
    )
    sizes = "; ".join(
        f"{entry.column.title}: {count(entry.tests.n_analysed)} of {count(entry.n_sample)}"
        for entry in columns
        if entry.tests
    )
    return Table(
        "columns",
        text("Standardised Coefficients and Conclusions by Column"),
        (
            Column(text(""), "left"),
            *(Column(text(entry.column.title), "left") for entry in columns),
        ),
        (RowGroup(rows),),
        text(*_key(by_column), f"Respondents analysed: {sizes}."),
    )


def _missing_answers(columns: list[ColumnResult]) -> list[Block]:
    """Describe what each column takes for granted of missing answers, where they differ in it."""
    titles: dict[str, list[str]] = {}
    for entry in columns:
        column = entry.column
        words = MISSING_ANSWERS["listwise" if column.method == "regression" else column.missing]
        titles.setdefault(words, []).append(f"“{column.title}”")
    if len(titles) < 2:
        return []
    told = [f" {', '.join(named)}: {words}." for words, named in titles.items()]
    return [Paragraph(text(strong("Missing answers."), *told))]


def _key(by_column: list[dict[str, PathResult]]) -> Text:
    """Explain the marks that occur."""
    met = {path.conclusion for paths in by_column for path in paths.values()}
    marks = [Badge(words, tone) for words, tone in TONES.items() if words in met]
    return text("Marks: ", *[piece for mark in marks for piece in (mark, "; ")][:-1], ". ")


def _cell(path: PathResult | None) -> Text:
    if path is None:
        return text("—")
    badge = Badge(path.conclusion, TONES[path.conclusion], mark_alone=True)
    return text(f"{bounded(path.beta)}\u00a0", badge)


def _deviations(study: StudyResult) -> Table:
    return Table(
        "deviations",
        text("What Was Planned and What Was Done"),
        (
            Column(text("Planned"), "left"),
            Column(text("Done"), "left"),
            Column(text("Why"), "left"),
        ),
        (RowGroup(tuple((d.planned, d.done, d.reason) for d in study.deviations)),),
        shows_data=False,
    )
