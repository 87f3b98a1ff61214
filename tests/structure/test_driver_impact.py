"""The headline model M0 of 21 paths on answers drawn from a known population."""

import math
import time

import numpy as np
import pandas as pd
import pytest

from coprod_stats.latent_models import sem_fitting
from coprod_stats.latent_models.semopy_engine import SemopyEstimates
from coprod_stats.results import Result
from coprod_stats.structure.driver_impact import fit_driver_impact
from coprod_stats.structure.equivalence import equivalence_test
from coprod_stats.structure.errors import StructureError
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
def result():
    answers, scores = draw(1500, 11)
    answers.loc[:9, "QUA1"] = np.nan
    return fit_driver_impact(
        answers,
        headline_model(),
        scores=scores,
        population="users of a digital channel",
        n_sample=2000,
    )


def test_true_paths_lie_in_bonferroni_intervals(result):
    assert result.fit.converged
    assert result.fit.proper
    for path in result.paths:
        distance = (path.beta - PATHS[path.id][2]) / path.beta_std_error
        assert abs(distance) < BONFERRONI, path.id
    errors = [path.beta_std_error for path in result.paths]
    assert 0.02 < min(errors) < max(errors) < 0.08


def test_rows_are_counted(result):
    glance = result.glance()
    assert glance.loc[0, "n_obs"] == 1490
    assert glance.loc[0, "n_rows"] == 1500
    assert glance.loc[0, "n_sample"] == 2000
    kinds = ("supported", "opposite", "equivalent", "inconclusive", "not_tested")
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
        assert (path.p_equivalence, path.smallest_bound) == (test.p_value, test.smallest_bound)
        if path.conclusion == "inconclusive":
            assert path.p_adjusted >= 0.05
            assert path.smallest_bound >= 0.10


def test_tables_put_the_regressions_beside_the_structural_model(result):
    assert isinstance(result, Result)
    table = result.tidy()
    assert list(table["term"]) == list(PATHS)
    assert list(table["family_size"].unique()) == [21]
    assert table["score_n_obs"].eq(1500).all()
    # unreliable scores dilute the paths, on the whole
    ratio = table["score_beta"].abs().sum() / table["beta"].abs().sum()
    assert 0.6 < ratio < 1
    row = table.set_index("term").loc["H01"]
    assert row["beta_conf_low"] < row["beta"] < row["beta_conf_high"]
    assert row["r_squared"] == result.r_squared["QUA"]


def test_text_names_population_paths_and_conclusions(result):
    text = str(result)
    assert "fitted to users of a digital channel: 1490 analysed of 1500, 2000 in the sample" in text
    assert "Holm over 21 paths; equivalence: |beta| < 0.1; alpha = 0.05" in text
    line = next(line for line in text.splitlines() if line.startswith("  H14 "))
    assert line.endswith("opposite")
    assert "DRKNO -> MV" in line


def test_covariates_are_adjusted_for():
    answers, scores = draw(1500, 12, age_effect=0.5)
    model = headline_model(covariates=("AGE",))
    result = fit_driver_impact(answers, model, scores=scores)
    assert result.fit.fit["pvalue"] > 0.001
    assert result.fit.parameter("QUA", "~", "AGE").free
    # AGE adds to the variance of every factor: unstandardised paths stay as they were
    for path in result.paths:
        assert abs(path.estimate - PATHS[path.id][2]) < 4 * path.std_error, path.id
    assert "AGE" in set(result.regressions.tidy()["term"])


def test_a_model_that_did_not_converge_tests_nothing(monkeypatch):
    answers, _ = draw(300, 13)
    exact = sem_fitting.estimate_with_semopy

    def early(table, cov, starts):
        return SemopyEstimates(exact(table, cov, starts).params * 1.05, 2, "stopped early")

    monkeypatch.setattr(sem_fitting, "estimate_with_semopy", early)
    result = fit_driver_impact(answers, headline_model())
    assert {path.conclusion for path in result.paths} == {"not tested"}
    assert all(math.isnan(path.p_adjusted) for path in result.paths)
    assert result.regressions is None
    assert "score_beta" not in result.tidy()
    assert "NOT CONVERGED" in str(result)


def test_a_fit_without_a_likelihood_still_gives_its_tables(monkeypatch):
    answers, _ = draw(300, 13)
    monkeypatch.setattr(
        sem_fitting,
        "estimate_with_semopy",
        lambda table, *_: SemopyEstimates(np.full(table.n_free, np.nan), 1, "gave up"),
    )
    result = fit_driver_impact(answers, headline_model())
    assert {path.conclusion for path in result.paths} == {"not tested"}
    assert len(result.tidy()) == 21
    assert "R2: not known" in str(result)


def test_absent_columns_are_named():
    answers, scores = draw(100, 14)
    with pytest.raises(StructureError, match="no column QUA1, MVECO1"):
        fit_driver_impact(answers.drop(columns=["QUA1", "MVECO1"]), headline_model())
    with pytest.raises(StructureError, match="no column PRF"):
        fit_driver_impact(draw(300, 15)[0], headline_model(), scores=scores.drop(columns="PRF"))


def test_the_headline_model_is_fitted_in_seconds():
    answers, _ = draw(1000, 16)
    fit_driver_impact(answers, headline_model())
    started = time.perf_counter()
    fit_driver_impact(answers, headline_model())
    assert time.perf_counter() - started < 8


@pytest.mark.slow
def test_paths_are_unbiased_and_their_intervals_cover_over_200_samples():
    truth = np.array([beta for _, _, beta in PATHS.values()])
    model = headline_model()
    betas, errors = [], []
    for seed in range(200):
        result = fit_driver_impact(draw(1200, 1000 + seed)[0], model)
        assert result.fit.proper
        betas.append([path.beta for path in result.paths])
        errors.append([path.beta_std_error for path in result.paths])
    bias = np.mean(betas, axis=0) - truth
    assert np.max(np.abs(bias)) <= 0.02
    covered = np.abs(np.array(betas) - truth) < 1.959964 * np.array(errors)
    assert covered.mean() == pytest.approx(0.95, abs=0.015)
