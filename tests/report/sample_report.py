"""A report on invented numbers that uses every part of the document model.

``python tests/report/sample_report.py FILE`` writes it, to be looked at.
"""

import math
import sys
from pathlib import Path

import pandas as pd

from coprod_stats.documents.document import (
    Badge,
    Citations,
    CodeBlock,
    Column,
    CrossReference,
    Details,
    Document,
    Figure,
    Footnote,
    ItemList,
    KeyFigure,
    KeyFigures,
    Marked,
    Notice,
    Paragraph,
    RowGroup,
    Section,
    Table,
    code,
    emphasis,
    strong,
    subscript,
    text,
)
from coprod_stats.documents.figures.forest import Estimate, ForestRow, forest_chart
from coprod_stats.documents.figures.likert import LikertItem, likert_chart
from coprod_stats.documents.figures.missing import (
    MissingItem,
    MissingPattern,
    missing_bars,
    missing_patterns,
)
from coprod_stats.documents.figures.path_diagram import Node, path_diagram
from coprod_stats.documents.figures.path_diagram import Path as ModelPath
from coprod_stats.documents.html import render_html
from coprod_stats.documents.numbers import BOUNDED, COUNT, Interval, NumberFormat, p_statement
from coprod_stats.documents.tables import Role, frame_table
from coprod_stats.report.citation import PAPER, apa_entry, bibtex_entry, software
from coprod_stats.report.manifest import Provenance, Source
from coprod_stats.report.provenance import provenance_blocks

HOSTILE = "</td><script>alert('x')</script> & <img src=x onerror=alert(1)> https://example.org ‮"

NODES = (
    Node("DRACT", "Active users"),
    Node("DRINP", "Contributions"),
    Node("DRSET", "New setting"),
    Node("DRTEC", "New technology"),
    Node("DRREL", "Long-term relationships"),
    Node("DRFLO", "Information flow"),
    Node("DRKNO", "Knowledge"),
    Node("QUA", "Quality", "R² = .31"),
    Node("PRF", "Performance", "R² = .27"),
    Node("ATT", "Attitudes", "R² = .22"),
    Node("SHR", "Shared responsibilities", "R² = .19"),
    Node("KGN", "Knowledge generation", "R² = .35"),
    Node("IV", "Individual value", "R² = .29"),
    Node("MV", "Mutual value", "R² = .33"),
)

PATHS = tuple(
    ModelPath(source, target, estimate, status, name)
    for name, source, target, estimate, status in (
        ("H01", "DRACT", "QUA", 0.21, "supported"),
        ("H02", "DRACT", "PRF", 0.18, "supported"),
        ("H03", "DRINP", "QUA", 0.16, "supported"),
        ("H04", "DRINP", "PRF", 0.07, "inconclusive"),
        ("H05", "DRSET", "ATT", -0.12, "inconclusive"),
        ("H06", "DRSET", "SHR", 0.02, "equivalent"),
        ("H07", "DRTEC", "ATT", 0.19, "supported"),
        ("H08", "DRTEC", "SHR", -0.24, "supported"),
        ("H09", "DRFLO", "KGN", 0.26, "supported"),
        ("H10", "DRFLO", "IV", 0.17, "supported"),
        ("H11", "DRFLO", "MV", 0.09, "inconclusive"),
        ("H12", "DRKNO", "KGN", 0.31, "supported"),
        ("H13", "DRKNO", "IV", 0.22, "supported"),
        ("H14", "DRKNO", "MV", 0.2, "supported"),
        ("H15a", "DRREL", "QUA", 0.34, "supported"),
        ("H15b", "DRREL", "PRF", 0.29, "supported"),
        ("H15c", "DRREL", "ATT", 0.33, "supported"),
        ("H15d", "DRREL", "SHR", 0.25, "supported"),
        ("H15e", "DRREL", "KGN", 0.22, "supported"),
        ("H15f", "DRREL", "IV", 0.3, "supported"),
        ("H15g", "DRREL", "MV", 0.41, "supported"),
    )
)
PROVENANCE = Provenance(
    command="coprod run analyses/driver_impact.yaml --data sample_data/citizen_synthetic.csv",
    data=Source("citizen_synthetic.csv", "0f1e2d3c4b5a6978" * 4),
    instrument=Source("citizen.yaml", "a7b6c5d4e3f20918" * 4, "1.0"),
    plan=Source("driver_impact.yaml", "13579bdf02468ace" * 4),
    python="3.11.2",
    packages={"coprod-stats": "0.1.0", "numpy": "2.2.0", "semopy": "2.3.11"},
    seed=20240229,
)
LABELS = {node.name: node.label for node in NODES}
MISSING_KINDS = ("Don't know", "Refused", "Seen, unanswered", "Not asked")
ITEMS = (
    ("How would you rate [SERVICE] today? That one can rely on it", (0.04, 0.09, 0.22, 0.41, 0.24)),
    ("How well it fits what people here need", (0.07, 0.15, 0.27, 0.34, 0.17)),
    ("The care that goes into it", (0.12, 0.21, 0.30, 0.26, 0.11)),
    (
        "How quickly problems are put right, once somebody has told the staff",
        (0.22, 0.28, 0.24, 0.19, 0.07),
    ),
    (HOSTILE, (0.0, 0.02, 0.1, 0.38, 0.5)),
)
MISSING_SHARES = (
    (0.012, 0.002, 0.004, 0.0),
    (0.031, 0.004, 0.006, 0.0),
    (0.085, 0.01, 0.012, 0.0),
    (0.24, 0.012, 0.02, 0.11),
    (0.0, 0.0, 0.001, 0.0),
)


def sample_report() -> Document:
    return Document(
        title="What goes with good co-production?",
        subtitle="Drivers and impacts of co-production, citizen questionnaire, core form",
        byline=text(
            "Answers ",
            code("citizen_synthetic.csv"),
            " · instrument citizen 1.0 · plan driver_impact",
        ),
        data_label="Synthetic data",
        data_notice=text(
            "Every answer in this report was drawn by a computer from a population model. "
            "Nobody was asked, and nothing here is a finding about any service."
        ),
        content=(
            KeyFigures(
                (
                    KeyFigure("1,800", "respondents", "1,112 strict co-producers"),
                    KeyFigure("17 of 21", "paths supported", "after Holm's adjustment"),
                    KeyFigure(".81", "median reliability (ω)", "range .68 to .90"),
                    KeyFigure("3.4%", "flagged as careless", "results with and without"),
                )
            ),
            Section("answers", "What was answered", _answers()),
            Section("measurement", "Whether the scales measure", _measurement()),
            Section("model", "Drivers and impacts", _model()),
            Section("rebuild", "How to cite and rebuild", _rebuild()),
        ),
    )


def _answers():
    likert = likert_chart(
        [
            LikertItem(words, shares, round(1800 * (1 - sum(gone))), gone)
            for (words, shares), gone in zip(ITEMS, MISSING_SHARES, strict=True)
        ],
        categories=("Very poor", "Poor", "Fair", "Good", "Very good"),
        missing_kinds=MISSING_KINDS,
    )
    frequencies = likert_chart(
        [
            LikertItem(
                "Saying which problem should come first or what should be offered",
                (0.3, 0.25, 0.25, 0.12, 0.08),
                1791,
            ),
            LikertItem("Doing part of the service work itself", (0.52, 0.2, 0.14, 0.1, 0.04), 1788),
            LikertItem("Nobody answered this one", (0.0, 0.0, 0.0, 0.0, 0.0), 0),
        ],
        categories=(
            "Not in the past 12 months",
            "Once",
            "A few times",
            "About monthly",
            "Weekly or more",
        ),
        bipolar=False,
    )
    bars = missing_bars(
        [
            MissingItem(words, gone, 1800)
            for (words, _), gone in zip(ITEMS, MISSING_SHARES, strict=True)
        ],
        kinds=MISSING_KINDS,
    )
    names = ("QUA1", "QUA2", "QUA3", "PRF1", "PRF2", "ATT1")
    patterns = missing_patterns(
        [
            MissingPattern((False,) * 6, 1496),
            MissingPattern((False, False, True, False, False, False), 142),
            MissingPattern((False, False, True, True, True, False), 88),
            MissingPattern((False, False, False, False, True, True), 51),
            MissingPattern((True,) * 6, 23),
        ],
        variables=names,
    )
    return (
        Paragraph(
            text(
                "Respondents rated the service on five steps from ",
                emphasis("very poor"),
                " to ",
                emphasis("very good"),
                ". ",
                CrossReference("quality-answers"),
                " shows the answers; what was not answered is kept apart by its reason, and ",
                CrossReference("missing-items"),
                " and ",
                CrossReference("missing-patterns"),
                " tell where and together with what. The model of ",
                CrossReference("model"),
                " uses complete rows.",
            )
        ),
        Section(
            "answers-quality",
            "Ratings of the service",
            (
                Figure(
                    "quality-answers",
                    text("Answers to the Items on Service Quality"),
                    likert,
                    text(
                        "Left and right of the bars stand the answers below and above the "
                        "middle of the scale. Missing answers are in percent of all who were asked."
                    ),
                ),
                Figure("stages", text("Taking Part, by Stage of the Service"), frequencies),
            ),
        ),
        Section(
            "answers-missing",
            "Missing answers",
            (
                Figure("missing-items", text("Missing Answers by Item and Reason"), bars),
                Figure(
                    "missing-patterns",
                    text("Which Answers Are Missing Together"),
                    patterns,
                    text(
                        "A filled dot marks a missing answer; each column is a pattern, "
                        "the number below it counts its cases."
                    ),
                ),
            ),
        ),
    )


def _measurement():
    frame = pd.DataFrame(
        {
            "scale": [
                "Active users",
                "Contributions",
                "New setting",
                "Quality",
                "Performance",
                "Attitudes",
            ],
            "kind": ["Drivers"] * 3 + ["Impacts"] * 3,
            "n_items": [3, 3, 2, 3, 3, 3],
            "n_obs": [1774, 1768, 1790, 1691, 1702, 1785],
            "mean": [3.214, 2.871, 3.5, 3.481, 3.102, 3.905],
            "sd": [0.912, 1.04, 0.88, 0.93, 0.79, 0.71],
            "alpha": [0.8123, 0.7789, math.nan, 0.8812, 0.6823, 0.7421],
            "conf_low": [0.79, 0.755, math.nan, 0.869, 0.65, 0.72],
            "conf_high": [0.833, 0.8, math.nan, 0.892, 0.712, 0.765],
            "omega": [0.815, 0.782, 0.701, 0.883, 0.69, 0.75],
        }
    )
    reliability = frame_table(
        frame,
        anchor="reliability",
        title=text("Means and Reliabilities of the Scales"),
        columns=["scale", "n_items", "n_obs", "mean", "sd", "alpha", "interval", "omega"],
        roles={
            "scale": Role(text("Scale"), align="left"),
            "n_items": Role(text("Items"), COUNT),
            "alpha": Role(text("α"), BOUNDED, spanner="Cronbach"),
            "interval": Role(text("95% CI"), BOUNDED, spanner="Cronbach"),
        },
        group_by="kind",
        note=text(
            "Scores run from 1 to 5. α = coefficient alpha with Feldt's interval; ω = omega of a "
            "one-factor model, of two items the Spearman–Brown coefficient."
        ),
    )
    return (
        reliability,
        Notice(
            (
                Paragraph(
                    text(
                        "The reliability of ",
                        emphasis("Performance"),
                        " is below .70: its paths are estimated with more error than the others.",
                    )
                ),
            ),
            "warning",
            "One weak scale",
        ),
        Details(
            text("Wordings of the items and item statistics"),
            (
                ItemList(tuple(text(words) for words, _ in ITEMS), ordered=True),
                Paragraph(text("No item was dropped after the data had been seen.")),
            ),
        ),
    )


def _model():
    standard_error = 0.041
    badges = {
        "supported": Badge("supported", "positive"),
        "equivalent": Badge("equivalent"),
        "inconclusive": Badge("inconclusive", "caution"),
    }
    rows = []
    for path in PATHS:
        p = min(
            1.0,
            2
            * math.exp(
                -0.717 * abs(path.estimate / standard_error)
                - 0.416 * (path.estimate / standard_error) ** 2
            ),
        )
        limits = Interval(
            path.estimate - 1.96 * standard_error, path.estimate + 1.96 * standard_error
        )
        name = Marked(path.name, ("digital",)) if path.source == "DRTEC" else path.name
        rows.append(
            (
                path.target,
                (
                    name,
                    LABELS[path.source],
                    path.estimate * 1.31,
                    path.estimate,
                    standard_error,
                    limits,
                    p,
                    min(1.0, 21 * p),
                    text(badges[path.status]),
                ),
            )
        )
    groups = tuple(
        RowGroup(tuple(row for target, row in rows if target == node.name), text(node.label))
        for node in NODES[7:]
    )
    probability = NumberFormat("p_value", 3)
    table = Table(
        "paths",
        text("Standardised Paths From Drivers to Impacts"),
        (
            Column(text(""), "left"),
            Column(text("Driver"), "left"),
            Column(text(emphasis("b"))),
            Column(text("β"), number_format=BOUNDED, spanner="Standardised"),
            Column(text(emphasis("SE")), number_format=BOUNDED, spanner="Standardised"),
            Column(text("95% CI"), number_format=BOUNDED, spanner="Standardised"),
            Column(text(emphasis("p")), number_format=probability),
            Column(text(emphasis("p"), subscript("Holm")), number_format=probability),
            Column(text("Outcome"), "left"),
        ),
        groups,
        text(
            emphasis("n"),
            " = 1,061 complete rows of 1,112 strict co-producers. "
            "Holm's adjustment is over all 21 paths. A path is ",
            emphasis("equivalent"),
            " if two one-sided tests place it within ±.10.",
        ),
        (
            Footnote(
                "digital",
                text("Estimated among users of a digital channel, ", emphasis("n"), " = 812."),
            ),
        ),
    )
    forest = forest_chart(
        [
            ForestRow(
                f"{path.name}  {LABELS[path.source]} → {LABELS[path.target]}",
                (
                    Estimate(path.estimate, Interval(path.estimate - 0.08, path.estimate + 0.08)),
                    Estimate(
                        path.estimate * 0.97,
                        Interval(path.estimate * 0.97 - 0.09, path.estimate * 0.97 + 0.09),
                    ),
                    None
                    if index == 3
                    else Estimate(
                        path.estimate * 0.8,
                        Interval(path.estimate * 0.8 - 0.06, path.estimate * 0.8 + 0.06),
                    ),
                ),
            )
            for index, path in enumerate(PATHS[:8])
        ],
        series=("SEM, ML", "SEM, flagged included", "Scale scores, HC3"),
        axis_label="Standardised coefficient with 95% interval",
        region=Interval(-0.1, 0.1),
    )
    mediated = path_diagram(
        (
            Node("A", "Knowledge"),
            Node("B", "Information flow"),
            Node("C", "Quality"),
            Node("D", "Individual value"),
        ),
        (
            ModelPath("A", "C", 0.3, "supported"),
            ModelPath("B", "C", 0.12, "inconclusive"),
            ModelPath("C", "D", 0.45, "supported"),
            ModelPath("A", "D", -0.05, "equivalent"),
            ModelPath("B", "D", math.nan, "inconclusive"),
        ),
    )
    return (
        Paragraph(
            text(
                "Seventeen of the 21 paths are ",
                strong("supported"),
                "; long-term relationships go with all seven impacts, "
                "most with mutual value, β = .41, ",
                emphasis("p"),
                f" {p_statement(0.00002)}. See ",
                CrossReference("paths"),
                " and ",
                CrossReference("path-diagram"),
                ". These are associations in one cross-section: they are consistent with "
                "the model and do not show causes.",
            )
        ),
        Figure(
            "path-diagram",
            text("The 21 Paths of the Driver–Impact Model"),
            path_diagram(NODES, PATHS),
            text(
                "Standardised coefficients. Line weight grows with the size of a coefficient. ",
                emphasis("R"),
                "² = share of variance explained.",
            ),
        ),
        table,
        Section(
            "robustness",
            "Robustness",
            (
                Figure(
                    "forest",
                    text("Eight Paths Under Three Specifications"),
                    forest,
                    text("The band marks the region of practical equivalence, −.10 to .10."),
                ),
                Figure("mediation", text("A Model With a Mediator"), mediated),
            ),
        ),
    )


def _rebuild():
    return (
        Paragraph(text("Please cite the article and the software, with its version.")),
        Citations((apa_entry(PAPER), apa_entry(software("0.1.0")))),
        CodeBlock(bibtex_entry(PAPER)),
        *provenance_blocks(PROVENANCE, anchor="made-from"),
    )


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(render_html(sample_report()), encoding="utf-8", newline="\n")
