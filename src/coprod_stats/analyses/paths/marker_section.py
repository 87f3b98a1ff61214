"""What a marker scale shares with the items, by the confirmatory factor analysis technique."""

from __future__ import annotations

import math

from coprod_stats.analyses.paths.changes_table import path_changes_table
from coprod_stats.analyses.paths.form import PathsForm
from coprod_stats.analyses.paths.result import PathsResult
from coprod_stats.analyses.words import ReportWords
from coprod_stats.documents.document import (
    Block,
    CrossReference,
    Details,
    Notice,
    Paragraph,
    Table,
    text,
)
from coprod_stats.documents.numbers import NumberFormat, bounded, p_statement, percent
from coprod_stats.documents.tables import Role, frame_table
from coprod_stats.structure.marker_ladder import MarkerLadder, MarkerStep

_STEPS: dict[MarkerStep, str] = {
    "cfa": "All factors and the marker, freely correlated",
    "baseline": "Baseline: the marker unrelated",
    "constrained": "Constrained: all items load on the marker equally",
    "unconstrained": "Unconstrained: all items load on the marker freely",
    "restricted": "Restricted: correlations of the factors as in the baseline",
}


_VISIBLE = 0.005
"""Smallest change of a coefficient that shows in two digits."""


def marker_blocks(form: PathsForm, result: PathsResult, words: ReportWords) -> list[Block]:
    """Compose the five models and what follows; nothing without a marker in the questionnaire."""
    others = result.compared.others if result.compared else None
    if others is None or others.marker_scale is None:
        return []
    label = words.label(others.marker_scale)
    cannot = Paragraph(
        text(
            f"The marker “{label}” is about something other than the service. It can reveal a "
            "style of answering, but it cannot detect a general evaluation of the service: "
            "correlations that stay the same when it is controlled for say nothing about that.",
        )
    )
    if others.marker is None:
        failed = f"What the marker shares with the items is not known: {others.no_marker}."
        return [cannot, Notice((Paragraph(text(failed)),), "warning")]
    found, anchor = others.marker, words.anchor(form, "marker")
    said = Paragraph(text(_found(found), " See ", CrossReference(anchor), "."))
    paths = path_changes_table(
        found.paths(),
        words,
        anchor=words.anchor(form, "marker-paths"),
        title="The Hypothesised Paths Without and With the Marker",
        stated="Without",
        rival="With",
    )
    tables = (_models(found, anchor), paths)
    return [cannot, said, Details(text("The models of the marker technique"), tables)]


def _found(found: MarkerLadder) -> str:
    """State what is shared, whether it distorts, and which path it changes most."""
    shared, distorting = found.test("shared"), found.test("distorting")
    largest = max(found.changes, key=lambda path: abs(path.change))
    share = f"{percent(found.share)} of the items’ variance"
    if found.retained == "unconstrained":
        what, test = "Some items share more with it than others", found.test("unequal")
    elif found.is_shared:
        what, test = "All items share something with it", shared
    else:
        what, test = "The items share nothing with it that this could show", shared
    first = f"{what} (p {p_statement(test.p_value)}; {share})"
    second = (
        ", and this changes the correlations of the factors"
        if found.is_distorting
        else ", and the correlations of the factors are not shown to change"
    )
    changed = (
        f"{largest.id} changes most, from {bounded(largest.stated)} to {bounded(largest.rival)} "
        f"(SE {bounded(largest.rival_se)})"
        if abs(largest.change) >= _VISIBLE
        else f"no path changes by {bounded(_VISIBLE, 3)} or more"
    )
    return (
        f"{first}{second} (p {p_statement(distorting.p_value)}). With equal loadings of all items "
        f"on it, {changed}."
    )


def _models(found: MarkerLadder, anchor: str) -> Table:
    steps = found.steps()
    tests = {
        "constrained": found.test("shared"),
        "unconstrained": found.test("unequal"),
        "restricted": found.test("distorting"),
    }
    of_step = [tests.get(step) for step in steps["step"]]
    frame = steps.assign(
        model=[_STEPS[step] for step in steps["step"]],
        difference=[test.statistic if test else math.nan for test in of_step],
        df_difference=[test.df if test else math.nan for test in of_step],
        p_value=[test.p_value if test else math.nan for test in of_step],
    )
    one = NumberFormat("decimal", 1)
    return frame_table(
        frame,
        anchor=anchor,
        title=text("What the Items Share With the Marker"),
        columns=["model", "chisq", "df", "cfi", "rmsea", "difference", "df_difference", "p_value"],
        roles={
            "model": Role(text("Model"), align="left"),
            "chisq": Role(text("χ²"), one),
            "difference": Role(text("Δχ²"), one),
            "df_difference": Role(text("Δdf"), NumberFormat("count")),
        },
        note=text(
            "Differences are scaled where the test is: constrained from baseline, unconstrained "
            f"from constrained, restricted from {found.retained} (Williams et al., 2010)."
        ),
    )
