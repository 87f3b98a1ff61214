"""The section of a report on necessary conditions."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from coprod_stats.analyses.conclusions import conclusion_badge
from coprod_stats.analyses.words import ReportWords
from coprod_stats.counts import counted
from coprod_stats.documents.document import (
    Block,
    CrossReference,
    Figure,
    Paragraph,
    Section,
    Table,
    emphasis,
    text,
)
from coprod_stats.documents.figures.ceiling import ceiling_chart
from coprod_stats.documents.numbers import BOUNDED, COUNT, NumberFormat, bounded
from coprod_stats.documents.tables import Role, frame_table
from coprod_stats.plans.hypotheses import Relation
from coprod_stats.structure import NecessityResult

Conditions = Sequence[tuple[Relation, NecessityResult | None]]
_PERCENT = NumberFormat("decimal", 0)


def necessity_section(
    heading: str,
    conditions: Conditions,
    words: ReportWords,
    *,
    anchor: str,
    smallest_effect: float,
    basis: str,
) -> Section:
    """Compose effect sizes and, for each condition, scatter plot and bottleneck table."""
    tested = [(relation, found) for relation, found in conditions if found is not None]
    content: list[Block] = [
        Paragraph(
            text(
                f"{_claimed(conditions)} This claim differs from that of "
                "an association. The effect size ",
                emphasis("d"),
                " is the share of the plot that is empty; the ",
                emphasis("p"),
                " value is the share of random permutations of the outcome that leave at least as "
                "much empty. A condition counts as necessary if ",
                emphasis("d"),
                f" is at least {bounded(smallest_effect)} and ",
                emphasis("p"),
                f" after adjustment is below {words.alpha}. See ",
                CrossReference(f"{anchor}-effects"),
                ".",
            )
        ),
        *([Paragraph(text(basis))] if basis else []),
        _effects(conditions, words, anchor=f"{anchor}-effects"),
    ]
    for number, (relation, found) in enumerate(tested, 1):
        content.append(_scatter(relation, found, words, anchor=f"{anchor}-{number}-plot"))
        content.append(_bottleneck(relation, found, words, anchor=f"{anchor}-{number}"))
    return Section(anchor, heading, tuple(content))


def _claimed(conditions: Conditions) -> str:
    """Describe the claim of the conditions, of which much or little is necessary."""
    claims = {
        "+": "without enough of it a high outcome does not occur",
        "-": "with too much of it a high outcome does not occur",
    }
    signs = {relation.sign for relation, _ in conditions}
    claimed = [words for sign, words in claims.items() if sign in signs]
    if len(claimed) == 1:
        return (
            "A necessary condition leaves a corner of the scatter plot empty: "
            f"{claimed[0]}, whatever else is present."
        )
    return (
        "A necessary condition leaves a corner of the scatter plot empty. Where much of it is "
        f"necessary, {claimed[0]}; where little of it is necessary, {claimed[1]}, whatever else "
        "is present."
    )


def _effects(conditions: Conditions, words: ReportWords, *, anchor: str) -> Table:
    findings = {entry.id: entry for entry in words.findings}
    rows = []
    for relation, found in conditions:
        finding = findings[relation.id]
        rows.append(
            {
                "id": relation.id,
                "condition": words.label(relation.predictor),
                "outcome": words.label(relation.outcome),
                "n": finding.n_analysed or None,
                "effect_size": None if found is None else found.effect_size,
                "accuracy": None if found is None else found.accuracy,
                "p_value": None if found is None else found.p_value,
                "p_adjusted": None if found is None else finding.p_adjusted,
                "conclusion": conclusion_badge(finding),
                "reason": finding.reason,
            }
        )
    reasons = " ".join(f"{row['id']}: {row['reason']}." for row in rows if row["reason"])
    ceilings = {found.ceiling.upper() for _, found in conditions if found is not None}
    return frame_table(
        pd.DataFrame(rows),
        anchor=anchor,
        title=text("Necessary Conditions"),
        columns=[
            "id",
            "condition",
            "outcome",
            "n",
            "effect_size",
            "accuracy",
            "p_value",
            "p_adjusted",
            "conclusion",
        ],
        roles={
            "id": Role(text(""), align="left"),
            "condition": Role(text("Condition"), align="left"),
            "outcome": Role(text("Outcome"), align="left"),
            "n": Role(text(emphasis("n")), COUNT),
            "effect_size": Role(text(emphasis("d")), BOUNDED),
            "accuracy": Role(text("Accuracy, %"), _PERCENT),
            "p_adjusted": Role(text(emphasis("p"), " adjusted"), NumberFormat("p_value", 3)),
            "conclusion": Role(text("Conclusion"), align="left"),
        },
        note=text(
            f"Ceiling: {', '.join(sorted(ceilings)) or 'none'}. Accuracy: percentage of cases on "
            "or below the ceiling.",
            f" {reasons}" if reasons else "",
        ),
    )


def _scatter(
    relation: Relation, found: NecessityResult, words: ReportWords, *, anchor: str
) -> Figure:
    drawing = ceiling_chart(
        [(float(x), float(y)) for x, y in found.points],
        [(float(x), float(y)) for x, y in found.ceiling_points],
        x_label=words.label(relation.predictor),
        y_label=words.label(relation.outcome),
        steps=found.ceiling == "ce-fdh",
    )
    return Figure(
        anchor,
        text(f"{relation.id}: Scatter Plot With Ceiling"),
        drawing,
        text(
            "The area of a disc increases with the number of cases at its position. Share of "
            f"the plot beyond the ceiling, in the {found.corner} corner: ",
            emphasis("d"),
            f" = {bounded(found.effect_size)}.",
        ),
    )


def _bottleneck(
    relation: Relation, found: NecessityResult, words: ReportWords, *, anchor: str
) -> Table:
    table, is_upper_limit = found.bottleneck(), found.corner.endswith("right")
    table["needed"] = [
        {"NN": "not necessary", "NA": "not attainable"}.get(str(kind), "")
        for kind in table["necessity"]
    ]
    return frame_table(
        table,
        anchor=anchor,
        title=text(
            f"{relation.id}: Bottleneck Table of “{words.label(relation.predictor)}” for "
            f"“{words.label(relation.outcome)}”"
        ),
        columns=[
            "outcome_percentage",
            "outcome",
            "condition",
            "condition_percentage",
            "n_below",
            "needed",
        ],
        roles={
            "outcome_percentage": Role(text("Outcome, % of range"), _PERCENT),
            "outcome": Role(text("Outcome")),
            "condition": Role(
                text("Highest admissible" if is_upper_limit else "Condition required")
            ),
            "condition_percentage": Role(text("% of range"), _PERCENT),
            "n_below": Role(text(f"Cases {'above' if is_upper_limit else 'below'} it"), COUNT),
            "needed": Role(text("Remark"), align="left"),
        },
        note=text(
            f"{counted(found.n_obs, 'case')}. Each row: the "
            f"{'highest' if is_upper_limit else 'lowest'} level of the condition with which that "
            "level of the outcome is attainable."
        ),
    )
