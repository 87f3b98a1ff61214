"""A small plan for each kind of analysis, and what each field of its grammar may be changed to.

A new kind adds its plan here; the contract tests then hold that no field of it is idle.
"""

from __future__ import annotations

from typing import Any

BASE: dict[str, Any] = {
    "plan": "small",
    "title": "A small study of carers",
    "question": "Does dependency go with the burden of care?",
    "instrument": "carers",
    "form": "full",
    "data": {"file": "carers.csv", "population": "Family carers."},
    "quality": {"exclude_flagged": False},
    "inference": {"alpha": 0.05},
    "seed": 1,
}

PATHS: dict[str, Any] = {
    "analysis": "paths",
    "id": "care",
    "factors": ["NEG", "POS"],
    "specifications": [
        {"specification": "sem", "title": "SEM", "role": "confirmatory"},
        {"specification": "scores", "title": "Scores", "scores": True},
    ],
}
NECESSITY: dict[str, Any] = {
    "analysis": "necessity",
    "id": "need",
    "permutations": 200,
    "where": "COP2 < 3",
}
REGRESSION: dict[str, Any] = {
    "analysis": "regression",
    "id": "burden",
    "formula": "NEG ~ HOURS + DEP",
}

HYPOTHESES: dict[str, list[dict[str, Any]]] = {
    "paths": [{"id": "A1", "predictor": "NEG", "outcome": "POS", "sign": "-"}],
    "necessity": [
        {
            "id": "N1",
            "predictor": "POS",
            "outcome": "NEG",
            "sign": "+",
            "kind": "necessary condition",
        },
        {
            "id": "N2",
            "predictor": "HOURS",
            "outcome": "NEG",
            "sign": "+",
            "kind": "necessary condition",
        },
    ],
    "regression": [{"id": "R1", "predictor": "HOURS", "outcome": "NEG", "sign": "+"}],
}
ANALYSES = {"paths": PATHS, "necessity": NECESSITY, "regression": REGRESSION}

SUBGROUP = {"hypotheses": ["A1"], "where": "CSEX == 2", "population": "women"}
CHOICE: dict[str, Any] = {
    "where": "HOURS > 20",
    "respondents": {"where": "CSEX == 2"},
    "include_flagged": True,
    "without": ["covariates"],
}
"""What every choice of respondents may be changed to."""

CHANGES: dict[str, dict[str, Any]] = {
    "paths": {
        "id": "other",
        "role": "exploratory",
        "tests": ["A1"],
        "factors": ["POS", "NEG"],
        "invariance": ["CSEX"],
        "rivals": [{"rival": "other", "title": "The other way round", "reverse": ["NEG"]}],
        "bootstrap": 100,
        "specifications.0.specification": "main",
        "specifications.0.rotating": False,
        "specifications.0.omit": ["COP2"],
        "specifications.0.dont_know": "highest",
        "specifications.0.syntax": "COP1 ~~ COP2",
        "specifications.0.title": "Structural equations",
        "specifications.0.role": "check",
        "specifications.0.engine": "semopy",
        "specifications.0.estimator": "ML",
        "specifications.0.missing": "listwise",
        "specifications.0.ordered": True,
        "specifications.0.subgroups": [SUBGROUP],
        "specifications.1.scores": False,
        **{f"specifications.{k}.{name}": value for k in (0, 1) for name, value in CHOICE.items()},
    },
    "necessity": {
        "id": "other",
        "role": "exploratory",
        "tests": ["N1"],
        "ceiling": "cr-fdh",
        "scope": "theoretical",
        "permutations": 300,
        "smallest_effect": 0.9,
        "fewest_items": 9,
        **CHOICE,
    },
    "regression": {
        "id": "other",
        "role": "exploratory",
        "tests": ["R1"],
        "formula": "NEG ~ HOURS",
        "family": "binomial",
        "errors": "HC0",
        **CHOICE,
    },
}
"""By kind and path of a field: another value, which must change the result or be refused."""


RICH: dict[str, dict[str, Any]] = {
    "paths": {
        "invariance": ["ESEX"],
        "specifications.0.where": "EMPL == 1",
        "specifications.0.subgroups": [
            {"hypotheses": ["A1"], "where": "EDU >= 2", "population": "x"}
        ],
        "specifications.1.respondents": {"where": "ESEX == 1"},
    },
    "necessity": {"where": "EMPL == 1", "respondents": {"where": "ESEX == 1"}},
    "regression": {"where": "EMPL == 1", "respondents": {"where": "ESEX == 1"}},
}
"""By kind: variables in every place of its form that may hold one, EMPL and ESEX among them."""

COMPANIONS: dict[str, dict[str, Any]] = {
    "paths.role": {"specifications.0.role": "exploratory"},
    "paths.specifications.0.role": {"role": "exploratory"},
    "paths.specifications.0.engine": {
        "specifications.0.estimator": "ML",
        "specifications.0.missing": "listwise",
    },
    "paths.specifications.0.ordered": {
        "specifications.0.estimator": "WLSMV",
        "specifications.0.missing": "pairwise",
    },
}
"""By kind and field: other fields without which its change would be refused."""

REFUSED = frozenset(
    {
        "paths.specifications.1.scores",
        "paths.specifications.0.rotating",
        "paths.specifications.0.dont_know",
        "paths.bootstrap",
    }
)
"""Fields that admit a single value, here, in any questionnaire without rotating items or
don't-knows, or in any model that leaves no path unstated."""

SECOND: dict[str, list[dict[str, Any]]] = {
    "paths": [{"id": "A2", "predictor": "HOURS", "outcome": "NEG", "sign": "+"}],
    "necessity": [],
    "regression": [{"id": "R2", "predictor": "DEP", "outcome": "NEG", "sign": "+"}],
}
"""By kind: a second hypothesis, which its analysis need not test; necessity has two anyway."""

LABELS = frozenset({"id", "specifications.0.specification", "specifications.0.title"})
"""Fields that name something; every other one must change what is found, not how it is called."""


VERIFIED_BY: dict[str, tuple[str, str]] = {
    "paths": (
        "sem/test_combinations.py::test_combination",
        "structure/test_driver_impact.py::test_true_paths_lie_in_bonferroni_intervals",
    ),
    "necessity": (
        "structure/test_necessary_conditions.py::test_every_ceiling_and_corner_agrees_with_r",
        "structure/test_necessary_conditions.py::test_a_ceiling_that_the_population_has_is_found",
    ),
    "regression": (
        "structure/regression/test_families.py::test_estimates_agree",
        "structure/regression/test_regress.py::test_coefficients_are_recovered",
    ),
}
"""By kind, the tests in ``tests/``: one that holds its statistic against an oracle, and one that
recovers what a drawn population has."""


def plan_of(kind: str, **changes: Any) -> dict[str, Any]:
    """Return the small plan of a kind, as a YAML file would hold it."""
    return {
        **BASE,
        "hypotheses": HYPOTHESES[kind],
        "analyses": [ANALYSES[kind]],
        **changes,
    }


def plan_of_two(kind: str) -> dict[str, Any]:
    """Return a plan whose first analysis may leave a hypothesis to an exploratory second one."""
    first = dict(ANALYSES[kind])
    if kind == "paths":
        scores = {"specification": "scores", "title": "Scores", "scores": True}
        first = {"analysis": "paths", "id": "care"}
        first["specifications"] = [{**scores, "role": "confirmatory"}]
        rest = {**first, "specifications": [{**scores, "role": "exploratory"}]}
    else:
        rest = first
    rest = {**rest, "id": "rest", "role": "exploratory"}
    hypotheses = [*HYPOTHESES[kind], *SECOND[kind]]
    return plan_of(kind, hypotheses=hypotheses, analyses=[first, rest])
