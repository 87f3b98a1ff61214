"""Faults of a population come all at once, with code and line."""

from __future__ import annotations

import numpy as np
import pytest

from coprod_stats.simulation.population import (
    factor_correlation,
    implied_correlation,
    residual_covariance,
    selection_weights,
)
from coprod_stats.simulation.population_reading import PopulationError
from coprod_stats.study.synthetic_sample import draw_sample


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "found"),
    [
        ("loadings: {A:", "loadings: {C: [0.5], A:", "POPULATION-001", 7, "no scale 'C'"),
        ("[0.9, 0.8, 0.7]", "[0.9, 0.8]", "POPULATION-002", 7, "2 loadings for 3 items"),
        ("{B: {A: 0.5}}", "{B: {C: 0.5}}", "POPULATION-003", 6, "'C' is not an exogenous factor"),
        ("{B: {A: 0.5}}", "{B: {B: 0.5}}", "POPULATION-003", 6, "'B' is not an exogenous factor"),
        ("{B: {A: 0.5}}", "{D: {A: 0.5}}", "POPULATION-003", 6, "'D' has no loadings"),
        (
            "paths:",
            "correlations: {A: {B: 0.2}}\npaths:",
            "POPULATION-004",
            6,
            "'B' is not an exogenous factor",
        ),
        (
            "paths:",
            "correlations: {A: {A: 0.2}}\npaths:",
            "POPULATION-004",
            6,
            "is one factor twice",
        ),
        ("share: 0.75", "share: 0.7", "POPULATION-005", 9, "add up to 0.95"),
        ("{WAY__1:", "{WAY:", "POPULATION-006", 12, "no item with answers 'WAY'"),
        (
            "others: {share: 0.25, answers: {USE",
            "others: {share: 0.25, answers: {USA",
            "POPULATION-006",
            11,
            "no item with answers 'USA'",
        ),
        ("{AGE:", "{NAME:", "POPULATION-006", 13, "no column of numbers 'NAME'"),
        ("{NAME:", "{AGE:", "POPULATION-006", 14, "no column of texts 'AGE'"),
        ("column: TOWN", "column: A1", "POPULATION-006", 15, "texts 'A1'"),
        ("0.5}}", "1.2}}", "POPULATION-007", 6, "more than its whole variance"),
        ("[0.1, 0.2, 0.4, 0.2, 0.1]", "[0.5, 0.5]", "POPULATION-008", 8, "2 shares for 5 answers"),
        ("{agree:", "{agreed:", "POPULATION-008", 8, "no item uses a response scale 'agreed'"),
        ("{USE: {1: 1}}", "{USE: {7: 1}}", "POPULATION-009", 10, "no answer has the code 7"),
        ("{0: 1, 1: 3}", "{0: 0}", "POPULATION-009", 12, "the weights are all 0"),
        ("[0.1, 0.2, 0.4, 0.2, 0.1]", "[0.1, 0.2, 0.4, 0.2, 0.2]", "POPULATION-005", 8, "to 1.1"),
        ("{WAY__1:", "{A1: {1: 1}, WAY__1:", "POPULATION-010", 12, "follow from its loading"),
        ("{WAY__1:", "{ATT: {1: 1}, WAY__1:", "POPULATION-010", 12, "an attention item"),
        ("{NAME:", "{RID: [x], NAME:", "POPULATION-010", 14, "the number of the respondent"),
        ("{NAME:", "{TOWN: [x], NAME:", "POPULATION-010", 14, "the names of the clusters"),
        ("rows: 400", "rows: none", "SHAPE-001", 4, ""),
        ("rows: 400", "rows: 400\nlike: none.yaml", "POPULATION-011", 5, "cannot be read"),
        ("rows: 400", "rows: 400\nlike: tiny.yaml", "SHAPE-001", 2, ""),
        (
            "rows: 400",
            "rows: 400\nmethod_factors: {m: {C: 0.2}}",
            "POPULATION-012",
            5,
            "'C' has no loadings",
        ),
        (
            "rows: 400",
            "rows: 400\nmethod_factors: {m: {A: 0.2}, k: {A: 0.4}}",
            "POPULATION-012",
            5,
            "no variance of its own",
        ),
        (
            "rows: 400",
            "rows: 400\nmethod_factors: {m: {A1: 0.2}, k: {A: 0.4, A1: 0.5}}",
            "POPULATION-012",
            5,
            "'A1' would have no variance of its own",
        ),
        (
            "rows: 400",
            "rows: 400\nvariants: {NAME: {a: {share: 1.0}}}",
            "POPULATION-013",
            5,
            "no administrative column of texts 'NAME'",
        ),
        (
            "rows: 400",
            "rows: 400\nvariants: {TOWN: {a: {share: 0.4}, b: {share: 0.5}}}",
            "POPULATION-013",
            5,
            "add up to 0.9",
        ),
        (
            "rows: 400",
            "rows: 400\nvariants: {TOWN: {a: {share: 1.0, loadings: {A: 0.5}}}}",
            "POPULATION-013",
            5,
            "'A' is no item with a loading",
        ),
        (
            "rows: 400",
            "rows: 400\nvariants: {TOWN: {a: {share: 1.0, intercepts: {C: 0.5}}}}",
            "POPULATION-013",
            5,
            "'C' has no loadings",
        ),
        (
            "rows: 400",
            "rows: 400\nmethod_factors: {m: {A1: 0.4}}\n"
            "variants: {TOWN: {a: {share: 1.0, loadings: {A1: 0.95}}}}",
            "POPULATION-013",
            6,
            "'A1' would have no variance of its own",
        ),
        (
            "rows: 400",
            "rows: 400\nselection: {A1: {A: 0.5}}",
            "POPULATION-014",
            5,
            "no question 'A1' whose answers are drawn",
        ),
        (
            "rows: 400",
            "rows: 400\nselection: {WAY__1: {C: 0.5}}",
            "POPULATION-014",
            5,
            "'C' has no loadings",
        ),
        (
            "rows: 400",
            "rows: 400\nselection: {WAY__1: {A: 0.9, B: -0.5}}",
            "POPULATION-014",
            5,
            "2 correlations that no propensity can have",
        ),
        (
            "dont_know: 0.02",
            "dont_know_of: [{items: [C], share: 0.1}]",
            "POPULATION-013",
            16,
            "'C' has no loadings",
        ),
        (
            "dont_know: 0.02",
            "dont_know_of: [{items: [A, A1], share: 0.1}]",
            "POPULATION-015",
            16,
            "'A1' is named twice",
        ),
        (
            "dont_know: 0.02",
            "dont_know_of: [{items: [A], share: 0.1, background: {USE: 1.0}}]",
            "POPULATION-015",
            16,
            "'USE' is not among the numbers",
        ),
    ],
)
def test_each_fault_has_its_code_and_line(plan, old, new, code, line, found) -> None:
    with pytest.raises(PopulationError) as caught:
        draw_sample(plan((old, new)))
    assert any(
        fault.code == code and fault.line == line and found in fault.found
        for fault in caught.value.faults
    ), str(caught.value)


@pytest.mark.parametrize(
    ("correlations", "residual", "found"),
    [
        ("{A: {B: 0.9, C: 0.9}, B: {C: -0.9}}", 0.0, "jointly impossible"),
        ("{}", -0.9, "impossible for these outcomes"),
    ],
)
def test_impossible_matrices_are_faults(tmp_path, correlations, residual, found) -> None:
    from coprod_stats.simulation.population_reading import read_population
    from coprod_stats.study.plan_reading import read_plan

    names = ("DRREL", "DRACT", "DRINP")
    for letter, name in zip("ABC", names, strict=True):
        correlations = correlations.replace(f"{letter}:", f"{name}:")
    outcomes = "{QUA: {}, PRF: {}, ATT: {}}"
    loadings = ", ".join(f"{name}: [0.5, 0.5, 0.5, 0.5]" for name in (*names, "QUA", "PRF", "ATT"))
    path = tmp_path / "population.yaml"
    path.write_text(
        f"population: x\nabout: x\nrows: 5\nseed: 1\ncorrelations: {correlations}\n"
        f"paths: {outcomes}\nresidual_correlation: {residual}\nloadings: {{{loadings}}}\n"
        "shares: {}\ngroups: {all: {share: 1.0}}\n"
    )
    with pytest.raises(PopulationError, match=found):
        read_population(path, read_plan("driver_impact").instrument)


def test_shares_that_no_loading_needs_are_a_fault(plan) -> None:
    loadings = "{A: [0.9, 0.8, 0.7], B: [0.8, 0.8, 0.8]}"
    with pytest.raises(PopulationError, match=r"POPULATION-010.*no item with a loading uses it"):
        draw_sample(plan(("{B: {A: 0.5}}", "{}"), (loadings, "{}")))


def test_weights_of_a_ranking_are_a_fault(plan) -> None:
    path = plan(("{WAY__1:", "{ORD__1: {1: 1}, WAY__1:"))
    questionnaire = path.with_name("tiny.yaml")
    ranking = '- {id: ORD, kind: rank, text: "Order?", options: {1: "One", 2: "Two"}}'
    questionnaire.write_text(
        questionnaire.read_text().replace("- {id: WAY,", f"{ranking}\n          - {{id: WAY,")
    )
    with pytest.raises(PopulationError, match=r"POPULATION-010.*ranks and points are drawn"):
        draw_sample(path)


def test_faults_come_together(plan) -> None:
    with pytest.raises(PopulationError) as caught:
        draw_sample(plan(("share: 0.75", "share: 0.7"), ("{agree:", "{agreed:"), ("{AGE:", "{X:")))
    assert {fault.code for fault in caught.value.faults} == {
        "POPULATION-005",
        "POPULATION-006",
        "POPULATION-008",
    }


def test_outcomes_have_variance_one(plan) -> None:
    form = draw_sample(plan(), n_rows=2).population
    factors, correlation = factor_correlation(form)
    assert factors == ("A",)
    np.testing.assert_array_equal(correlation, [[1.0]])
    np.testing.assert_allclose(residual_covariance(form), [[0.75]])


def test_dont_knows_that_are_not_offered_are_a_fault(plan) -> None:
    path = plan(("dont_know: 0.02", "dont_know_of: [{items: [A3], share: 0.1}]"))
    questionnaire = path.with_name("tiny.yaml")
    asked = '{id: A3, text: "A three"}'
    questionnaire.write_text(
        questionnaire.read_text().replace(asked, asked.replace("}", ", offers: []}"))
    )
    with pytest.raises(PopulationError, match=r"POPULATION-015.*'A3' offers no \"don't know\""):
        draw_sample(path)


def test_the_correlations_of_all_latent_variables_follow_from_the_paths(plan) -> None:
    form = draw_sample(plan(), n_rows=2).population
    names, correlation = implied_correlation(form)
    assert names == ("A", "B")
    np.testing.assert_allclose(correlation, [[1, 0.5], [0.5, 1]])
    _, weights, left = selection_weights(form, {"A": 0.6, "B": 0.3})
    np.testing.assert_allclose(weights, [0.6, 0.0], atol=1e-12)
    assert left == pytest.approx(0.64)
