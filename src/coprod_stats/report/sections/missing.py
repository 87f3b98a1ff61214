"""Missing answers: how many, of which items, for which reasons."""

from __future__ import annotations

import pandas as pd

from coprod_stats.analyses.words import item_label
from coprod_stats.counts import counted
from coprod_stats.documents.document import (
    Block,
    CrossReference,
    Details,
    Figure,
    Paragraph,
    Table,
    Text,
    code,
    emphasis,
    text,
)
from coprod_stats.documents.figures.missing import MissingItem, missing_bars
from coprod_stats.documents.numbers import COUNT, NumberFormat, count, decimal, p_statement, percent
from coprod_stats.documents.tables import Role, frame_table
from coprod_stats.responses.table import ANSWERED, BLANK, OFF_SCALE, REJECTED
from coprod_stats.study import StudyResult

REASONS = {
    "don't know": "Don't know",
    "refused": "Refused",
    "seen, unanswered": "Seen, unanswered",
    BLANK: "Blank",
    OFF_SCALE: "Off the scale",
    REJECTED: "Rejected",
}
"""Every kind of answer that was asked for and is missing, as it is printed."""
CONSPICUOUS = 0.02
"""Share missing from which an item is shown."""
MOST_ITEMS, MOST_PATTERNS = 15, 12
_SHARE = NumberFormat("percent", 1)


def missing_blocks(study: StudyResult) -> list[Block]:
    """Compose how much is missing, the items that lack most, and why."""
    items = study.missing.tidy()
    asked = items[items["n_asked"] > 0].sort_values("share_missing", ascending=False, kind="stable")
    shown = asked[asked["share_missing"] >= CONSPICUOUS]
    found: list[Block] = [Paragraph(text(*_extent(asked, shown)))]
    if len(shown):
        found += [_figure(study, shown.head(MOST_ITEMS))]
    if (asked["share_missing"] > 0).any():
        folded = [_table(shown)] if len(shown) else []
        test = Paragraph(text(_mcar(study)))
        found.append(
            Details(text("Counts, patterns and Little's test"), (*folded, *_patterns(study), test))
        )
    return found


def _extent(asked: pd.DataFrame, shown: pd.DataFrame) -> Text:
    """State the share of answers that are missing, and how many items lack many."""
    n_asked = int(asked["n_asked"].sum())
    n_missing = n_asked - int(asked[ANSWERED].sum())
    if not n_asked:
        return text("No question was asked.")
    if not n_missing:
        return text("No answer that was asked for is missing.")
    lead = (
        f"{count(n_missing)} of {count(n_asked)} answers that were asked for are missing "
        f"({percent(n_missing / n_asked, 2)}). "
    )
    limit = percent(CONSPICUOUS, 0)
    if not len(shown):
        return text(f"{lead}No item lacks {limit} or more of its answers.")
    return text(
        f"{lead}{count(len(shown))} of {counted(len(asked), 'item')} "
        f"{'lacks' if len(shown) == 1 else 'lack'} {limit} or more (",
        CrossReference("missing-items"),
        ").",
    )


def _figure(study: StudyResult, shown: pd.DataFrame) -> Figure:
    shares = study.missing.shares()[list(REASONS)]
    bars = [
        MissingItem(_label(study, str(name)), tuple(shares.loc[name]), int(n))
        for name, n in zip(shown["term"], shown["n_asked"], strict=True)
    ]
    which = (
        f"The {len(shown)} items with the most missing answers"
        if len(shown) > 1
        else "The item with the most missing answers"
    )
    return Figure(
        "missing-items",
        text("Missing Answers by Item and Reason"),
        missing_bars(bars, kinds=list(REASONS.values())),
        text(
            f"{which}, as shares of those who were asked. Respondents not asked because of the "
            f"questionnaire's routing are not counted.{_off_scale(study, shown)}"
        ),
    )


def _label(study: StudyResult, name: str) -> str:
    return f"{name}  {item_label(study.plan.instrument, study.plan.instrument.item(name))}"


def _off_scale(study: StudyResult, shown: pd.DataFrame) -> str:
    """Quote the answers off the scale that were given; empty without any."""
    given = shown.loc[shown[OFF_SCALE] > 0, "term"]
    items = [study.plan.instrument.item(str(name)) for name in given]
    options = [
        str(option.label) for item in items if item.responses for option in item.responses.off_scale
    ]
    if not options:
        return ""
    quoted = ", ".join(f"“{label}”" for label in dict.fromkeys(options))
    return f" Off the scale: valid answers that are no step of the scale ({quoted})."


def _table(shown: pd.DataFrame) -> Table:
    kinds = [kind for kind in REASONS if shown[kind].any()]
    return frame_table(
        shown,
        anchor="missing-table",
        title=text("Missing Answers by Item"),
        columns=["term", "n_asked", *kinds, "share_missing"],
        roles={
            "term": Role(text("Item"), align="left"),
            "n_asked": Role(text("Asked"), COUNT),
            **{kind: Role(text(REASONS[kind]), COUNT) for kind in kinds},
            "share_missing": Role(text("Missing"), _SHARE),
        },
        note=text(
            f"Items that lack {percent(CONSPICUOUS, 0)} of their answers or more; every item is in "
            "the output of ",
            code("coprod run --json"),
            ".",
        ),
    )


def _patterns(study: StudyResult) -> list[Block]:
    """Compose the most frequent patterns; nothing where the scales lack no answer."""
    patterns = study.missing.patterns().head(MOST_PATTERNS)
    if not (patterns["n_unanswered"] > 0).any():
        return []
    return [
        frame_table(
            patterns.assign(unanswered=patterns["unanswered"].replace("", "nothing")),
            anchor="missing-patterns",
            title=text("Patterns of Missing Answers to the Items of the Scales"),
            columns=["unanswered", "n", "share"],
            roles={
                "unanswered": Role(text("Missing"), align="left"),
                "n": Role(text(emphasis("n")), COUNT),
                "share": Role(text("Share"), NumberFormat("percent", 2)),
            },
            note=text(
                f"The {len(patterns)} most frequent patterns. Items not asked do not count as "
                "missing."
            ),
        )
    ]


def _mcar(study: StudyResult) -> str:
    test = study.missing.mcar
    if test is None:
        return f"Little's test of missing completely at random: {study.missing.mcar_reason}."
    return (
        f"Little's test of missing completely at random, over the items of the scales: "
        f"χ²({count(test.df)}) = {decimal(test.statistic)}, p {p_statement(test.p_value)}. The "
        "test has little power: a result that is not significant does not show that answers are "
        "missing completely at random."
    )
