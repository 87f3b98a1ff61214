"""What a reader is told about a model that needs caution, and by which names."""

import numpy as np
import pandas as pd
import pytest

from coprod_stats.errors import CoprodError
from coprod_stats.latent_models import fit_sem
from coprod_stats.sem.errors import SemDataError, SemOptionError

FACTOR = "f =~ x1 + x2 + x3 + x4"
GROUPS = {"group": "g"}


def told(fit):
    return {warning.code: warning.message for warning in fit.warnings}


@pytest.fixture
def items():
    rng = np.random.default_rng(5)
    factor = rng.normal(size=(400, 1))
    data = pd.DataFrame(
        0.8 * factor + 0.6 * rng.normal(size=(400, 4)), columns=["x1", "x2", "x3", "x4"]
    )
    data["g"] = np.where(rng.random(400) < 0.5, "north", "south")
    data.loc[0, "g"] = "north"
    return data


@pytest.fixture
def regression():
    rng = np.random.default_rng(6)
    data = pd.DataFrame(rng.normal(size=(300, 2)), columns=["x", "z"])
    data["y"] = 0.4 * data["x"] + 0.4 * data["z"] + rng.normal(size=300)
    return data


class TestGroupsThatAnsweredDifferentItems:
    @pytest.mark.parametrize("missing", ["listwise", "fiml"])
    def test_the_items_and_the_group_are_named(self, items, missing):
        items.loc[items["g"] == "south", ["x2", "x3"]] = np.nan
        fit = fit_sem(FACTOR, items, missing=missing, **GROUPS)
        message = told(fit)["SEM-208"]
        assert message.startswith("nobody in group 'south' answered these")
        assert message.endswith(": x2, x3")
        assert fit.n_obs == 400

    @pytest.mark.parametrize("missing", ["listwise", "fiml"])
    def test_a_block_that_names_what_nobody_answered_is_refused(self, items, missing):
        items.loc[items["g"] == "south", ["x2", "x3"]] = np.nan
        model = f"group: north\n{FACTOR}\ngroup: south\n{FACTOR}"
        expected = r"SEM-123: no case of group 'south' has an answer .*\(x2, x3\)"
        with pytest.raises(SemDataError, match=expected):
            fit_sem(model, items, missing=missing, **GROUPS)

    def test_so_they_are_with_ordered_items(self, items):
        codes = items[["x1", "x2", "x3", "x4"]].gt(0).astype(float).assign(g=items["g"])
        codes.loc[codes["g"] == "south", "x4"] = np.nan
        with pytest.raises(SemDataError, match=r"group 'south' .*\(x4\)"):
            fit_sem(FACTOR, codes, ordered="all", **GROUPS)

    def test_blocks_may_be_of_other_variables(self, items):
        model = f"group: north\n{FACTOR}\ngroup: south\nf =~ x1 + x2 + x3"
        for missing in ("listwise", "fiml"):
            fit = fit_sem(model, items, missing=missing, **GROUPS)
            assert fit.proper
            assert "SEM-208" not in told(fit)
            assert {row.group for row in fit.parameters if row.rhs == "x4"} == {1}

    def test_blocks_of_other_ordered_variables_are_named(self, items):
        codes = items[["x1", "x2", "x3", "x4"]].gt(0).astype(float).assign(g=items["g"])
        model = f"group: north\n{FACTOR}\ngroup: south\nf =~ x1 + x2 + x3"
        with pytest.raises(SemOptionError, match="group 'south' lacks x4"):
            fit_sem(model, codes, ordered="all", **GROUPS)

    def test_a_group_that_answered_everything_now_and_then_is_fitted(self, items):
        south = items.index[items["g"] == "south"]
        items.loc[south[20::2], "x2"] = np.nan
        items.loc[south[21::2], "x3"] = np.nan
        assert fit_sem(FACTOR, items, missing="fiml", **GROUPS).converged


class TestNamesInMessages:
    @pytest.mark.parametrize(
        ("spoil", "options", "expected"),
        [
            (lambda d: d.assign(g=["north", *["south"] * 399]), {}, "group 'north' has 1 usable"),
            (
                lambda d: d.assign(x2=d["x2"].where(d["g"] == "north", 3.0)),
                {},
                r"in group 'south' \(x2\)",
            ),
            (
                lambda d: d.assign(x2=d["x2"].where(d["g"] == "north", 3.0)),
                {"missing": "fiml"},
                r"group 'south': .*\(x2\)",
            ),
            (
                lambda d: d.assign(cl=np.where(d["g"] == "north", np.arange(400.0), -1.0)),
                {"cluster": "cl"},
                "in one cluster in group 'south'",
            ),
        ],
    )
    def test_faults_of_the_data(self, items, spoil, options, expected):
        with pytest.raises(CoprodError, match=expected):
            fit_sem(FACTOR, spoil(items), **GROUPS, **options)

    def test_findings_about_the_solution(self, items):
        model = "f =~ x1 + x2\nx3 ~~ x4"
        assert "f~~f (group 'south')" in told(fit_sem(model, items, **GROUPS))["SEM-104"]


class TestInequalities:
    @pytest.mark.parametrize(
        "model", ["y ~ x + b*z\nb < 0.1", "y ~ x + b*z\n0.2 > 2*b", "y ~ x + upper(0.1)*z"]
    )
    def test_one_restriction_has_one_answer_however_it_is_written(self, regression, model):
        fit = fit_sem(model, regression)
        free = fit_sem("y ~ x + z", regression)
        row = fit.parameter("y", "~", "z")
        assert row.est == pytest.approx(0.1, abs=1e-9)
        assert row.se == pytest.approx(free.parameter("y", "~", "z").se, rel=0.2)
        message = told(fit)["SEM-204"]
        assert message.endswith(": y~z")
        assert "the test of the model is no chi-square" in message

    def test_an_inequality_of_several_parameters_that_binds_is_told(self, regression):
        fit = fit_sem("y ~ a*x + b*z\na + b < 0.3", regression)
        assert "0.3-(a+b) > 0" in told(fit)["SEM-205"]

    def test_one_that_does_not_bind_is_not(self, regression):
        for model in ("y ~ x + b*z\nb < 3", "y ~ a*x + b*z\na + b < 3"):
            assert told(fit_sem(model, regression)) == {}


class TestLabelsThatAreColumns:
    def test_a_star_between_columns_is_told(self, regression):
        message = told(fit_sem("y ~ x*z", regression))["SEM-309"]
        assert "'x' before '*' is the label of y~z" in message
        assert message.endswith("x:z")

    def test_other_labels_and_products_are_not(self, regression):
        assert told(fit_sem("y ~ a*x + x:z", regression)) == {}


class TestManyCategories:
    def test_numbers_taken_as_ordered_are_told(self, items):
        items["x4"] = (items["x4"] * 8).round().clip(-15, 15)
        items["x1"] = items["x1"].gt(0).astype(float)
        ordered = {"ordered": ["x1", "x4"]}
        message = told(fit_sem(FACTOR, items, **ordered))["SEM-216"]
        assert message.endswith(": x4 (31)")

    def test_twelve_are_not(self, items):
        items["x4"] = pd.qcut(items["x4"], 12, labels=False).astype(float)
        assert "SEM-216" not in told(fit_sem(FACTOR, items, ordered=["x4"]))


class TestBootstrapSamples:
    @pytest.fixture
    def weak(self):
        rng = np.random.default_rng(12)
        factor = rng.normal(size=(60, 1))
        items = np.hstack([0.5 * factor + rng.normal(size=(60, 3)), rng.normal(size=(60, 3))])
        items[:, 4:] += 0.6 * items[:, 3:4]
        return pd.DataFrame(items, columns=["v1", "v2", "v3", "u1", "u2", "u3"])

    MODEL = "f =~ v1 + v2 + v3\nh =~ u1 + u2 + u3\nh ~ b*f"

    def test_lost_and_improper_ones_are_told(self, weak):
        fit = fit_sem(self.MODEL, weak, bootstrap=40, seed=2)
        lost = 40 - int(fit.asked_and_used["bootstrap"].used)
        assert lost > 2
        assert told(fit)["SEM-206"].startswith(f"{lost} of 40 bootstrap samples")
        assert "of 40 bootstrap samples have an improper solution" in told(fit)["SEM-207"]

    def test_a_sound_model_loses_none(self, items):
        assert told(fit_sem(FACTOR, items, bootstrap=40, seed=2)) == {}

    def test_a_bootstrapped_test_loses_samples_too(self, weak):
        fit = fit_sem(self.MODEL, weak, bootstrap=20, seed=2, bootstrap_type="bollen-stine")
        assert "bootstrap samples have no estimates" in told(fit)["SEM-206"]

    def test_without_any_sample_there_are_no_errors(self):
        # in most draws one of the categories that a single case chose is not among the answers
        rng = np.random.default_rng(1)
        values = rng.normal(size=(60, 1)) + 0.5 * rng.normal(size=(60, 3))
        codes = pd.DataFrame((values > 0).astype(float), columns=["x1", "x2", "x3"])
        for place in range(3):
            codes.iloc[values[:, place].argmax(), place] = 2.0
            codes.iloc[values[:, place].argmin(), place] = -1.0
        with pytest.raises(SemDataError, match=r"SEM-124: .* of 2 bootstrap samples only"):
            fit_sem("f =~ x1 + x2 + x3", codes, ordered="all", bootstrap=2, seed=4)


class TestConvergence:
    def test_a_poor_start_is_overcome(self):
        # the first item of f0 is weak, and another one belongs to both factors
        rng = np.random.default_rng(54)
        n_converged = 0
        for _ in range(20):
            first, noise = rng.normal(size=300), rng.normal(size=(300, 7))
            second = 0.4 * first + rng.normal(size=300)
            loadings = [(0.9, 0.0), (0.9, 0.0), (0.0, 0.9), (0.15, 0.0)]
            loadings += [(0.0, 0.9), (0.0, 0.9)]
            values = {
                f"x{place}": a * first + b * second + 0.7 * noise[:, place]
                for place, (a, b) in enumerate(loadings, start=1)
            }
            model = "f0 =~ x4 + x1 + x3 + x2\nf1 =~ x3 + x5 + x6\nf1 ~ f0"
            n_converged += fit_sem(model, pd.DataFrame(values)).converged
        assert n_converged >= 19


class TestShortRepresentations:
    def test_of_a_fit(self, items):
        shown = repr(fit_sem(FACTOR, items))
        assert shown == "<SemFit ML by core: 400 of 400 rows, 8 parameters, proper>"
