"""The hypotheses of a driver-impact model, tested by structural equations and by regressions."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import pandas as pd

from coprod_stats.latent_models import SemFit, fit_sem
from coprod_stats.latent_models.sem_options import Engine, Estimator
from coprod_stats.structure.covariates import indicator_columns
from coprod_stats.structure.equivalence import (
    SMALLEST_EFFECT,
    Conclusion,
    ExpectedSign,
    classify_effect,
    equivalence_test,
)
from coprod_stats.structure.errors import StructureError
from coprod_stats.structure.multiplicity import adjust_p_values
from coprod_stats.structure.regression import (
    RegressionResult,
    RobustCovariance,
    fit_regressions,
)
from coprod_stats.structure.structural_models import DriverImpactModel, StructuralPath


@dataclass(frozen=True, slots=True)
class PathResult:
    """One hypothesis with what the structural model says of it.

    ``estimate`` is in units of the factors' first items, ``beta`` fully standardised, each with
    its error and interval. ``p_value`` is that of ``estimate`` against zero, two-sided;
    ``p_adjusted`` is Holm's over the family. ``p_equivalence`` and ``smallest_bound`` refer to
    ``beta``: the p of two one-sided tests, and the smallest bound on its size that the data
    exclude. ``r_squared`` is that of the outcome.
    """

    id: str
    predictor: str
    outcome: str
    expected_sign: ExpectedSign
    estimate: float
    std_error: float
    statistic: float
    p_value: float
    conf_low: float
    conf_high: float
    beta: float
    beta_std_error: float
    beta_conf_low: float
    beta_conf_high: float
    p_adjusted: float
    conclusion: Conclusion
    p_equivalence: float
    smallest_bound: float
    r_squared: float


@dataclass(frozen=True, slots=True)
class DriverImpactResult:
    """A driver-impact model fitted to one set of people.

    Parameters
    ----------
    model : DriverImpactModel
        What was tested.
    paths : tuple of PathResult
        A row per hypothesis, in the order of the model.
    fit : SemFit
        The structural model.
    regressions : RegressionResult or None
        The same paths by scale scores.
    population : str
        To whom the model was fitted.
    n_sample : int
        People in the sample from which these were taken.
    bound, alpha : float
        Smallest effect of interest, and level of all tests.
    """

    model: DriverImpactModel
    paths: tuple[PathResult, ...]
    fit: SemFit
    regressions: RegressionResult | None
    population: str
    n_sample: int
    bound: float
    alpha: float

    @property
    def r_squared(self) -> dict[str, float]:
        """Explained variance of each impact in the structural model."""
        return {name: self.fit.r_squared[name] for name in self.model.outcomes}

    def tidy(self) -> pd.DataFrame:
        """One row per hypothesis; ``score_*`` columns hold the regression of scale scores."""
        table = pd.DataFrame([asdict(path) for path in self.paths])
        table = table.rename(columns={"id": "term"}).assign(
            family=self.model.family, family_size=len(self.paths)
        )
        if self.regressions is None:
            return table
        return table.merge(
            _score_columns(self.regressions), on=["outcome", "predictor"], how="left"
        )

    def glance(self) -> pd.DataFrame:
        """One row: whom it was fitted to, how many conclusions of each kind, and the fit."""
        conclusions = [path.conclusion for path in self.paths]
        counts = {
            f"n_{kind.replace(' ', '_')}": conclusions.count(kind)
            for kind in ("supported", "opposite", "equivalent", "inconclusive", "not tested")
        }
        head = {"population": self.population, "n_sample": self.n_sample}
        fit = self.fit.glance()
        return pd.concat([pd.DataFrame([head | counts]), fit], axis=1)

    def __str__(self) -> str:
        fit = self.fit
        state = "" if fit.proper else ", IMPROPER" if fit.converged else ", NOT CONVERGED"
        lines = [
            f"Driver-impact model, {fit.estimator} by {fit.engine}{state}",
            f"  fitted to {self.population}: {fit.n_obs} analysed of {fit.n_rows}, "
            f"{self.n_sample} in the sample",
            "  " + _fit_line(fit.fit),
            "",
            f"  {'':<6}{'Path':<18}{'Sign':<11}{'b':>7}{'SE':>7}{'beta':>8}{'SE':>7}"
            f"{'p':>8}{'p Holm':>8}  Conclusion",
        ]
        lines += [_path_line(path) for path in self.paths]
        explained = ", ".join(f"{name} {value:.2f}" for name, value in self.r_squared.items())
        lines += [
            "",
            f"  R2: {explained}",
            f"  Holm over {len(self.paths)} paths; equivalence: |beta| < {self.bound:g}; "
            f"alpha = {self.alpha:g}",
        ]
        return "\n".join(lines)


def fit_driver_impact(
    data: pd.DataFrame,
    model: DriverImpactModel,
    *,
    scores: pd.DataFrame | None = None,
    score_covariance: RobustCovariance = "HC3",
    cluster: str | None = None,
    population: str = "everyone",
    n_sample: int | None = None,
    bound: float = SMALLEST_EFFECT,
    alpha: float = 0.05,
    estimator: Estimator = "ML",
    engine: Engine = "semopy",
) -> DriverImpactResult:
    """Fit a driver-impact model and say of each hypothesis what the data allow.

    Parameters
    ----------
    data : DataFrame
        A row per person of the population analysed; items keyed in the direction of their
        factor, covariates, missing values as NaN.
    model : DriverImpactModel
        Factors, hypotheses, covariates.
    scores : DataFrame, optional
        Scale scores in columns named as the factors, with the covariates (and clusters), of the
        same people: the same paths are then fitted as regressions beside the structural model.
    score_covariance : {"HC3", "cluster"}
        Standard errors of the regressions.
    cluster : str, optional
        Column of ``scores`` with cluster labels, for ``score_covariance="cluster"``.
    population : str
        Who the rows are, as ``users of a digital channel``.
    n_sample : int, optional
        Size of the sample that the rows were taken from; the number of rows if left out.
    bound : float
        Smallest standardised path of interest, for the equivalence tests.
    alpha : float
        Level of all tests; intervals have level 1 - alpha.
    estimator, engine : str
        As in :func:`coprod_stats.latent_models.fit_sem`.

    Raises
    ------
    StructureError
        If items or covariates are absent, or a regression cannot be fitted.
    LatentModelError
        If the engine cannot fit the model.
    """
    absent = [name for name in model.items if name not in data.columns]
    if absent:
        raise StructureError(f"the data have no column {', '.join(absent)}")
    covariates = indicator_columns(data, model.covariates)
    fit = fit_sem(
        model.syntax(tuple(covariates.columns)),
        pd.concat([data[list(model.items)], covariates], axis=1),
        estimator=estimator,
        engine=engine,
        conf_level=1 - alpha,
    )
    regressions = None
    if scores is not None:
        regressions = fit_regressions(
            scores,
            model.equations(model.covariates),
            covariance=score_covariance,
            cluster=cluster,
            conf_level=1 - alpha,
        )
    return DriverImpactResult(
        model=model,
        paths=_path_results(model, fit, bound=bound, alpha=alpha),
        fit=fit,
        regressions=regressions,
        population=population,
        n_sample=len(data) if n_sample is None else n_sample,
        bound=bound,
        alpha=alpha,
    )


def _path_results(
    model: DriverImpactModel, fit: SemFit, *, bound: float, alpha: float
) -> tuple[PathResult, ...]:
    p_values = {
        path.id: fit.parameter(path.outcome, "~", path.predictor).pvalue
        if fit.converged
        else math.nan
        for path in model.paths
    }
    adjusted = adjust_p_values(p_values, family=model.family)
    return tuple(
        _path_result(path, fit, p_adjusted=adjusted[path.id], bound=bound, alpha=alpha)
        for path in model.paths
    )


def _path_result(
    path: StructuralPath, fit: SemFit, *, p_adjusted: float, bound: float, alpha: float
) -> PathResult:
    row = fit.parameter(path.outcome, "~", path.predictor)
    # 1 - alpha interval of beta, and the 1 - 2 alpha interval that equivalence rests on
    interval = equivalence_test(row.std_all, row.std_all_se, bound=bound, alpha=alpha / 2)
    equivalence = equivalence_test(row.std_all, row.std_all_se, bound=bound, alpha=alpha)
    return PathResult(
        id=path.id,
        predictor=path.predictor,
        outcome=path.outcome,
        expected_sign=path.expected_sign,
        estimate=row.est,
        std_error=row.se,
        statistic=row.z,
        p_value=row.pvalue,
        conf_low=row.ci_lower,
        conf_high=row.ci_upper,
        beta=row.std_all,
        beta_std_error=row.std_all_se,
        beta_conf_low=interval.conf_low,
        beta_conf_high=interval.conf_high,
        p_adjusted=p_adjusted,
        conclusion=classify_effect(
            row.std_all,
            p_adjusted,
            equivalence.p_value,
            expected_sign=path.expected_sign,
            alpha=alpha,
        ),
        p_equivalence=equivalence.p_value,
        smallest_bound=equivalence.smallest_bound,
        r_squared=fit.r_squared.get(path.outcome, math.nan),
    )


def _score_columns(regressions: RegressionResult) -> pd.DataFrame:
    table = regressions.tidy().rename(columns={"term": "predictor"})
    columns = {
        "beta": "score_beta",
        "beta_std_error": "score_beta_std_error",
        "beta_conf_low": "score_beta_conf_low",
        "beta_conf_high": "score_beta_conf_high",
        "p_value": "score_p_value",
        "n_obs": "score_n_obs",
        "r_squared": "score_r_squared",
    }
    return table[["outcome", "predictor", *columns]].rename(columns=columns)


def _fit_line(fit: dict[str, float]) -> str:
    line = f"chi-square {fit['chisq']:.1f} on {fit['df']:.0f}"
    labels = {"pvalue": "p", "cfi": "CFI", "tli": "TLI", "rmsea": "RMSEA", "srmr": "SRMR"}
    return ", ".join(
        [line] + [f"{label} = {fit[key]:.3f}" for key, label in labels.items() if key in fit]
    )


def _path_line(path: PathResult) -> str:
    conclusion: str = path.conclusion
    if conclusion == "inconclusive":
        conclusion += f" (|beta| < {path.smallest_bound:.2f})"
    return (
        f"  {path.id:<6}{f'{path.predictor} -> {path.outcome}':<18}{path.expected_sign:<11}"
        f"{path.estimate:>7.3f}{path.std_error:>7.3f}{path.beta:>8.3f}"
        f"{path.beta_std_error:>7.3f}{path.p_value:>8.3f}{path.p_adjusted:>8.3f}  {conclusion}"
    )
