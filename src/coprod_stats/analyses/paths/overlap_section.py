"""The subsection on items of drivers and impacts that share a meaning."""

from __future__ import annotations

from coprod_stats.analyses.paths.changes_table import path_changes_table
from coprod_stats.analyses.paths.form import PathsForm
from coprod_stats.analyses.paths.result import PathsResult
from coprod_stats.analyses.words import ReportWords
from coprod_stats.counts import counted
from coprod_stats.documents.document import (
    Block,
    CrossReference,
    Notice,
    Paragraph,
    Section,
    Table,
    emphasis,
    strong,
    text,
)
from coprod_stats.documents.numbers import BOUNDED, bounded
from coprod_stats.documents.tables import Role, frame_table
from coprod_stats.structure.item_overlap import SMALLEST_OVERLAP, ItemOverlap


def overlap_section(form: PathsForm, result: PathsResult, words: ReportWords) -> list[Section]:
    """Compose the overlapping items and the paths without what they share; empty if not sought."""
    measured = result.compared.measured if result.compared else None
    if measured is None or measured.model is None:
        return []
    if measured.overlap is None:
        reason = f"Whether items share a meaning is not known: {measured.no_overlap}."
        content: tuple[Block, ...] = (Notice((Paragraph(text(reason)),), "warning"),)
    else:
        content = (*_overlap(form, measured.overlap, words), *_not_compared(result, words))
    anchor = words.anchor(form, "overlap")
    return [Section(anchor, "Items with one meaning at both ends of a path", content)]


def _not_compared(result: PathsResult, words: ReportWords) -> list[Block]:
    """Name the outcomes and predictors whose questions are not looked at."""
    indices = result.composites
    if not indices:
        return []
    named = ", ".join(map(words.label, indices))
    said = (
        f"Questions behind what is observed as it is ({named}) are not among them: "
        "their wording has to be compared by hand, as the linter of questionnaires does."
    )
    return [Paragraph(text(said))]


def _overlap(form: PathsForm, overlap: ItemOverlap, words: ReportWords) -> tuple[Block, ...]:
    compared = (
        f"{counted(overlap.n_compared, 'pair')} of an item of a driver and an item of an impact "
        "were compared by their modification indices in the measurement model (Bonferroni; an "
        f"expected correlation of {bounded(SMALLEST_OVERLAP)} or more). "
    )
    if not overlap.pairs:
        none = "No two of them share more than their factors explain."
        return (Paragraph(text(compared, none)),)
    anchors = words.anchor(form, "overlapping-items"), words.anchor(form, "overlap-paths")
    found = Paragraph(
        text(
            compared,
            strong(
                f"{counted(len(overlap.pairs), 'pair')} "
                f"{'shares' if len(overlap.pairs) == 1 else 'share'} more than the factors "
                "explain"
            ),
            ", as items with one meaning do (",
            CrossReference(anchors[0]),
            "). A path between their factors is partly made by that; ",
            CrossReference(anchors[1]),
            " shows every path with the residuals of these items correlated. One that does not "
            "differ from zero then is inconclusive, whatever its own test says. Reword one item of "
            f"each pair before the next survey.{_beside(overlap)}",
        )
    )
    return (
        Notice((found,), "warning"),
        _pairs(overlap, words, anchors[0]),
        path_changes_table(
            overlap.changes(),
            words,
            anchor=anchors[1],
            title="The Hypothesised Paths Without and With Freed Residuals",
            stated="As planned",
            rival="Freed",
        ),
    )


def _beside(overlap: ItemOverlap) -> str:
    """State which residuals of one side are freed as well; empty if there are none."""
    if not overlap.beside:
        return ""
    named = "; ".join(" and ".join(items) for items in overlap.beside)
    return (
        f" Residuals of one side are correlated as well ({named}): an item that overlaps with two "
        "others makes these look alike."
    )


def _pairs(overlap: ItemOverlap, words: ReportWords, anchor: str) -> Table:
    frame = overlap.tidy()
    for end in ("driver", "impact"):
        frame[end] = [words.label(name) for name in frame[end]]
    return frame_table(
        frame,
        anchor=anchor,
        title=text("Items That Share More Than Their Factors Explain"),
        columns=[
            "driver_item",
            "driver",
            "impact_item",
            "impact",
            "statistic",
            "residual_correlation",
        ],
        roles={
            "driver_item": Role(text("Item"), align="left", spanner="Driver"),
            "driver": Role(text("Factor"), align="left", spanner="Driver"),
            "impact_item": Role(text("Item"), align="left", spanner="Impact"),
            "impact": Role(text("Factor"), align="left", spanner="Impact"),
            "statistic": Role(text("MI")),
            "residual_correlation": Role(text("Residual ", emphasis("r")), BOUNDED),
        },
        note=text(
            "MI = modification index when the pair was the next to be freed, scaled where the test "
            "of the model is; residual ",
            emphasis("r"),
            " = expected correlation of the residuals.",
        ),
    )
