"""Who answered: the flow of respondents, what was set aside, what is missing."""

from __future__ import annotations

import pandas as pd

from coprod_stats.analyses.words import item_label
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
from coprod_stats.quality.missingness import BLANK
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
            Section("missing", "Missing answers", tuple(_missing(study))),
        ),
    )


def _flow(study: StudyResult) -> list[Block]:
    provenance = study.responses.provenance
    found: list[Block] = [
        Paragraph(
            text(
                f"The answers were read from {provenance.file} ({provenance.reading}): "
                f"{count(provenance.rows_read)} rows, of which "
                f"{count(study.responses.n_respondents)} were kept and "
                f"{count(study.responses.n_rejected_rows)} set aside. ",
                _values_set_aside(study),
                " ",
                CrossReference("flow-table"),
                " follows the respondents to the analysis.",
            )
        ),
        frame_table(
            study.sample.tidy(),
            anchor="flow-table",
            title=text("Respondents, Step by Step"),
            columns=["term", "n_left", "n_out", "reason"],
            roles={
                "term": Role(text("Step"), align="left"),
                "n_left": Role(text("Left"), COUNT),
                "n_out": Role(text("Out"), COUNT),
                "reason": Role(text("Why out"), align="left"),
            },
        ),
    ]
    if study.plan.instrument.classification is not None:
        found.append(_classes(study))
    return found


def _values_set_aside(study: StudyResult) -> str:
    values = [entry for entry in study.responses.rejected if entry.scope == "value"]
    columns = sorted({e.column for e in study.responses.rejected if e.scope == "column"})
    found = f"{count(len(values))} single values did not fit the questionnaire and were set aside."
    if columns:
        found += f" Columns that it does not have were set aside: {', '.join(columns)}."
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
        note=text("The first class whose criteria are all known to hold counts."),
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
                    f"The {len(shown)} items with the most missing answers, as shares of those who "
                    "were asked. Who was not asked by the questionnaire's routing is not counted."
                ),
            )
        )
    found.append(
        Details(
            text("Every item, and which go missing together"),
            (_missing_table(asked), _patterns(study)),
        )
    )
    return found


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
        "test is weak: that it finds nothing does not show that nothing is there."
    )


def _patterns(study: StudyResult) -> Table:
    patterns = study.missing.patterns().head(MOST_PATTERNS)
    return frame_table(
        patterns.assign(unanswered=patterns["unanswered"].replace("", "nothing")),
        anchor="missing-patterns",
        title=text("Items of the Scales That Are Missing Together"),
        columns=["unanswered", "n", "share"],
        roles={
            "unanswered": Role(text("Missing"), align="left"),
            "n": Role(text(emphasis("n")), COUNT),
            "share": Role(text("Share"), _SHARE),
        },
        note=text(
            f"The {len(patterns)} most frequent patterns. What was not asked is not missing."
        ),
    )


def _missing_table(asked: pd.DataFrame) -> Table:
    return frame_table(
        asked,
        anchor="missing-table",
        title=text("Missing Answers of Every Item"),
        columns=["term", "n_asked", *KINDS, "share_missing"],
        roles={
            "term": Role(text("Item"), align="left"),
            "n_asked": Role(text("Asked"), COUNT),
            **{kind: Role(text(kind.capitalize()), COUNT) for kind in KINDS},
            "share_missing": Role(text("Missing"), _SHARE),
        },
    )
