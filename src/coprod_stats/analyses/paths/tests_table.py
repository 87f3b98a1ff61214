"""The table of tests of one specification."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from coprod_stats.analyses.conclusions import conclusion_badge
from coprod_stats.analyses.findings import Finding, findings_table
from coprod_stats.analyses.paths.estimation import SpecificationResult
from coprod_stats.analyses.words import ReportWords
from coprod_stats.counts import counted
from coprod_stats.documents.document import Table, emphasis, text
from coprod_stats.documents.numbers import (
    BOUNDED,
    Interval,
    NumberFormat,
    bounded,
    count,
    digits_to_show,
)
from coprod_stats.documents.tables import Role, frame_table
from coprod_stats.structure import DriverImpactResult, PathTests

_PROBABILITY = NumberFormat("p_value", 3)


def tests_table(entry: SpecificationResult, words: ReportWords, *, anchor: str) -> Table:
    """Compose the tests of one specification, a row per path, grouped by outcome."""
    assert entry.tests is not None
    findings = words.of(entry.specification.specification)
    table = _labelled(findings, words)
    table["conf_low"], table["conf_high"] = table["std_all_conf_low"], table["std_all_conf_high"]
    explained = explained_variances(entry.tests, findings)
    table["outcome_label"] = [
        f"{label}, R²\u00a0=\u00a0{bounded(explained[name])}" if name in explained else label
        for name, label in zip(table["outcome"], table["outcome_label"], strict=True)
    ]
    table["expected_sign"] = table["expected_sign"].replace({"-": "−", "two-sided": "±"})
    return frame_table(
        _in_order_of_outcomes(table),
        anchor=anchor,
        title=text(f"Tests of the Hypotheses: {entry.specification.title}"),
        columns=[
            "id",
            "predictor_label",
            "std_all",
            "interval",
            "conclusion",
            "expected_sign",
            "p_value",
            "p_adjusted",
        ],
        roles={
            **_HEADS,
            "expected_sign": Role(text("Sign"), align="center"),
            "std_all": Role(text("β"), BOUNDED),
            "interval": Role(text(f"{words.level} CI"), BOUNDED),
            "p_adjusted": Role(text(emphasis("p"), " adjusted"), _PROBABILITY),
            "conclusion": Role(text("Conclusion"), align="left"),
        },
        group_by="outcome_label",
        level=1 - words.plan.inference.alpha,
        note=text(
            emphasis("n"),
            f" = {count(entry.tests.n_analysed)} analysed, of "
            f"{counted(entry.n_sample, 'respondent')} of this specification and "
            f"{count(words.n_respondents)} in the file. β: standardised coefficient. R²: share "
            "of the outcome’s variance that the model explains. Sign: expected sign, ± for "
            "two-sided hypotheses. ",
            emphasis("p"),
            f" {words.adjusted(findings)}.{_design_words(entry, words)}",
            _basis(entry, words),
            *_subgroup_words(entry.tests),
        ),
    )


def explained_variances(tests: PathTests, findings: Sequence[Finding]) -> dict[str, float]:
    """Return the explained variance of each outcome, of everyone where there are subgroups."""
    if isinstance(tests, DriverImpactResult):
        return tests.r_squared
    known = [path for path in findings if not math.isnan(path.r_squared)]
    return {path.outcome: path.r_squared for path in known}


def equivalence_table(entry: SpecificationResult, words: ReportWords, *, anchor: str) -> Table:
    """Compose the paths in scale points, and the tests of whether they are negligible."""
    findings = words.of(entry.specification.specification)
    table = _labelled(findings, words)
    table["interval_90"] = _intervals(table, "conf_low_90", "conf_high_90")
    coefficients = NumberFormat("decimal", digits_to_show(table["std_error"].min()))
    rules = words.plan.inference
    inner, effect = f"{100 * (1 - 2 * rules.alpha):.3g}%", bounded(rules.smallest_effect)
    return frame_table(
        _in_order_of_outcomes(table),
        anchor=anchor,
        title=text("The Paths in Scale Points, and Tests of Equivalence"),
        columns=[
            "id",
            "predictor_label",
            "estimate",
            "interval",
            "std_all",
            "interval_90",
            "p_equivalence",
            "p_equivalence_adjusted",
        ],
        roles={
            **_HEADS,
            "estimate": Role(text(emphasis("b")), coefficients, spanner="Scale points"),
            "interval": Role(text(f"{words.level} CI"), coefficients, spanner="Scale points"),
            "std_all": Role(text("β"), BOUNDED, spanner="Standardised"),
            "interval_90": Role(text(f"{inner} CI"), BOUNDED, spanner="Standardised"),
            "p_equivalence": Role(text(emphasis("p")), _PROBABILITY, spanner="Equivalence"),
            "p_equivalence_adjusted": Role(text("adjusted"), _PROBABILITY, spanner="Equivalence"),
        },
        group_by="outcome_label",
        level=1 - rules.alpha,
        note=text(
            f"{_unit(entry)} Equivalence: two one-sided tests of |β| < {effect}, which pass where "
            f"the {inner} interval lies within ±{effect}; ",
            emphasis("p"),
            f" {words.adjusted(findings)}.",
        ),
    )


def covariates_table(tests: DriverImpactResult, words: ReportWords, *, anchor: str) -> Table:
    """Compose the coefficients of the covariates, grouped by the factor that they predict."""
    table = tests.covariates()
    table["factor"] = [words.label(name) for name in table["lhs"]]
    table["covariate"] = [words.covariate(name) for name in table["rhs"]]
    coefficients = NumberFormat("decimal", digits_to_show(table["std_error"].min()))
    return frame_table(
        table,
        anchor=anchor,
        title=text("Coefficients of the Covariates"),
        columns=["covariate", "estimate", "interval", "std_all", "p_value"],
        roles={
            "covariate": Role(text("Covariate"), align="left"),
            "estimate": Role(text(emphasis("b")), coefficients),
            "std_all": Role(text("β"), BOUNDED),
        },
        group_by="factor",
        level=1 - words.plan.inference.alpha,
        note=text(
            emphasis("b"),
            ": points of a factor’s first item per unit of the covariate."
            f"{_own_points(tests)} Levels of a nominal covariate are compared with its first "
            "level. ",
            emphasis("p"),
            " not adjusted.",
        ),
    )


_HEADS = {
    "id": Role(text(""), align="left"),
    "predictor_label": Role(text("Predictor"), align="left"),
}


def _labelled(findings: tuple[Finding, ...], words: ReportWords) -> pd.DataFrame:
    table = findings_table(findings)
    table["outcome_label"] = [words.label(name) for name in table["outcome"]]
    table["predictor_label"] = [words.label(name) for name in table["predictor"]]
    table["conclusion"] = pd.Series([conclusion_badge(path) for path in findings], dtype=object)
    return table


def _unit(entry: SpecificationResult) -> str:
    """State the unit of the unstandardised coefficients."""
    if isinstance(entry.tests, DriverImpactResult):
        own = _own_points(entry.tests)
        return (
            "Scale points: change of the outcome’s first item per point of the predictor’s first "
            f"item; first items set the scales of the factors.{own}"
        )
    return "Scale points: change of the outcome’s score per point of the predictor’s."


def _own_points(tests: DriverImpactResult) -> str:
    return " What is observed as it is keeps its own points." if tests.model.composites else ""


def _intervals(table: pd.DataFrame, low: str, high: str) -> pd.Series:
    limits = zip(table[low], table[high], strict=True)
    return pd.Series([Interval(*pair) for pair in limits], index=table.index, dtype=object)


def _basis(entry: SpecificationResult, words: ReportWords) -> str:
    """Describe whose answers a specification rests on and what it is for, if either is special."""
    specification = entry.specification
    choice = specification.model_copy(update={"without": ()})
    said = words.basis(choice, specification.role)
    return f" {said}" if said else ""


def _design_words(entry: SpecificationResult, words: ReportWords) -> str:
    """Describe which options of the plan's design the specification takes into account."""
    plan, without = words.plan, entry.specification.without
    notes = []
    if plan.covariates:
        names = ", ".join(f"“{words.label(name)}”" for name in plan.covariates)
        notes.append(
            "Not controlling for the plan’s covariates."
            if "covariates" in without
            else f"Controlling for: {names}."
        )
    if plan.cluster:
        notes.append(
            "Standard errors do not account for clusters."
            if "cluster" in without
            else f"Standard errors robust to clusters of {plan.cluster}."
        )
    if plan.weights:
        notes.append("Unweighted." if "weights" in without else f"Weighted by {plan.weights}.")
    return "".join(f" {note}" for note in notes)


def _subgroup_words(tests: PathTests) -> list[str]:
    """Describe which paths were estimated in a subgroup."""
    if not isinstance(tests, DriverImpactResult):
        return []
    return [
        f" {' and '.join(part.hypotheses)}: from the same model, fitted to {part.population}, "
        f"n = {count(part.fit.n_obs)}."
        for part in tests.subgroups
    ]


def _in_order_of_outcomes(table: pd.DataFrame) -> pd.DataFrame:
    order = list(dict.fromkeys(table["outcome"]))
    rank = table["outcome"].map(order.index)
    return table.assign(rank=rank).sort_values("rank", kind="stable")
