import pytest

from coprod_stats.structure.errors import StructureError
from coprod_stats.structure.regression import RegressionPath
from coprod_stats.structure.structural_models import (
    DriverImpactModel,
    MeasuredFactor,
    StructuralPath,
)

REL = MeasuredFactor("REL", ("REL1", "REL2"))
ACT = MeasuredFactor("ACT", ("ACT1", "ACT2"))
QUA = MeasuredFactor("QUA", ("QUA1", "QUA2"))
ATT = MeasuredFactor("ATT", ("ATT1", "ATT2"))
PATHS = (
    StructuralPath("H1", "ACT", "QUA", "+"),
    StructuralPath("H2", "REL", "QUA", "+"),
    StructuralPath("H3", "REL", "ATT"),
)
MODEL = DriverImpactModel((REL, ACT, QUA, ATT), PATHS)


def test_syntax_leaves_residuals_of_impacts_free_to_covary():
    assert MODEL.syntax().splitlines() == [
        "REL =~ REL1 + REL2",
        "ACT =~ ACT1 + ACT2",
        "QUA =~ QUA1 + QUA2",
        "ATT =~ ATT1 + ATT2",
        "QUA ~ ACT + REL",
        "ATT ~ REL",
        "REL ~~ ACT",
        "QUA ~~ ATT",
    ]


def test_covariates_predict_drivers_and_impacts():
    lines = MODEL.syntax(("AGE",)).splitlines()
    assert lines[4:] == [
        "QUA ~ ACT + REL + AGE",
        "ATT ~ REL + AGE",
        "REL ~ AGE",
        "ACT ~ AGE",
        "REL ~~ ACT",
        "QUA ~~ ATT",
    ]


def test_composites_are_outcomes_that_are_observed_as_they_are():
    paths = (*PATHS, StructuralPath("H4", "ACT", "IV"))
    model = DriverImpactModel((REL, ACT, QUA, ATT), paths, composites=("IV",))
    assert model.outcomes == ("QUA", "ATT", "IV")
    assert model.drivers == ("REL", "ACT")
    assert model.indicators == (*model.items, "IV")
    lines = model.syntax().splitlines()
    assert not any(line.startswith("IV =~") for line in lines)
    assert {"IV ~ ACT", "QUA ~~ IV", "ATT ~~ IV"} <= set(lines)
    assert ("REL", "IV") in model.unstated_pairs


def test_a_driver_that_is_observed_is_related_to_the_others_and_to_covariates():
    paths = (*PATHS, StructuralPath("H4", "HOURS", "QUA"))
    model = DriverImpactModel((REL, ACT, QUA, ATT), paths, composites=("HOURS",))
    assert model.drivers == ("REL", "ACT", "HOURS")
    lines = model.syntax(("AGE",)).splitlines()
    wanted = {"QUA ~ ACT + REL + HOURS + AGE", "HOURS ~ AGE", "REL ~~ HOURS", "ACT ~~ HOURS"}
    assert wanted <= set(lines)
    assert ("HOURS", "ATT") in model.unstated_pairs


@pytest.mark.parametrize(
    ("paths", "composites", "fault"),
    [
        (
            (*PATHS, StructuralPath("H4", "REL1", "QUA")),
            ("REL1",),
            "REL1 is an end of a path",
        ),
        (PATHS, ("IV",), "IV is in no path"),
        ((*PATHS, StructuralPath("H4", "ACT", "IV")), ("IV", "IV"), "factor IV occurs 2 times"),
        ((*PATHS, StructuralPath("H4", "ACT", "IV")), (), "IV is in a path but is not a factor"),
    ],
)
def test_composites_that_do_not_fit_are_faults(paths, composites, fault):
    with pytest.raises(StructureError, match=fault):
        DriverImpactModel((REL, ACT, QUA, ATT), paths, composites=composites)


def test_outcomes_joined_by_a_path_have_no_residual_covariance():
    model = DriverImpactModel((REL, ACT, QUA, ATT), (*PATHS, StructuralPath("H4", "QUA", "ATT")))
    assert "QUA ~~ ATT" not in model.syntax()
    assert model.drivers == ("REL", "ACT")


def test_equations_of_the_regressions():
    assert MODEL.equations(("AGE",)) == (
        RegressionPath("QUA", ("ACT", "REL"), ("AGE",)),
        RegressionPath("ATT", ("REL",), ("AGE",)),
    )


@pytest.mark.parametrize(
    ("factors", "paths", "message"),
    [
        ((REL, ACT, QUA, ATT), (*PATHS, PATHS[0]), "hypothesis H1 occurs 2 times"),
        (
            (REL, ACT, QUA, ATT),
            (*PATHS, StructuralPath("H4", "ACT", "QUA")),
            "path ACT -> QUA occurs 2 times",
        ),
        ((REL, ACT, QUA, ATT, ATT), PATHS, "factor ATT occurs 2 times; item ATT1"),
        ((REL, ACT, QUA, ATT), (), "the model has no paths"),
        ((REL, ACT, QUA), PATHS, "ATT is in a path but is not a factor"),
        ((REL, ACT, QUA, ATT), PATHS[:2], "factor ATT is in no path"),
        (
            (REL, ACT, QUA, MeasuredFactor("ATT", ("ATT1",))),
            PATHS,
            "factor ATT needs at least two items",
        ),
        (
            (REL, ACT, QUA, ATT),
            (*PATHS, StructuralPath("H4", "ATT", "REL")),
            "the paths are cyclic",
        ),
    ],
)
def test_faults_of_a_model_are_named(factors, paths, message):
    with pytest.raises(StructureError, match=message):
        DriverImpactModel(factors, paths)


def test_a_covariate_given_twice_is_named():
    with pytest.raises(StructureError, match="covariate AGE occurs 2 times"):
        DriverImpactModel((REL, ACT, QUA, ATT), PATHS, covariates=("AGE", "AGE"))


def test_all_faults_are_named_at_once():
    with pytest.raises(StructureError, match="ATT is in a path but is not a factor; factor XX"):
        DriverImpactModel((REL, ACT, QUA, MeasuredFactor("XX", ("X1", "X2"))), PATHS)
