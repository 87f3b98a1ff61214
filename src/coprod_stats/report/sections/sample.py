"""The sample: the flow of respondents, rejected values, missing answers."""

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
    Section,
    Table,
    emphasis,
    text,
)
from coprod_stats.documents.figures.missing import (
    MissingItem,
    missing_bars,
)
from coprod_stats.documents.numbers import COUNT, NumberFormat, count, decimal, p_statement
from coprod_stats.documents.tables import Role, frame_table
from coprod_stats.report.sections.participants import participants_blocks
from coprod_stats.responses.table import BLANK
from coprod_stats.study import StudyResult

KINDS = ("don't know", "refused", "seen, unanswered", BLANK)
MOST_ITEMS, MOST_PATTERNS = 15, 12
_SHARE = NumberFormat("percent", 2)


def sample_section(study: StudyResult) -> Section:
    """Compose the sample and its missing answers."""
    return Section(
        "sample",
        "Sample and missing answers",
        (
            Section("flow", "From the file to the analysis", tuple(_flow(study))),
            Section("described", "Participants", tuple(participants_blocks(study))),
            Section("missing", "Missing answers", tuple(_missing(study))),
        ),
    )


def _flow(study: StudyResult) -> list[Block]:
    provenance = study.responses.provenance
    found: list[Block] = [
        Paragraph(
            text(
                f"The answers were read from {provenance.file} ({provenance.reading}): "
                f"{counted(provenance.rows_read, 'row')}, of which "
                f"{count(study.responses.n_respondents)} "
                f"{'was' if study.responses.n_respondents == 1 else 'were'} kept and "
                f"{count(study.responses.n_rejected_rows)} rejected. ",
                _rejected(study),
                " ",
                CrossReference("flow-table"),
                " shows the flow of respondents to the analysis.",
            )
        ),
        frame_table(
            study.sample.tidy(),
            anchor="flow-table",
            title=text("Flow of Respondents"),
            columns=["term", "n_left", "n_out", "reason"],
            roles={
                "term": Role(text("Step"), align="left"),
                "n_left": Role(text("Remaining"), COUNT),
                "n_out": Role(text("Excluded"), COUNT),
                "reason": Role(text("Reason"), align="left"),
            },
        ),
    ]
    if study.plan.instrument.classification is not None:
        found.append(_classes(study))
    return found


def _rejected(study: StudyResult) -> str:
    values = [entry for entry in study.responses.rejected if entry.scope == "value"]
    columns = sorted({e.column for e in study.responses.rejected if e.scope == "column"})
    found = (
        f"{counted(len(values), 'single value', 'single values')} did not fit the questionnaire "
        f"and {'was' if len(values) == 1 else 'were'} rejected."
    )
    if columns:
        found += f" Columns that are not in the questionnaire were rejected: {', '.join(columns)}."
    return found


def _classes(study: StudyResult) -> Table:
    rule = study.plan.instrument.classification
    assert rule is not None
    counts = study.classes.value_counts()
    names = [*(name for name, _ in rule.classes), rule.otherwise]
    frame = pd.DataFrame({"class": names, "n_obs": [int(counts.get(name, 0)) for name in names]})
    return frame_table(
        frame,
        anchor="classes",
        title=text(str(rule.title)),
        columns=["class", "n_obs"],
        roles={"class": Role(text("Class"), align="left")},
        note=text("A respondent belongs to the first class whose criteria are all known to hold."),
    )


def _missing(study: StudyResult) -> list[Block]:
    items = study.missing.tidy()
    asked = items[items["n_asked"] > 0].sort_values("share_missing", ascending=False, kind="stable")
    shown = asked[asked["share_missing"] > 0].head(MOST_ITEMS)
    found: list[Block] = [Paragraph(text(_mcar(study)))]
    if len(shown):
        found.append(
            Figure(
                "missing-items",
                text("Missing Answers by Item and Reason"),
                missing_bars(
                    [
                        _bar(study, str(name), int(n))
                        for name, n in zip(shown["term"], shown["n_asked"], strict=True)
                    ],
                    kinds=[kind.capitalize() for kind in KINDS],
                ),
                text(
                    f"{_most_missing(len(shown))}, as shares of those who were asked. Respondents "
                    "not asked because of the questionnaire's routing are not counted."
                ),
            )
        )
    found.append(
        Details(
            text("Every item, and patterns of missing answers"),
            (_missing_table(asked), _patterns(study)),
        )
    )
    return found


def _most_missing(n_items: int) -> str:
    return (
        f"The {n_items} items with the most missing answers"
        if n_items > 1
        else "The only item with missing answers"
    )


def _bar(study: StudyResult, name: str, n_asked: int) -> MissingItem:
    label = f"{name}  {item_label(study.plan.instrument, study.plan.instrument.item(name))}"
    shares = study.missing.shares()[list(KINDS)].to_dict(orient="index")[name]
    return MissingItem(label, tuple(shares.values()), n_asked)


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


def _patterns(study: StudyResult) -> Table:
    patterns = study.missing.patterns().head(MOST_PATTERNS)
    return frame_table(
        patterns.assign(unanswered=patterns["unanswered"].replace("", "nothing")),
        anchor="missing-patterns",
        title=text("Patterns of Missing Answers to the Items of the Scales"),
        columns=["unanswered", "n", "share"],
        roles={
            "unanswered": Role(text("Missing"), align="left"),
            "n": Role(text(emphasis("n")), COUNT),
            "share": Role(text("Share"), _SHARE),
        },
        note=text(
            f"The {len(patterns)} most frequent patterns. Items not asked do not count as missing."
        ),
    )


def _missing_table(asked: pd.DataFrame) -> Table:
    return frame_table(
        asked,
        anchor="missing-table",
        title=text("Missing Answers to Every Item"),
        columns=["term", "n_asked", *KINDS, "share_missing"],
        roles={
            "term": Role(text("Item"), align="left"),
            "n_asked": Role(text("Asked"), COUNT),
            **{kind: Role(text(kind.capitalize()), COUNT) for kind in KINDS},
            "share_missing": Role(text("Missing"), _SHARE),
        },
    )
