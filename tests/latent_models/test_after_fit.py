"""What is asked of a fit (residuals, reliability, HTMT, Wald and score tests), against R."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from tolerances import assert_agrees, near

from coprod_stats.latent_models import LatentModelError, fit_sem
from coprod_stats.results import Result
from coprod_stats.sem.errors import SemModelError, SemOptionError

ORACLES = Path(__file__).parents[1] / "oracles"
EXPECTED = json.loads((ORACLES / "sem_after_fit.json").read_text(encoding="utf-8"))
FACTORS = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
LABELLED = FACTORS.replace("x2 + x3", "a*x2 + b*x3").replace("x5 + x6", "c*x5 + d*x6")
ITEMS = [f"x{i}" for i in range(1, 10)]


def read(name: str) -> pd.DataFrame:
    return pd.read_csv(ORACLES / "lavaan" / "data" / name)


@pytest.fixture(scope="module")
def pupils():
    return read("hs1939.csv")


@pytest.fixture(scope="module")
def fit(pupils):
    return fit_sem(FACTORS, pupils, meanstructure=True)


@pytest.fixture(scope="module")
def schools(pupils):
    return fit_sem(FACTORS, pupils, group="school")


@pytest.fixture(scope="module")
def labelled(pupils):
    return fit_sem(LABELLED, pupils)


def lower(matrix):
    values = np.array(matrix, dtype=float)
    return values[np.tril_indices(len(values))]


def test_residuals_are_those_of_lavaan(fit):
    found = fit.residuals()
    table = found.tidy()
    assert isinstance(found, Result)
    assert list(table.columns) == [
        "term",
        "lhs",
        "op",
        "rhs",
        "group",
        "observed",
        "implied",
        "residual",
        "standardized",
        "correlation",
    ]
    expected = EXPECTED["residuals"]
    means, covs = (table[table["op"] == op] for op in ("~1", "~~"))
    columns = {"observed": "observed", "implied": "implied", "raw": "residual"}
    for kind, column in {**columns, "standardized": "standardized"}.items():
        (group,) = expected[kind]
        assert_agrees(means[column], group["mean"], "residuals")
        assert_agrees(covs[column], lower(group["cov"]), "residuals")
    (group,) = expected["correlation"]
    assert_agrees(covs["correlation"], lower(group["cov"]), "residuals")
    assert means["correlation"].isna().all()
    assert table["term"].iloc[[0, 10]].tolist() == ["x1 ~1", "x1 ~~ x2"]
    assert found.note == ""


def test_residuals_by_group(schools):
    table = schools.residuals().tidy()
    for number, expected in enumerate(EXPECTED["residuals"]["groups"], start=1):
        rows = table[(table["group"] == number) & (table["op"] == "~~")]
        assert_agrees(rows["residual"], lower(expected["cov"]), "residuals")


def test_residuals_that_cannot_be_standardized_say_why(pupils):
    found = fit_sem(FACTORS, pupils, estimator="MLR").residuals()
    assert found.tidy()["standardized"].isna().all()
    assert "estimator ML" in found.note
    assert "estimator ML" in str(found)
    assert found.glance()["note"].item() == found.note


def test_a_saturated_model_leaves_no_residual(pupils):
    found = fit_sem("x1 ~~ x2", pupils).residuals()
    assert_allclose(found.tidy()["residual"], 0, atol=1e-9)
    assert abs(found.glance()["largest_correlation"].item()) < 1e-9


def test_the_worst_reproduced_correlation(fit):
    table = fit.residuals().tidy()
    worst = table.loc[table["correlation"].abs().idxmax()]
    glance = fit.residuals().glance().iloc[0]
    assert glance["largest_term"] == worst["term"]
    assert glance["largest_correlation"] == worst["correlation"]


def test_reliability_is_that_of_semtools(fit, schools):
    names = {"omega": "omega", "composite_reliability": "composite", "ave": "ave"}
    for fitted, expected in (
        (fit, EXPECTED["reliability"]["one"]),
        (schools, EXPECTED["reliability"]["schools"]),
    ):
        found = fitted.reliability()
        table = found.tidy()
        assert isinstance(found, Result)
        for column, key in names.items():
            for number, row in enumerate(expected[key], start=1):
                values = table[table["group"] == number].set_index("term")[column]
                reference = {name: row[name] for name in values.index}
                assert values.to_dict() == near(reference, "polished reliability")
    assert list(table.columns) == ["term", "group", "omega", "composite_reliability", "ave"]
    glance = schools.reliability().glance().iloc[0]
    assert (glance["n_factors"], glance["n_groups"]) == (3, 2)
    assert glance["lowest_ave"] == table["ave"].min()


def test_reliability_of_ordered_indicators_is_about_latent_responses():
    ordered = fit_sem("F =~ x4 + x5 + x6", read("hs_ord4.csv"), ordered="all").reliability()
    expected = EXPECTED["omega"]["hs_ord4"]["latent"]
    assert_agrees(ordered.tidy()["omega"], [expected], "ordered")
    assert ordered.of_latent_responses == ("F",)
    assert str(ordered).endswith("of latent responses, not of sums of the answers: F")


def test_reliability_of_mixed_indicators_says_which_factor_is_about_latent_responses(pupils):
    graded = pupils.assign(
        **{name: pd.qcut(pupils[name], 4).cat.codes for name in ("x4", "x5", "x6")}
    )
    model = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6"
    found = fit_sem(model, graded, ordered=["x4", "x5", "x6"], estimator="WLSMV").reliability()
    assert found.of_latent_responses == ("textual",)
    assert fit_sem(model, pupils).reliability().of_latent_responses == ()


def test_reliability_needs_indicators(pupils):
    with pytest.raises(SemOptionError, match="no latent variable"):
        fit_sem("x1 ~ x2", pupils).reliability()


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize(
    ("kind", "file", "entry"),
    [
        ("continuous", "hs1939.csv", "polished reliability"),
        ("ordered", "hs_ord4.csv", "HTMT, ordered"),
    ],
)
def test_htmt_is_that_of_semtools(kind, file, entry, version):
    """Correlations of lavaan's ``lavCor`` are those of its optimizer's tolerance."""
    fitted = fit_sem(FACTORS, read(file), ordered="all" if kind == "ordered" else ())
    found = fitted.htmt(version=version)
    expected = EXPECTED["htmt"][kind][("one", "two")[version - 1]]
    assert isinstance(found, Result)
    table = found.tidy()
    assert_agrees(table["estimate"], expected, entry)
    assert list(table.columns) == ["term", "estimate", "factor_1", "factor_2", "group"]
    assert table[["factor_1", "factor_2"]].to_numpy().tolist() == [
        ["visual", "textual"],
        ["visual", "speed"],
        ["textual", "speed"],
    ]
    assert found.glance()["largest"].item() == table["estimate"].max()
    assert str(found).startswith("HTMT2\n" if version == 2 else "HTMT\n")


def test_htmt_does_not_depend_on_keys_or_units(pupils, fit):
    changed = pupils.assign(x1=lambda d: -3 * d["x1"], x5=lambda d: 100 + d["x5"])
    found = fit_sem(FACTORS, changed).htmt().tidy()["estimate"]
    assert_allclose(found, fit.htmt().tidy()["estimate"], rtol=1e-10)


def test_htmt_of_a_single_indicator_is_unknown(pupils):
    model = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nage =~ ageyr"
    table = fit_sem(model, pupils).htmt().tidy()
    assert table["estimate"].isna().tolist() == [False, True, True]


@pytest.mark.parametrize(
    ("model", "options", "message"),
    [
        (FACTORS, {"version": 3}, "versions 1 and 2, not 3"),
        ("f =~ x1 + x2 + x3", {}, "two factors"),
        ("f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6 + x3", {}, "more than one factor: x3"),
    ],
)
def test_htmt_is_refused(model, options, message, pupils):
    with pytest.raises(LatentModelError, match=message):
        fit_sem(model, pupils).htmt(**options)


def test_what_two_levels_refuse():
    data = read("demo_twolevel.csv")
    model = "level: 1\nfw =~ y1 + y2 + y3\ngw =~ y4 + y5 + y6\nlevel: 2\nfb =~ y1 + y2 + y3"
    fitted = fit_sem(f"{model}\ngb =~ y4 + y5 + y6", data, cluster="cluster")
    for question in (fitted.htmt, fitted.reliability, fitted.residuals):
        with pytest.raises(SemOptionError, match=r"two-level|two levels"):
            question()


@pytest.mark.parametrize("estimator", ["ML", "MLR"])
def test_wald_tests_are_those_of_lavaan(estimator, pupils):
    fitted = fit_sem(LABELLED, pupils, estimator=estimator)
    for expected in EXPECTED["wald"][estimator]:
        found = fitted.wald(expected["restrictions"])
        assert isinstance(found, Result)
        table = found.tidy()
        assert list(table.columns) == ["term", "statistic", "df", "p_value"]
        assert found.statistic == near(expected["statistic"], "Wald statistic")
        assert found.df == expected["df"]
        assert found.p_value == near(expected["p_value"], "p value of a Wald test")


def test_wald_of_one_parameter_is_the_square_of_its_z(labelled):
    z = labelled.parameter("visual", "=~", "x2").z
    assert labelled.wald("a == 0").statistic == pytest.approx(z**2)


def test_wald_equations_may_stand_on_lines_or_after_semicolons(labelled):
    assert labelled.wald("a == b; c == d").statistic == labelled.wald("a==b\nc==d").statistic
    assert labelled.wald("a == b\nc == d").term == "a == b; c == d"


def test_wald_restrictions_that_leave_nothing_to_test(labelled):
    with pytest.raises(SemOptionError, match="follow from each other"):
        labelled.wald("a*c == 1; 2*a*c == 2")
    with pytest.raises(SemOptionError, match="whatever the parameters are"):
        labelled.wald("a*d == a*d")
    for other in ("a == b; c > 0.5", "a == b; q := b*c", "a == b; x1 ~~ x2"):
        with pytest.raises(SemOptionError, match="only equations"):
            labelled.wald(other)


def test_a_linear_equation_that_is_repeated_counts_once(labelled):
    repeated = labelled.wald("a == b; b == a*1")
    assert (repeated.statistic, repeated.df) == (labelled.wald("a == b").statistic, 1)


def test_wald_is_refused(labelled, pupils):
    with pytest.raises(SemOptionError, match="no equation"):
        labelled.wald("a > b")
    with pytest.raises(SemModelError, match="nothing"):
        labelled.wald("nothing == 0")
    with pytest.raises(LatentModelError, match="no standard errors"):
        fit_sem(LABELLED, pupils, se="none").wald("a == b")
    with pytest.raises(SemOptionError, match="holds already"):
        fit_sem(LABELLED + "\na == b", pupils).wald("a == b")


def test_release_tests_are_those_of_lavaan(pupils):
    held = fit_sem(LABELLED.replace("b*", "a*").replace("d*", "c*"), pupils)
    found = held.release_tests()
    assert isinstance(found, Result)
    table = found.tidy()
    assert_agrees(table["statistic"], EXPECTED["score"]["single"], "Wald statistic")
    assert table["term"].tolist() == [
        "visual =~ x2 == visual =~ x3",
        "textual =~ x5 == textual =~ x6",
    ]
    total = EXPECTED["score"]["total"]
    glance = found.glance().iloc[0]
    assert glance["statistic"] == near(total["X2"], "Wald statistic")
    assert glance["df"] == total["df"]
    assert len(str(found).splitlines()) == 3


def test_release_tests_name_the_groups(pupils):
    held = fit_sem(FACTORS, pupils, group="school", group_equal=["loadings"])
    terms = held.release_tests().tidy()["term"]
    assert terms[0] == "visual =~ x2 [1] == visual =~ x2 [2]"
    assert len(terms) == 6


def test_nothing_to_release(fit):
    with pytest.raises(SemOptionError, match="no parameters equal"):
        fit.release_tests()


def test_a_fit_and_its_answers_are_shown_as_tables_in_a_notebook(fit, labelled):
    for shown in (fit, fit.residuals(), fit.reliability(), fit.htmt(), labelled.wald("a == b")):
        assert shown._repr_html_().count("<table") == 2
    assert "visual =~ x2" in fit._repr_html_()


def test_printed_tables(fit):
    assert str(fit.reliability()).splitlines()[1].split() == [
        "visual",
        "1",
        "0.612",
        "0.625",
        "0.371",
    ]
    assert str(fit.htmt()).splitlines()[2].split() == ["visual", "textual", "1", "0.384"]
    assert str(fit.residuals()).splitlines()[0].split() == [
        "term",
        "group",
        "observed",
        "implied",
        "residual",
        "standardized",
    ]
