"""What ``regress`` refuses, and what it says."""

import re

import numpy as np
import pandas as pd
import pytest

from coprod_stats.structure.errors import StructureError
from coprod_stats.structure.regression import regress


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(1)
    x, z = rng.normal(size=(2, 60))
    count = rng.poisson(2, 60)
    group = np.tile(["a", "b", "c"], 20)
    return pd.DataFrame(
        {
            "y": rng.normal(size=60),
            "x": x,
            "z": z,
            "both": x + 0.3 * z,
            "group": group,
            "flat": 3.0,
            "day": pd.Timestamp("2020-01-01"),
            "mixed": [*x[:-1], "u"],
            "endless": [*x[:-1], np.inf],
            "huge": [*x[:-1], 1e200],
            "rare": ["r", *["s"] * 59],
            "count": count,
            "none_in_a": np.where(group == "a", 0, count),
            "binary": rng.integers(0, 2, 60),
            "rank": np.tile([1, 2, 3, 4], 15),
            "graded": pd.Categorical(np.tile([1, 2, 3], 20), [1, 2, 3, 4], ordered=True),
            "loose": pd.Categorical(np.tile([1, 2, 3], 20)),
            "above": (x > 0).astype(int),
            "third": pd.cut(pd.Series(x), 3, labels=False),
            "signed": np.where(np.arange(60) < 2, 0.0, 1.0),
        }
    )


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("y ~ nope + x", "the data have no column nope"),
        ("group ~ x", "the outcome group must be numeric for the family gaussian"),
        ("flat ~ x", "the outcome flat is constant in the complete rows"),
        ("y ~ x + flat", "y: constant in the complete rows: flat"),
        ("y ~ rank + x + z + both", "y: the terms x, z, both are collinear"),
        ("y ~ day", "day holds neither numbers nor text, but datetime64"),
        (
            "y ~ mixed",
            "mixed holds neither numbers nor text (first value that is not a number: 'u')",
        ),
        ("y ~ endless", "infinite values: endless"),
        ("y ~ huge", "values beyond 1e+140, whose squares no number can hold: huge"),
        ("y ~ log(x)", r"not a finite number: log(x) ("),
        ("log(y) ~ x", r"not a finite number: log(y) ("),
        ("y ~ rare", "1 row has leverage 1"),
        ("y ~ x +", "formula 'y ~ x +': Operator `+`"),
        ("y", "write one outcome, ~ and its predictors"),
        ("y + z ~ x", "write one outcome, ~ and its predictors"),
        ("y ~ x | z", "write one outcome, ~ and its predictors"),
        ("group:x ~ z", "the outcome group:x is not one column of numbers"),
        ("y ~ log(y)", "the outcome is among its predictors"),
        ("y ~ lag(x)", "lag(x) is not admissible"),
        ("y ~ x.sum()", "x.sum() is not admissible"),
        ("y ~ {[i for i in x]}", "is not admissible"),
        ("y ~ {(lambda: x)()}", "is not admissible"),
        ("y ~ I(__import__('os').getpid())", "is not admissible"),
        ("y ~ C(group, contr.treatment(base='q'))", "the formula cannot be evaluated"),
        ("y ~ C(rank, levels=[1, 2])", "the formula cannot be evaluated: Data has categories"),
        ("y ~ I(x +)", "formula 'y ~ I(x +)'"),
        ("y ~ 0", "it has no term, not even an intercept"),
        ("y ~ x - x - 1", "it has no term, not even an intercept"),
        ("y ~ (a + b + c + d + e + f + g + h + i)**9", "may have more than 10000 terms"),
        ("y ~ (a + b)**999", "may have more than 10000 terms"),
        ("y ~ " + " * ".join(f"v{n}" for n in range(26)), "may have more than 10000 terms"),
        ("y ~ ((a + b + c)**3 + d)**3", "may have more than 10000 terms"),
    ],
)
def test_a_formula_or_column_that_will_not_do(data, formula, said):
    with pytest.raises(StructureError, match=re.escape(said)):
        regress(formula, data)


@pytest.mark.parametrize(
    ("formula", "family", "said"),
    [
        ("flat ~ x", "binomial", "has 1 value in the complete rows: the family binomial needs 2"),
        ("rank ~ x", "binomial", "has 4 values in the complete rows: the family binomial needs 2"),
        ("group ~ x", "binomial", "is text or unordered categories"),
        ("loose ~ x", "ordinal", "is text or unordered categories"),
        ("binary ~ x", "ordinal", "has 2 values in the complete rows: the family ordinal needs 3"),
        ("graded ~ x", "ordinal", "without complete rows: 4; pool or remove them"),
        (
            "rank ~ 0 + x",
            "ordinal",
            "thresholds of an ordinal outcome take the place of the intercept",
        ),
        ("rank ~ flat", "ordinal", "constant in the complete rows: flat"),
        ("y ~ x", "poisson", "must hold counts"),
        ("y ~ x", "negative-binomial", "must hold counts"),
        ("above ~ x", "binomial", "separation in above ~ x: x perfectly predicts some values"),
        ("signed ~ rank + group", "binomial", "separation in signed ~ rank + group"),
        ("third ~ x + group", "ordinal", "separation in third ~ x + group: x"),
        ("none_in_a ~ group", "poisson", "separation in none_in_a ~ group: group[T.b], group[T.c]"),
        ("none_in_a ~ group", "negative-binomial", "separation in none_in_a ~ group"),
        ("y ~ x", "gamma", "unknown family 'gamma'"),
    ],
)
def test_an_outcome_that_is_none_of_the_family(data, formula, family, said):
    with pytest.raises(StructureError, match=re.escape(said)):
        regress(formula, data, family)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"cluster": "nope"}, "the data have no column nope"),
        ({"cluster": "flat"}, "flat has a single cluster"),
        ({"weights": "group"}, "the weights group are not numbers"),
        ({"weights": "x"}, "of the weights x are zero, negative or infinite"),
        ({"weights": "signed"}, "2 of the weights signed are zero, negative or infinite"),
        ({"weights": "rank", "errors": "classical"}, "are not valid with sampling weights"),
        ({"cluster": "rank", "errors": "classical"}, "are not valid with clusters"),
        ({"cluster": "rank", "errors": "HC3"}, "HC3 is not defined with clusters here"),
        ({"errors": "HC9"}, "unknown errors 'HC9'"),
        ({"conf_level": 95}, "the confidence level must lie between 0 and 1, not 95"),
        ({"max_iterations": 5}, "max_iterations has no effect for the family gaussian"),
        ({"family": "logit"}, "unknown family 'logit'"),
    ],
)
def test_options_that_will_not_do(data, options, said):
    with pytest.raises(StructureError, match=re.escape(said)):
        regress("y ~ z", data, **options)


@pytest.mark.parametrize("family", ["poisson", "ordinal", "negative-binomial"])
@pytest.mark.parametrize("steps", [0, -3])
def test_numbers_of_iterations_that_are_none(data, family, steps):
    with pytest.raises(StructureError, match=f"max_iterations must be at least 1, not {steps}"):
        regress("count ~ x", data, family, max_iterations=steps)


@pytest.mark.parametrize("errors", ["HC2", "HC3"])
@pytest.mark.parametrize(
    ("outcome", "family"), [("rank", "ordinal"), ("count", "negative-binomial")]
)
def test_leverage_corrections_where_there_is_no_leverage(data, outcome, family, errors):
    with pytest.raises(StructureError, match=f"{errors} is not defined for the family {family}"):
        regress(f"{outcome} ~ x", data, family, errors)


@pytest.mark.parametrize(("rows", "said"), [(0, "no row is complete"), (2, "2 complete rows are")])
def test_too_few_rows(data, rows, said):
    with pytest.raises(StructureError, match=said):
        regress("y ~ x", data.head(rows))


def test_a_column_that_stands_twice(data):
    with pytest.raises(StructureError, match="columns that occur more than once: x"):
        regress("y ~ x", pd.concat([data, data[["x"]]], axis=1))


def test_an_effect_without_a_derivative(data):
    result = regress("y ~ I(size ** 0.5)", data.assign(size=data["count"]))
    with pytest.raises(StructureError, match="the effect of size is not defined in all rows"):
        result.effects()


@pytest.mark.parametrize("seed", range(5))
def test_what_nearly_separates_is_fitted(seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=400)
    data = pd.DataFrame({"x": x, "y": (x > 0).astype(int)})
    data.loc[np.argsort(np.abs(x))[:6], "y"] = [0, 1, 0, 1, 1, 0]
    result = regress("y ~ x", data, "binomial")
    assert result.converged
    assert np.isfinite(result.std_error).all()


def test_powers_and_products_of_few_terms_are_written_out(data):
    assert regress("y ~ x**999", data).terms == regress("y ~ x", data).terms
    assert "x:z" in regress("y ~ (x + z)**2", data).terms


def test_long_numbers_of_the_printed_table_stay_apart(data):
    shifted = data.assign(x=data["x"] + 1e9, y=data["y"] * 1e12)
    printed = str(regress("y ~ x", shifted)).splitlines()[-1]
    assert len(printed.split()) == 5
