"""Statements beside a model of paths: what may be stated, and what comes of it in every model."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from coprod_stats.latent_models import fit_sem
from coprod_stats.structure import (
    DriverImpactModel,
    MeasuredFactor,
    StructuralPath,
    fit_driver_impact,
)
from coprod_stats.structure.errors import ExtraStatementsError
from coprod_stats.structure.evaluative_factor import evaluative_syntax
from coprod_stats.structure.extra_statements import with_extra_statements
from coprod_stats.structure.measurement_model import measurement_syntax
from coprod_stats.structure.path_pattern import pattern_syntax
from coprod_stats.structure.rival_models import RivalModel, rival_syntax

MODEL = DriverImpactModel(
    (
        MeasuredFactor("A", ("a1", "a2", "a3")),
        MeasuredFactor("B", ("b1", "b2", "b3")),
        MeasuredFactor("C", ("c1", "c2", "c3")),
    ),
    (StructuralPath("H1", "A", "C", "+"), StructuralPath("H2", "B", "C", "+")),
)
PLAIN = """
A =~ a1 + a2 + a3
B =~ b1 + b2 + b3
C =~ c1 + c2 + c3
C ~ A + B
A ~~ B
"""


@pytest.fixture(scope="module")
def data() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    a, b, style, unique = rng.normal(size=(4, 800))
    c = 0.4 * a + 0.3 * b + rng.normal(size=800)
    table = {
        f"{name}{i}": factor + rng.normal(size=800)
        for name, factor in zip("abc", (a, b, c), strict=True)
        for i in (1, 2, 3)
    }
    for item in ("a3", "b3", "c3"):
        table[item] += 0.7 * style
    for item in ("a1", "c1"):
        table[item] += 0.6 * unique
    return pd.DataFrame(table)


@pytest.mark.parametrize(
    ("extra", "by_hand"),
    [
        ("a1 ~~ c1", "a1 ~~ c1"),
        ("W =~ 1*a3 + 1*b3 + 1*c3", "W =~ 1*a3 + 1*b3 + 1*c3\nW ~~ 0*A\nW ~~ 0*B"),
        ("W =~ 1*a3 + 1*b3 + 1*c3\nW ~~ A", "W =~ 1*a3 + 1*b3 + 1*c3\nW ~~ A\nW ~~ 0*B"),
        ("a1 ~~ u*c1\na3 ~~ u*c3\ndouble := 2*u", "a1 ~~ u*c1\na3 ~~ u*c3\ndouble := 2*u"),
    ],
)
def test_the_model_is_the_one_written_by_hand(data: pd.DataFrame, extra: str, by_hand: str) -> None:
    found = fit_driver_impact(data, with_extra_statements(MODEL, extra), engine="core")
    other = fit_sem(f"{PLAIN}\n{by_hand}", data)
    assert found.fit.fit["df"] == other.fit["df"]
    assert found.fit.fit["chisq"] == pytest.approx(other.fit["chisq"], abs=1e-6)
    for path in found.paths:
        assert path.beta == pytest.approx(other.parameter("C", "~", path.predictor).std_all)


def test_every_model_of_the_analysis_has_them() -> None:
    model = with_extra_statements(MODEL, "W =~ a3 + b3 + c3\na1 ~~ c1")
    stated = DriverImpactModel(
        model.factors[::2], (model.paths[0],), extra=with_extra_statements(MODEL, "a1 ~~ c1").extra
    )
    texts = {
        "paths": model.syntax(),
        "measurement": measurement_syntax(model),
        "evaluation": evaluative_syntax(model),
        "rival": rival_syntax(model, RivalModel("r", "R", reversed=("A",))),
        "fewer factors": stated.syntax(),
    }
    for name, text in texts.items():
        assert "a1 ~~ c1" in text, name
        assert name == "fewer factors" or "W =~ a3 + b3 + c3" in text
    assert "evaluation ~~ 0*W" in texts["evaluation"]
    four = DriverImpactModel(
        (*MODEL.factors, MeasuredFactor("D", ("d1", "d2"))),
        (StructuralPath("H1", "A", "C"), StructuralPath("H2", "B", "D")),
    )
    assert "a1 ~~ c1" in pattern_syntax(with_extra_statements(four, "a1 ~~ c1"))


def test_further_statements_leave_those_that_are_there() -> None:
    model = with_extra_statements(with_extra_statements(MODEL, "a1 ~~ c1"), "W =~ a3 + b3 + c3")
    assert {"a1 ~~ c1", "W =~ a3 + b3 + c3", "W ~~ 0*A"} <= set(model.syntax().splitlines())


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ("C ~ A", "'C ~ …' is neither a covariance nor an added factor"),
        ("a1 ~ a2", "neither a covariance nor an added factor"),
        ("a1 ~ 1", "neither a covariance nor an added factor"),
        ("a1 | t1", "neither a covariance nor an added factor"),
        ("W <~ a1 + a2", "neither a covariance nor an added factor"),
        ("A =~ b1", "'A' is measured by the questionnaire's items already"),
        ("a1 =~ b1", "'a1' is measured by the questionnaire's items already"),
        ("A ~~ B", "'A ~~ B' is decided by the paths"),
        ("A ~~ a1", "'A' is not observed in the model"),
        ("W =~ a1 + zz", "'zz' is not observed in the model"),
        ("a1 ~~ c9", "'c9' is not observed in the model"),
        ("group: 1\na1 ~~ c1", "it has blocks of groups or levels"),
        ("# nothing", "the model is empty"),
        ("a1 ~~", "line 1"),
        ("a1 ~~ c1\na1 ~~ c1", "a1"),
    ],
)
def test_what_cannot_be_stated_is_refused(extra: str, message: str) -> None:
    with pytest.raises(ExtraStatementsError) as raised:
        with_extra_statements(MODEL, extra)
    assert message in str(raised.value)
