"""The hypothesised paths: the diagram, the table, the measurement behind them."""

from __future__ import annotations

import pandas as pd

from coprod_stats.documents.document import (
    Badge,
    Block,
    CrossReference,
    Details,
    Figure,
    Notice,
    Paragraph,
    Section,
    Table,
    Text,
    Tone,
    emphasis,
    strong,
    text,
)
from coprod_stats.documents.figures.path_diagram import Node, Path, path_diagram
from coprod_stats.documents.numbers import (
    BOUNDED,
    NumberFormat,
    bounded,
    count,
    decimal,
    digits_to_show,
    interval,
    p_statement,
)
from coprod_stats.documents.tables import Role, frame_table
from coprod_stats.report.sections.labels import construct_label
from coprod_stats.structure import DriverImpactResult, PathResult, PathTests
from coprod_stats.study import ColumnResult, StudyResult
from coprod_stats.study.result import ENGINE_TOLERANCE

TONES: dict[str, Tone] = {
    "supported": "positive",
    "opposite": "negative",
    "equivalent": "neutral",
    "inconclusive": "caution",
}
THREE = NumberFormat("bounded", 3)
_PROBABILITY = NumberFormat("p_value", 3)


def paths_section(study: StudyResult) -> Section:
    """Compose the tests of the hypotheses in the headline column."""
    entry = study.headline_column
    if entry.tests is None:
        missing = Paragraph(text(f"No column of the plan could be estimated: {entry.reason}"))
        return Section("paths", "Tests of the hypotheses", (Notice((missing,), "warning"),))
    if not study.engines_agree:
        return Section("paths", "Tests of the hypotheses", tuple(_disagreement(study)))
    content: list[Block | Section] = [*_stand_in(study, entry), _summary(study, entry)]
    content.append(_diagram(study, entry))
    content.append(path_table(study, entry, anchor="paths-table"))
    content.append(_reading(study))
    if isinstance(entry.tests, DriverImpactResult):
        content.append(_measurement_model(study, entry.tests))
    return Section("paths", "Tests of the hypotheses", tuple(content))


def _stand_in(study: StudyResult, entry: ColumnResult) -> list[Block]:
    if entry.column.role == "confirmatory":
        return []
    planned = next(e for e in study.columns if e.column.role == "confirmatory")
    words = (
        f"The confirmatory column of the plan, {planned.column.title}, was not estimated: "
        f"{planned.reason}. Until it is, the column “{entry.column.title}” stands here in its "
        "place, and nothing in it counts as confirmed."
    )
    return [Notice((Paragraph(text(words)),), "warning", "Not the confirmatory estimate")]


def _disagreement(study: StudyResult) -> list[Block]:
    """Report that two engines differ: nothing is decided on numbers of which one is wrong."""
    words = [
        f"{entry.column.title}: {entry.agreement.term} differs by "
        f"{decimal(entry.agreement.difference, 5)} (standardised)."
        for entry in study.columns
        if entry.agreement is not None and not entry.agreement.agrees
    ]
    lead = (
        "Two independent engines estimate the same model on the same rows and do not agree "
        f"within {decimal(ENGINE_TOLERANCE, 4)}. Until it is known which of them is wrong, no "
        "hypothesis is decided here."
    )
    return [Notice((Paragraph(text(lead)), Paragraph(text(" ".join(words)))), "warning", "Stopped")]


def _summary(study: StudyResult, entry: ColumnResult) -> Paragraph:
    assert entry.tests is not None
    counts = entry.tests.glance().iloc[0]
    n_paths = len(entry.tests.paths)
    others = [
        f"{count(counts[f'n_{kind}'])} {words}"
        for kind, words in (
            ("opposite", "against the expected sign"),
            ("equivalent", "equivalent to none"),
            ("inconclusive", "inconclusive"),
        )
        if counts[f"n_{kind}"]
    ]
    largest = max(entry.tests.paths, key=lambda path: abs(path.beta))
    return Paragraph(
        text(
            strong(f"{count(counts['n_supported'])} of {n_paths}"),
            f" hypotheses are supported{', ' if others else ''}{', '.join(others)}. The largest "
            f"coefficient is that of {largest.id}, “{construct_label(study, largest.predictor)}” "
            f"→ “{construct_label(study, largest.outcome)}”, β = {bounded(largest.beta)}, ",
            emphasis("p"),
            f" {p_statement(largest.p_adjusted)} after adjustment. See ",
            CrossReference("path-diagram"),
            " and ",
            CrossReference("paths-table"),
            ". These are associations in one cross-section, told by the same persons on both "
            "sides: they are consistent with the model and do not show causes.",
        )
    )


def _diagram(study: StudyResult, entry: ColumnResult) -> Figure:
    assert entry.tests is not None
    paths = entry.tests.paths
    explained = {path.outcome: path.r_squared for path in paths}
    factors = study.plan.form.model.factors
    names = dict.fromkeys(
        (
            *(name for name in factors if any(name in (p.predictor, p.outcome) for p in paths)),
            *(name for path in paths for name in (path.predictor, path.outcome)),
        )
    )
    nodes = [
        Node(
            name,
            construct_label(study, name),
            f"R² = {bounded(explained[name])}" if name in explained else "",
        )
        for name in names
    ]
    drawing = path_diagram(
        nodes,
        [Path(p.predictor, p.outcome, p.beta, p.conclusion, p.id) for p in paths],
    )
    return Figure(
        "path-diagram",
        text(f"The {len(paths)} Hypothesised Paths"),
        drawing,
        text(
            f"Standardised coefficients: {entry.column.title}. Line weight grows with the size of "
            "a coefficient. ",
            emphasis("R"),
            "² = share of variance explained.",
        ),
    )


def path_table(study: StudyResult, entry: ColumnResult, *, anchor: str) -> Table:
    """Compose one column's tests, a row per hypothesis, grouped by outcome."""
    assert entry.tests is not None
    table = entry.tests.tidy()
    rules = study.plan.form.inference
    coefficients = NumberFormat("decimal", digits_to_show(table["std_error"].min()))
    table["outcome_label"] = [construct_label(study, name) for name in table["outcome"]]
    table["predictor_label"] = [construct_label(study, name) for name in table["predictor"]]
    table["conclusion"] = pd.Series([_conclusion(path) for path in entry.tests.paths], dtype=object)
    table["conf_low"], table["conf_high"] = table["beta_conf_low"], table["beta_conf_high"]
    table["expected_sign"] = table["expected_sign"].replace({"-": "−", "two-sided": "±"})
    return frame_table(
        _in_order_of_outcomes(table),
        anchor=anchor,
        title=text(f"Tests of the Hypotheses: {entry.column.title}"),
        columns=[
            "term",
            "predictor_label",
            "expected_sign",
            "estimate",
            "std_error",
            "beta",
            "interval",
            "p_value",
            "p_adjusted",
            "conclusion",
        ],
        roles={
            "term": Role(text(""), align="left"),
            "predictor_label": Role(text("Predictor"), align="left"),
            "expected_sign": Role(text("Sign"), align="center"),
            "estimate": Role(text(emphasis("b")), coefficients),
            "std_error": Role(text(emphasis("SE")), coefficients),
            "beta": Role(text("β"), BOUNDED, spanner="Standardised"),
            "interval": Role(text("95% CI"), BOUNDED, spanner="Standardised"),
            "p_adjusted": Role(text(emphasis("p"), " adjusted"), _PROBABILITY),
            "conclusion": Role(text("Conclusion"), align="left"),
        },
        group_by="outcome_label",
        level=1 - rules.alpha,
        note=text(
            emphasis("n"),
            f" = {count(entry.tests.n_analysed)} analysed of "
            f"{count(entry.n_sample)} respondents of this column and "
            f"{count(study.responses.n_respondents)} in the file. Sign: as expected, ± where "
            "either sign would do. ",
            emphasis("p"),
            f" values adjusted {_ADJUSTMENTS[rules.adjustment]} over {len(table)} hypotheses.",
            *_subgroup_words(entry.tests),
        ),
    )


def _subgroup_words(tests: PathTests) -> list[str]:
    """Describe which paths come from the model of some respondents only."""
    if not isinstance(tests, DriverImpactResult):
        return []
    return [
        f" {' and '.join(part.hypotheses)}: from the same model fitted to {part.population}, "
        f"n = {count(part.fit.n_obs)}."
        for part in tests.subgroups
    ]


_ADJUSTMENTS = {
    "holm": "by Holm’s method",
    "fdr_bh": "by the method of Benjamini and Hochberg",
}


def _in_order_of_outcomes(table: pd.DataFrame) -> pd.DataFrame:
    order = list(dict.fromkeys(table["outcome"]))
    rank = table["outcome"].map(order.index)
    return table.assign(rank=rank).sort_values("rank", kind="stable")


def _conclusion(path: PathResult) -> Text:
    badge = Badge(path.conclusion, TONES[path.conclusion])
    if path.conclusion != "inconclusive":
        return text(badge)
    return text(badge, f" |β|\u00a0<\u00a0{bounded(path.smallest_bound)}")


def _reading(study: StudyResult) -> Details:
    rules = study.plan.form.inference
    effect = bounded(rules.smallest_effect)
    return Details(
        text("How the conclusions are to be read"),
        (
            Paragraph(
                text(
                    strong("Supported"),
                    ": the adjusted ",
                    emphasis("p"),
                    f" is below {bounded(rules.alpha)} and the sign is the expected one. ",
                    strong("Opposite"),
                    ": significant, but against the expected sign. ",
                    strong("Equivalent"),
                    f": two one-sided tests show |β| to be below {effect}, "
                    "the smallest effect that the plan holds to matter. ",
                    strong("Inconclusive"),
                    ": neither; the bound is the smallest |β| that these "
                    "data exclude. An inconclusive path is no evidence of no effect.",
                )
            ),
        ),
    )


def _measurement_model(study: StudyResult, tests: DriverImpactResult) -> Section:
    words = text(
        *_fit_words(tests.fit.fit),
        f"SRMR = {bounded(tests.fit.fit['srmr'], 3)}. ",
        CrossReference("loadings"),
        " gives the loadings.",
    )
    rows = tests.fit.tidy()
    loadings = rows[rows["op"] == "=~"].assign(
        factor=lambda table: [construct_label(study, name) for name in table["lhs"]],
        std_error=lambda table: table["std_error"].where(table["std_error"] > 0),
    )
    table = frame_table(
        loadings,
        anchor="loadings",
        title=text("Loadings of the Items"),
        columns=["rhs", "estimate", "std_error", "std_all", "std_all_se"],
        roles={
            "rhs": Role(text("Item"), align="left"),
            "estimate": Role(text("Loading")),
            "std_all": Role(text("λ"), BOUNDED, spanner="Standardised"),
            "std_all_se": Role(text(emphasis("SE")), BOUNDED, spanner="Standardised"),
        },
        group_by="factor",
        note=text("A loading of 1 without standard error sets the unit of its factor."),
    )
    notices: list[Block] = [
        Notice((Paragraph(text(_sentence(warning.message))),), "warning", f"Note {warning.code}")
        for warning in tests.fit.warnings
    ]
    return Section(
        "fit",
        "Measurement model and fit",
        (Paragraph(words), *notices, Details(text("Loadings"), (table,))),
    )


def _fit_words(fit: dict[str, float]) -> Text:
    """Report the test of the model and its indices; nothing where they were withheld."""
    if "pvalue" not in fit:
        return ()
    limits = interval(fit["rmsea_ci_lower"], fit["rmsea_ci_upper"], number_format=THREE)
    return text(
        f"χ²({count(fit['df'])}) = {decimal(fit['chisq'])}, ",
        emphasis("p"),
        f" {p_statement(fit['pvalue'])}, CFI = {bounded(fit['cfi'], 3)}, "
        f"TLI = {bounded(fit['tli'], 3)}, RMSEA = {bounded(fit['rmsea'], 3)} {limits}, ",
    )


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."
