import numpy as np
import pytest

from coprod_stats.sem.errors import SemModelError
from coprod_stats.sem.model.expressions import Jet, evaluate, value_at
from coprod_stats.sem.model.syntax import parse_model

POINT = np.array([0.7, 1.3])
EXPRESSIONS = [
    "a*b + 2",
    "a/(a + b)",
    "-a^2 - b**3",
    "a^b",
    "2^a",
    "exp(a) - log(b)*sqrt(a*b)",
    "log2(a) + log10(b)",
    "abs(a - b)*sin(a) + cos(b)/tan(a)",
    "tanh(a) + pnorm(b) - dnorm(a*b)",
    "a^0 + b^1 + a^(-1)",
]


def jet_at(text, point):
    expression = parse_model(f"d := {text}").definitions[0].expression
    unit = np.eye(2)
    values = {n: Jet(float(point[i]), unit[i], np.zeros((2, 2))) for i, n in enumerate("ab")}
    return evaluate(expression, values, 2)


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_derivatives_agree_with_finite_differences(text):
    h = 1e-5
    jet = jet_at(text, POINT)
    for i in range(2):
        step = h * np.eye(2)[i]
        above, below = jet_at(text, POINT + step), jet_at(text, POINT - step)
        np.testing.assert_allclose(
            jet.gradient[i], (above.value - below.value) / (2 * h), atol=1e-8
        )
        slope = (above.gradient - below.gradient) / (2 * h)
        np.testing.assert_allclose(jet.hessian[i], slope, atol=1e-7)


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_the_value_alone_is_that_of_the_jet(text):
    expression = parse_model(f"d := {text}").definitions[0].expression
    values = dict(zip("ab", map(float, POINT), strict=True))
    assert value_at(expression, values) == pytest.approx(jet_at(text, POINT).value, rel=1e-15)


def test_precedence_is_that_of_r():
    assert jet_at("-2^2 + 3*2/4 - 2^3^2", POINT).value == -4 + 1.5 - 512


def test_text_keeps_the_meaning():
    definition = parse_model("d := (a + b)*-a/exp(2*b)").definitions[0]
    again = parse_model(f"d := {definition.expression}").definitions[0]
    assert again.expression == definition.expression


@pytest.mark.parametrize(
    "text", ["c + 1", "log(a - 2)", "1/(a - a)", "(a - 2)^0.5", "exp(exp(exp(b*9)))"]
)
def test_no_value(text):
    with pytest.raises(SemModelError):
        jet_at(text, POINT)
    expression = parse_model(f"d := {text}").definitions[0].expression
    with pytest.raises(SemModelError):
        value_at(expression, dict(zip("ab", map(float, POINT), strict=True)))
