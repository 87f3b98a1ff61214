"""Rivals of the stated paths: lavaan's numbers, models that are the same, and what is refused."""

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tolerances import assert_agrees

from coprod_stats.structure import (
    DriverImpactModel,
    MeasuredFactor,
    StructuralPath,
    fit_driver_impact,
)
from coprod_stats.structure.errors import StructureError
from coprod_stats.structure.rival_models import (
    RivalModel,
    compare_rival,
    compared_fit,
    rival_syntax,
)

pytestmark = pytest.mark.any_python

ORACLES = Path(__file__).parents[1] / "oracles"
SCALES = {"DRREL": 3, "DRACT": 3, "DRINP": 3, "QUA": 3, "PRF": 3, "IV": 4}
STATED = {"QUA": ("DRREL", "DRACT", "DRINP"), "PRF": ("DRREL", "DRACT", "DRINP"), "IV": ("DRREL",)}
MODEL = DriverImpactModel(
    tuple(
        MeasuredFactor(name, tuple(f"{name}{i + 1}" for i in range(n)))
        for name, n in SCALES.items()
    ),
    tuple(
        StructuralPath(f"{a}-{b}", a, b, "+")
        for b, predictors in STATED.items()
        for a in predictors
    ),
)
RIVALS = {
    "added": RivalModel("added", "Added", added=(("QUA", "IV"), ("PRF", "IV"))),
    "reversed": RivalModel("reversed", "Reversed", reversed=("DRREL",)),
}


@pytest.fixture(scope="module")
def answers():
    data = pd.read_csv(ORACLES / "data" / "m0_simulated.csv")
    return data.assign(ATT2=6 - data["ATT2"], cluster=np.repeat(np.arange(80), 15))


@pytest.fixture(scope="module")
def tested(answers):
    options = {"engine": "core", "estimator": "MLR", "cluster": "cluster"}
    return fit_driver_impact(answers, MODEL, **options)


@pytest.mark.parametrize("name", RIVALS)
def test_rivals_agree_with_lavaan(answers, tested, name):
    lavaan = json.loads((ORACLES / "driver_impact_rivals.json").read_text())
    theirs, stated = lavaan[name], lavaan["stated"]
    ours = compare_rival(answers, tested, RIVALS[name])
    expected = {
        "n_free": theirs["npar"],
        "chisq": theirs["chisq.scaled"],
        "df": theirs["df"],
        "p_value": theirs["pvalue.scaled"],
        "cfi": theirs["cfi.robust"],
        "rmsea": theirs["rmsea.robust"],
        "aic_difference": theirs["aic"] - stated["aic"],
        "bic_difference": theirs["bic"] - stated["bic"],
    }
    for field, value in expected.items():
        assert_agrees(getattr(ours, field), value, "measurement model")
    assert not ours.is_equivalent
    assert ours.reason == ""


def test_answers_cannot_tell_equivalent_models_apart(answers):
    """One impact regressed on the other, or the other way round: the same covariances."""
    factors = tuple(factor for factor in MODEL.factors if factor.name in ("DRREL", "QUA", "PRF"))
    paths = (
        StructuralPath("a", "DRREL", "QUA", "+"),
        StructuralPath("b", "DRREL", "PRF", "+"),
    )
    tested = fit_driver_impact(answers, DriverImpactModel(factors, paths), engine="core")
    rival = RivalModel("chain", "Chain", added=(("QUA", "PRF"),))
    found = compare_rival(answers, tested, rival)
    assert found.is_equivalent
    assert found.bic_difference == pytest.approx(0, abs=1e-6)
    assert not compared_fit("stated", "Stated", tested.fit, tested.fit).is_equivalent


def test_a_path_more_has_a_parameter_more(answers, tested):
    found = compare_rival(answers, tested, RivalModel("more", "More", added=(("DRACT", "IV"),)))
    stated = compared_fit("stated", "Stated", tested.fit, tested.fit)
    assert (found.n_free, found.df) == (stated.n_free + 1, stated.df - 1)
    assert found.bic_difference - found.aic_difference == pytest.approx(math.log(1200) - 2)


@pytest.mark.parametrize(
    ("rival", "found"),
    [
        ({"added": (("DRREL", "QUA"),)}, "stated already"),
        ({"added": (("QUA", "DRREL"),)}, "DRREL is a driver"),
        ({"added": (("KGN", "IV"),)}, "KGN is not in the model"),
        ({"added": (("IV", "IV"),)}, "IV cannot predict itself"),
        ({"added": (("QUA", "IV"), ("QUA", "IV"))}, "QUA -> IV is added twice"),
        ({"added": (("QUA", "IV"), ("IV", "QUA"))}, "from QUA to IV is in the model: both ways"),
        ({"reversed": ("QUA",)}, "QUA is no driver"),
    ],
)
def test_what_is_no_rival_is_refused(rival, found):
    with pytest.raises(StructureError, match=found):
        rival_syntax(MODEL, RivalModel("r", "R", **rival))
