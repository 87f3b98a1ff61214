"""The headline model M0 of 21 paths on answers drawn from a known population."""

import math

import numpy as np
import pandas as pd
import pytest

from coprod_stats.latent_models import LatentModelError
from coprod_stats.latent_models.engines import semopy_engine
from coprod_stats.latent_models.engines.semopy_engine import solve_by_semopy
from coprod_stats.results import Result
from coprod_stats.structure.driver_impact import fit_driver_impact
from coprod_stats.structure.equivalence import equivalence_test
from coprod_stats.structure.errors import StructureError
from coprod_stats.structure.path_tests import CONCLUSIONS, DecisionRules
from coprod_stats.structure.score_paths import fit_score_paths
from coprod_stats.structure.structural_models import (
    DriverImpactModel,
    MeasuredFactor,
    StructuralPath,
)

PATHS = {
    "H01": ("DRACT", "QUA", 0.20),
    "H02": ("DRACT", "PRF", 0.00),
    "H03": ("DRINP", "QUA", 0.15),
    "H04": ("DRINP", "PRF", 0.15),
    "H05": ("DRSET", "ATT", -0.20),
    "H06": ("DRSET", "SHR", 0.10),
    "H07": ("DRTEC", "ATT", 0.00),
    "H08": ("DRTEC", "SHR", 0.15),
    "H09": ("DRFLO", "KGN", 0.25),
    "H10": ("DRFLO", "IV", 0.10),
    "H11": ("DRFLO", "MV", 0.20),
    "H12": ("DRKNO", "KGN", 0.10),
    "H13": ("DRKNO", "IV", 0.15),
    "H14": ("DRKNO", "MV", -0.20),
    "H15a": ("DRREL", "QUA", 0.25),
    "H15b": ("DRREL", "PRF", 0.20),
    "H15c": ("DRREL", "ATT", 0.30),
    "H15d": ("DRREL", "SHR", 0.20),
    "H15e": ("DRREL", "KGN", 0.25),
    "H15f": ("DRREL", "IV", 0.30),
    "H15g": ("DRREL", "MV", 0.35),
}
DRIVERS = ("DRACT", "DRINP", "DRREL", "DRSET", "DRTEC", "DRKNO", "DRFLO")
IMPACTS = ("QUA", "PRF", "ATT", "SHR", "KGN", "IV", "MV")
FOUR_FACETS = {
    "IV": ("IVEST1", "IVENJ1", "IVSOC1", "IVLOY1"),
    "MV": ("MVREL1", "MVECO1", "MVNOR3", "MVPUB1"),
}
BONFERRONI = 3.0381  # qnorm(1 - .05 / 21 / 2)


def headline_model(**options):
    factors = tuple(
        MeasuredFactor(name, FOUR_FACETS.get(name, tuple(f"{name}{i}" for i in (1, 2, 3))))
        for name in (*DRIVERS, *IMPACTS)
    )
    two_sided = ("H05", "H06", "H07", "H08")
    paths = tuple(
        StructuralPath(key, predictor, outcome, "two-sided" if key in two_sided else "+")
        for key, (predictor, outcome, _) in PATHS.items()
    )
    return DriverImpactModel(factors, paths, **options)


def draw(n_obs, seed, *, age_effect=0.0):
    """Draw answers to 44 items, standardised factors, loadings .70 to .80."""
    rng = np.random.default_rng(seed)
    age = rng.standard_normal(n_obs)
    drivers = rng.standard_normal((n_obs, 7)) @ np.linalg.cholesky(0.3 + 0.7 * np.eye(7)).T
    factors = dict(zip(DRIVERS, drivers.T, strict=True))
    residuals = rng.standard_normal((n_obs, 7)) @ np.linalg.cholesky(0.2 + 0.8 * np.eye(7)).T
    for impact, residual in zip(IMPACTS, residuals.T, strict=True):
        effects = {p: beta for p, o, beta in PATHS.values() if o == impact}
        beta = np.array(list(effects.values()))
        explained = beta @ (0.3 + 0.7 * np.eye(len(beta))) @ beta
        factors[impact] = sum(b * factors[p] for p, b in effects.items())
        factors[impact] = factors[impact] + np.sqrt(1 - explained) * residual
    items, scores = {}, {"AGE": age}
    for factor in headline_model().factors:
        level = factors[factor.name] + age_effect * age
        answers = [
            loading * level + np.sqrt(1 - loading**2) * rng.standard_normal(n_obs)
            for loading, _ in zip((0.8, 0.7, 0.75, 0.7), factor.items, strict=False)
        ]
        items |= dict(zip(factor.items, answers, strict=True))
        scores[factor.name] = np.mean(answers, axis=0)
    return pd.DataFrame(items | {"AGE": age}), pd.DataFrame(scores)


@pytest.fixture(scope="module")
def drawn():
    answers, scores = draw(1500, 11)
    answers.loc[:9, "QUA1"] = np.nan
    return answers, scores


@pytest.fixture(scope="module")
def result(drawn):
    return fit_driver_impact(drawn[0], headline_model())


def test_true_paths_lie_in_bonferroni_intervals(result):
    assert result.fit.converged
    assert result.fit.proper
    for path in result.paths:
        distance = (path.beta - PATHS[path.id][2]) / path.beta_std_error
        assert abs(distance) < BONFERRONI, path.id
    errors = [path.beta_std_error for path in result.paths]
    assert 0.02 < min(errors) < max(errors) < 0.08


def test_rows_and_conclusions_are_counted(result):
    glance = result.glance()
    assert glance.loc[0, "n_obs"] == result.n_analysed == 1490
    assert glance.loc[0, "n_rows"] == 1500
    kinds = [kind.replace("-", "_") for kind in CONCLUSIONS]
    assert sum(glance.loc[0, f"n_{kind}"] for kind in kinds) == 21


def test_conclusions_follow_from_the_numbers_of_the_row(result):
    by_id = {path.id: path for path in result.paths}
    assert by_id["H15g"].conclusion == "supported"
    assert by_id["H14"].conclusion == "opposite"
    assert by_id["H05"].conclusion == "supported"
    assert by_id["H05"].beta < 0
    for path in result.paths:
        assert path.p_adjusted >= path.p_value
        test = equivalence_test(path.beta, path.beta_std_error)
        assert path.p_equivalence == test.p_value <= path.p_equivalence_adjusted
        assert (path.beta_conf_low_90, path.beta_conf_high_90) == (test.conf_low, test.conf_high)
        assert path.smallest_bound >= test.smallest_bound
        if path.conclusion == "inconclusive":
            assert path.p_adjusted >= 0.05
            assert path.smallest_bound >= 0.10


def test_one_row_for_each_hypothesis(result):
    assert isinstance(result, Result)
    table = result.tidy()
    assert list(table["term"]) == list(PATHS)
    assert list(table["family_size"].unique()) == [21]
    row = table.set_index("term").loc["H01"]
    assert row["beta_conf_low"] < row["beta"] < row["beta_conf_high"]
    assert row["r_squared"] == result.r_squared["QUA"]


def test_rules_of_decision_are_those_given(drawn, result):
    rules = DecisionRules(family="secondary", adjustment="fdr_bh", bound=0.5, alpha=0.01)
    other = fit_driver_impact(drawn[0], headline_model(), rules=rules)
    for path, usual in zip(other.paths, result.paths, strict=True):
        assert path.p_value == usual.p_value
        assert path.p_adjusted <= usual.p_adjusted * (1 + 1e-12)  # equal but for rounding
        assert path.conf_low < usual.conf_low
        assert path.beta_conf_low < usual.beta_conf_low
    # every effect is below a bound of .5
    found = {path.conclusion for path in other.paths}
    assert found == {"supported-negligible", "opposite", "equivalent"}
    assert other.tidy()["family"].eq("secondary").all()
    assert "Benjamini-Hochberg over 21 paths; equivalence: |beta| < 0.5; alpha = 0.01" in str(other)


def test_text_names_rows_paths_and_conclusions(result):
    text = str(result)
    assert "1,490 of 1,500 rows analysed" in text
    assert "Holm over 21 paths; equivalence: |beta| < 0.1; alpha = 0.05" in text
    line = next(line for line in text.splitlines() if line.startswith("  H14 "))
    assert line.endswith("opposite")
    assert "DRKNO -> MV" in line


def test_regressions_of_scores_dilute_the_same_paths(drawn, result):
    by_scores = fit_score_paths(drawn[1], headline_model().paths)
    assert [path.id for path in by_scores.paths] == list(PATHS)
    ratio = by_scores.tidy()["beta"].abs().sum() / result.tidy()["beta"].abs().sum()
    assert 0.6 < ratio < 1


def test_covariates_are_adjusted_for():
    answers, _ = draw(1500, 12, age_effect=0.5)
    result = fit_driver_impact(answers, headline_model(covariates=("AGE",)))
    assert result.fit.fit["pvalue"] > 0.001
    assert result.fit.parameter("QUA", "~", "AGE").free
    # AGE adds to the variance of every factor: unstandardised paths stay as they were
    for path in result.paths:
        assert abs(path.estimate - PATHS[path.id][2]) < 4 * path.std_error, path.id


@pytest.fixture
def solve_wrongly(monkeypatch):
    """Replace semopy's solution by something made of it."""

    def replace(change):
        monkeypatch.setattr(
            semopy_engine,
            "solve_by_semopy",
            lambda *arguments: change(solve_by_semopy(*arguments)),
        )

    return replace


def test_a_model_that_did_not_converge_tests_nothing(solve_wrongly):
    answers, _ = draw(300, 13)
    solve_wrongly(lambda found: found * 1.05)
    result = fit_driver_impact(answers, headline_model(), engine="semopy")
    assert {path.conclusion for path in result.paths} == {"not-estimated"}
    assert all(math.isnan(path.p_adjusted) for path in result.paths)
    assert "NOT CONVERGED" in str(result)


def test_a_fit_without_a_likelihood_still_gives_its_tables(solve_wrongly):
    answers, _ = draw(300, 13)
    solve_wrongly(lambda found: np.full_like(found, -5.0))
    result = fit_driver_impact(answers, headline_model(), engine="semopy")
    assert {path.conclusion for path in result.paths} == {"not-estimated"}
    assert len(result.tidy()) == 21
    assert "R2: not available" in str(result)


def test_absent_columns_are_named():
    answers, _ = draw(100, 14)
    with pytest.raises(StructureError, match="no column QUA1, MVECO1"):
        fit_driver_impact(answers.drop(columns=["QUA1", "MVECO1"]), headline_model())


def test_clusters_are_passed_on_and_refused_by_an_engine_without_them():
    answers, _ = draw(100, 14)
    with pytest.raises(LatentModelError, match="clusters"):
        fit_driver_impact(answers.assign(town=1), headline_model(), cluster="town")
