import numpy as np
import pytest
from scipy.special import ndtri

from coprod_stats import fit_sem, simulate_model
from coprod_stats.latent_models import LatentModelError
from coprod_stats.sem.errors import SemModelError, SemOptionError, SemSyntaxError

CONTINUOUS = """
f =~ 1*a + 0.8*b + 0.6*c
f ~ 0.5*x
f ~~ 1*f
a ~~ 0.4*a
b ~~ 0.5*b
c ~~ 0.6*c
x ~~ 2*x
"""
ORDERED = """
f =~ 0.8*a + 0.7*b + 0.6*c
f ~~ 1*f
a | -0.5*t1 + 0.5*t2
b | 0*t1
c | -1*t1 + 0*t2 + 1*t3
"""


def test_a_fit_gives_back_the_population() -> None:
    data = simulate_model(CONTINUOUS, 20_000, 7)
    fit = fit_sem("f =~ a + b + c\nf ~ x", data)
    truth = {("f", "=~", "b"): 0.8, ("f", "=~", "c"): 0.6, ("f", "~", "x"): 0.5}
    for (lhs, op, rhs), value in truth.items():
        row = fit.parameter(lhs, op, rhs)
        assert abs(row.est - value) < 4 * row.se


@pytest.mark.parametrize("parameterization", ["delta", "theta"])
def test_ordered_variables_are_categories_from_1(parameterization) -> None:
    data = simulate_model(
        ORDERED, 20_000, 8, ordered=["a", "b", "c"], parameterization=parameterization
    )
    assert [sorted(set(data[name])) for name in "abc"] == [[1, 2, 3], [1, 2], [1, 2, 3, 4]]
    assert all(dtype.kind == "i" for dtype in data.dtypes)
    scale = 1.0 if parameterization == "delta" else np.sqrt(1 + 0.8**2)
    assert ndtri(np.mean(data["a"] == 1)) == pytest.approx(-0.5 / scale, abs=0.03)
    fit = fit_sem("f =~ a + b + c", data, ordered="all", std_lv=True)
    expected = 0.8 if parameterization == "delta" else 0.8 / scale
    assert fit.parameter("f", "=~", "a").std_all == pytest.approx(expected, abs=0.03)


def test_the_seed_decides() -> None:
    one, same, other = (simulate_model(ORDERED, 50, seed) for seed in (1, 1, 2))
    assert one.equals(same)
    assert not one.equals(other)
    assert one.shape == (50, 3)


@pytest.mark.parametrize(
    ("model", "options", "error", "message"),
    [
        (CONTINUOUS, {"n": 0}, LatentModelError, "1 or more, not 0"),
        (CONTINUOUS, {"seed": -1}, LatentModelError, "seed must be 0 or more, not -1"),
        ("a ~~ 1*a\na | 1*t1 + 0*t2", {}, SemModelError, "of 'a' do not ascend: 1, 0"),
        (ORDERED, {"ordered": ["a", "b"]}, LatentModelError, "c have thresholds"),
        (CONTINUOUS, {"ordered": ["a"]}, LatentModelError, "no thresholds of a"),
        ("f =~ 1*a + b + 1*c", {}, SemOptionError, "no value for 'f=~b'"),
        ("f =~ 1*a + b + c", {}, SemOptionError, "no value for 'f=~b', 'f=~c', 'a~~a'"),
        ("a ~~ 1*a + 2*b\nb ~~ 1*b", {}, SemModelError, "not positive definite"),
        ("f =~", {}, SemSyntaxError, "f =~"),
    ],
)
def test_what_cannot_be_drawn(model, options, error, message) -> None:
    with pytest.raises(error, match=message):
        simulate_model(model, **({"n": 10, "seed": 1} | options))
