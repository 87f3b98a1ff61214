"""The paths as estimated by all specifications, side by side."""

from __future__ import annotations

import math

from coprod_stats.analyses.conclusions import CONCLUSION_LABELS, TONES, conclusion_mark
from coprod_stats.analyses.findings import Finding
from coprod_stats.analyses.paths.estimation import ENGINE_TOLERANCE, SpecificationResult
from coprod_stats.analyses.paths.form import PathsForm, ScoresSpecification
from coprod_stats.analyses.paths.result import PathsResult
from coprod_stats.analyses.paths.specification_curve import specification_curve
from coprod_stats.analyses.paths.tests_table import tests_table
from coprod_stats.analyses.words import ReportWords
from coprod_stats.documents.document import (
    Badge,
    Block,
    Cell,
    Column,
    Details,
    Figure,
    Paragraph,
    RowGroup,
    Table,
    Text,
    strong,
    text,
)
from coprod_stats.documents.figures.forest import Estimate, ForestRow, forest_chart
from coprod_stats.documents.numbers import Interval, bounded, count, decimal
from coprod_stats.literals import Missing

MOST_SERIES = 4

_AT_RANDOM = "; missing answers are assumed to be missing at random given the observed ones"

MISSING_ANSWERS: dict[Missing, str] = {
    "fiml": f"all available answers are used{_AT_RANDOM}",
    "two-stage": f"moments are estimated from all available answers{_AT_RANDOM}",
    "robust-two-stage": f"moments are estimated from all available answers{_AT_RANDOM}",
    "pairwise": "each correlation is based on the respondents who answered both questions; answers "
    "are assumed to be missing completely at random. If those who were asked a question differ "
    "from the others, its correlations do not generalise to everyone",
    "listwise": "only respondents with complete answers are analysed, and the results hold for "
    "them",
}
"""What each treatment of missing answers does and assumes."""


def robustness_blocks(
    form: PathsForm, result: PathsResult, words: ReportWords
) -> tuple[Block, ...]:
    """Compose the estimated specifications side by side; nothing if there is only one."""
    estimated = result.estimated
    content: list[Block] = []
    if len(estimated) > 1:
        content += [
            *specification_curve(form, result, words),
            *_missing_answers(estimated),
            Details(
                text("Coefficients and conclusions by specification"),
                (_forest(form, estimated, words), _conclusions(form, estimated, words)),
            ),
            Details(
                text("Each specification in full"),
                tuple(
                    tests_table(
                        entry,
                        words,
                        anchor=words.anchor(form, "tests", entry.specification.specification),
                    )
                    for entry in estimated
                    if entry is not result.shown_first
                ),
            ),
        ]
    content += [
        Paragraph(
            text(
                f"{entry.specification.title}: on the same rows the two engines agree within "
                f"{decimal(ENGINE_TOLERANCE, 4)} in every standardised estimate."
            )
        )
        for entry in estimated
        if entry.agreement is not None and entry.agreement.agrees
    ]
    content += [
        Paragraph(
            text(
                f"{entry.specification.title}: the two engines could not be compared throughout, "
                f"since {entry.not_compared}."
            )
        )
        for entry in estimated
        if entry.not_compared
    ]
    return tuple(content)


Specifications = tuple[SpecificationResult, ...]


def _series(entries: Specifications, words: ReportWords) -> list[dict[str, Finding]]:
    return [
        {path.id: path for path in words.of(entry.specification.specification)} for entry in entries
    ]


def _forest(form: PathsForm, entries: Specifications, words: ReportWords) -> Figure:
    shown = entries[:MOST_SERIES]
    series = _series(shown, words)
    rows = [
        ForestRow(
            f"{path.id}  {words.label(path.predictor)} → {words.label(path.outcome)}",
            tuple(_estimate(paths[path.id]) for paths in series),
        )
        for path in series[0].values()
    ]
    effect = words.plan.inference.smallest_effect
    return Figure(
        words.anchor(form, "forest"),
        text("The Paths by Specification"),
        forest_chart(
            rows,
            series=[entry.specification.title for entry in shown],
            axis_label=f"Standardised coefficient with {words.level} interval",
            region=Interval(-effect, effect),
        ),
        text(
            f"The band marks coefficients within ±{bounded(effect)}, the smallest effect size of "
            "interest in the plan."
        ),
    )


def _estimate(path: Finding) -> Estimate | None:
    if math.isnan(path.std_all):
        return None
    return Estimate(path.std_all, Interval(path.std_all_conf_low, path.std_all_conf_high))


def _conclusions(form: PathsForm, entries: Specifications, words: ReportWords) -> Table:
    series = _series(entries, words)
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (id, *(_cell(paths[id]) for paths in series)) for id in series[0]
    )
    sizes = "; ".join(
        f"{entry.specification.title}: {count(entry.tests.n_analysed)} of {count(entry.n_sample)}"
        for entry in entries
        if entry.tests
    )
    return Table(
        words.anchor(form, "specifications"),
        text("Standardised Coefficients and Conclusions by Specification"),
        (
            Column(text(""), "left"),
            *(Column(text(entry.specification.title), "left") for entry in entries),
        ),
        (RowGroup(rows),),
        text(*_key(series), f"Respondents analysed: {sizes}."),
    )


def _missing_answers(entries: Specifications) -> list[Block]:
    """Describe what each specification assumes about missing answers, if they differ."""
    titles: dict[str, list[str]] = {}
    for entry in entries:
        specification = entry.specification
        missing: Missing = (
            "listwise" if isinstance(specification, ScoresSpecification) else specification.missing
        )
        assumed = MISSING_ANSWERS[missing]
        titles.setdefault(assumed, []).append(f"“{specification.title}”")
    if len(titles) < 2:
        return []
    stated = [f" {', '.join(named)}: {assumed}." for assumed, named in titles.items()]
    return [Paragraph(text(strong("Missing answers."), *stated))]


def _key(series: list[dict[str, Finding]]) -> Text:
    """Explain the marks that are used."""
    met = {path.conclusion for paths in series for path in paths.values()}
    marks = [Badge(CONCLUSION_LABELS[kind], tone) for kind, tone in TONES.items() if kind in met]
    return text("Marks: ", *[piece for mark in marks for piece in (mark, "; ")][:-1], ". ")


def _cell(path: Finding) -> Text:
    if math.isnan(path.std_all):
        return text("—")
    return text(f"{bounded(path.std_all)}\u00a0", conclusion_mark(path))
