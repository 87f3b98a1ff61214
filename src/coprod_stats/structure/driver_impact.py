"""Tests of the hypotheses of a driver-impact model by structural equations."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypedDict, Unpack

import pandas as pd

from coprod_stats.counts import counted
from coprod_stats.latent_models import SemFit, fit_sem
from coprod_stats.latent_models.frames import require_columns
from coprod_stats.latent_models.reported_fit import reported_indices, reported_test
from coprod_stats.literals import Engine, Estimator, Missing
from coprod_stats.results import NotebookTables
from coprod_stats.structure.covariates import indicator_columns
from coprod_stats.structure.errors import StructureError
from coprod_stats.structure.multiplicity import METHOD_NAMES
from coprod_stats.structure.path_tests import (
    DecisionRules,
    PathEstimate,
    PathResult,
    conclusion_counts,
    decide,
    path_table,
    verdict,
)
from coprod_stats.structure.structural_models import DriverImpactModel, StructuralPath


@dataclass(frozen=True, slots=True)
class SubgroupFit:
    """The same model fitted to a subgroup, in which some of the paths are tested."""

    hypotheses: tuple[str, ...]
    population: str
    fit: SemFit


@dataclass(frozen=True, slots=True)
class DriverImpactResult(NotebookTables):
    """A driver-impact model fitted to one group of respondents.

    Attributes
    ----------
    model : DriverImpactModel
        The model tested.
    paths : tuple of PathResult
        One result per hypothesis, in the order of the model.
    fit : SemFit
        The structural model.
    rules : DecisionRules
        Family, adjustment, smallest effect size of interest, level.
    subgroups : tuple of SubgroupFit
        Fits from which some paths are taken instead.
    """

    model: DriverImpactModel
    paths: tuple[PathResult, ...]
    fit: SemFit
    rules: DecisionRules
    subgroups: tuple[SubgroupFit, ...] = ()

    @property
    def n_analysed(self) -> int:
        """Rows that the engine used."""
        return self.fit.n_obs

    @property
    def r_squared(self) -> dict[str, float]:
        """Explained variance of each impact; empty if the fit did not converge."""
        explained = self.fit.r_squared[0] if self.fit.converged else {}
        return {name: explained[name] for name in self.model.outcomes if name in explained}

    def fit_of(self, hypothesis: str) -> SemFit:
        """Return the fit that the path of a hypothesis is taken from."""
        parts = (part.fit for part in self.subgroups if hypothesis in part.hypotheses)
        return next(parts, self.fit)

    def covariates(self) -> pd.DataFrame:
        """Return a row per coefficient of a covariate, as those of ``fit.tidy()``."""
        rows = self.fit.tidy()
        factors = set(self.model.names)
        return rows[(rows["op"] == "~") & ~rows["rhs"].isin(factors)].reset_index(drop=True)

    def residual_correlations(self) -> pd.DataFrame:
        """Return a row per pair of impacts, as those of ``fit.tidy()``.

        ``std_all`` is the correlation of what the model leaves unexplained of the two.
        """
        rows, impacts = self.fit.tidy(), set(self.model.outcomes)
        is_pair = (rows["op"] == "~~") & (rows["lhs"] != rows["rhs"])
        return rows[is_pair & rows["lhs"].isin(impacts) & rows["rhs"].isin(impacts)].reset_index(
            drop=True
        )

    def tidy(self) -> pd.DataFrame:
        """Return a row per hypothesis."""
        return path_table(self.paths, self.rules)

    def glance(self) -> pd.DataFrame:
        """Return one row: the number of conclusions of each kind, and the fit."""
        counts = pd.DataFrame([conclusion_counts(self.paths)])
        return pd.concat([counts, self.fit.glance()], axis=1)

    def __str__(self) -> str:
        fit = self.fit
        state = "" if fit.proper else ", IMPROPER" if fit.converged else ", NOT CONVERGED"
        lines = [
            f"Driver-impact model, {fit.estimator} by {fit.engine}{state}",
            f"  {fit.n_obs:,} of {counted(fit.n_rows, 'row')} analysed",
            "  " + _fit_line(fit.fit),
            "",
            f"  {'':<6}{'Path':<18}{'Sign':<11}{'b':>7}{'SE':>7}{'beta':>8}{'SE':>7}"
            f"{'p':>8}{'p adj.':>8}  Conclusion",
        ]
        lines += [_path_line(path) for path in self.paths]
        explained = ", ".join(f"{name} {value:.2f}" for name, value in self.r_squared.items())
        lines += [
            "",
            f"  R2: {explained or 'not available'}",
            f"  {METHOD_NAMES[self.rules.adjustment]} over {counted(len(self.paths), 'path')}; "
            f"equivalence: |beta| < {self.rules.bound:g}; alpha = {self.rules.alpha:g}",
        ]
        return "\n".join(lines)


def fit_driver_impact(
    data: pd.DataFrame,
    model: DriverImpactModel,
    *,
    engine: Engine = "semopy",
    estimator: Estimator = "ML",
    missing: Missing = "listwise",
    cluster: str | None = None,
    sampling_weights: str | None = None,
    ordered: Sequence[str] | Literal["all"] = (),
    rules: DecisionRules | None = None,
) -> DriverImpactResult:
    """Fit a driver-impact model and decide each hypothesis.

    Parameters
    ----------
    data : DataFrame
        A row per respondent: items scored in the direction of their factor, composites,
        covariates, missing values as NaN, and the column of clusters if one is named.
    model : DriverImpactModel
        Factors, hypotheses, covariates.
    engine, estimator, missing, cluster, sampling_weights, ordered
        As in :func:`coprod_stats.latent_models.fit_sem`.
    rules : DecisionRules, optional
        Family, adjustment, smallest effect size of interest, level.

    Raises
    ------
    StructureError
        If items or covariates are absent.
    LatentModelError
        If the engine cannot fit the model.
    """
    rules = rules or DecisionRules()
    fit = fit_text(
        data,
        model,
        model.syntax,
        engine=engine,
        estimator=estimator,
        missing=missing,
        cluster=cluster,
        sampling_weights=sampling_weights,
        ordered=ordered,
        conf_level=1 - rules.alpha,
    )
    estimates = [_estimate(path, fit) for path in model.paths]
    return DriverImpactResult(model, decide(model.paths, estimates, rules), fit, rules)


class FitKeywords(TypedDict, total=False):
    """Options of :func:`coprod_stats.latent_models.fit_sem` that models of paths share."""

    engine: Engine
    estimator: Estimator | None
    missing: Missing
    cluster: str | None
    sampling_weights: str | None
    ordered: Sequence[str] | Literal["all"]
    conf_level: float


def fit_text(
    data: pd.DataFrame,
    model: DriverImpactModel,
    text: Callable[[tuple[str, ...]], str],
    **options: Unpack[FitKeywords],
) -> SemFit:
    """Fit a model of the factors and covariates of a driver-impact model.

    Parameters
    ----------
    data : DataFrame
        As in :func:`fit_driver_impact`.
    model : DriverImpactModel
        Its items, composites and covariates are the variables of the fit.
    text : callable
        Returns the model text, given the numeric columns that represent the covariates.
    **options
        As in :func:`coprod_stats.latent_models.fit_sem`.
    """
    require_columns(data.columns, model.indicators, error=StructureError)
    covariates = indicator_columns(data, model.covariates)
    design = (options.get("cluster"), options.get("sampling_weights"))
    columns = [data[list(model.indicators)], covariates]
    columns += [data[[column]] for column in design if column is not None]
    syntax = text(tuple(covariates.columns))
    return fit_sem(syntax, pd.concat(columns, axis=1), **options)


def options_of(fit: SemFit) -> FitKeywords:
    """Return the options of a fit, so that another model is fitted by the same method.

    The engine is the first one, which has what the second lacks.
    """
    asked = fit.specification
    return {
        "engine": "core",
        "estimator": asked.estimator,
        "missing": asked.missing,
        "cluster": asked.cluster,
        "sampling_weights": asked.sampling_weights,
        "ordered": asked.ordered,
        "conf_level": fit.conf_level,
    }


def with_subgroups(
    everyone: DriverImpactResult, subgroups: Sequence[SubgroupFit]
) -> DriverImpactResult:
    """Replace some paths by those of subgroups, and decide the whole family again.

    Parameters
    ----------
    everyone : DriverImpactResult
        The model fitted to everyone.
    subgroups : sequence of SubgroupFit
        Fits of the same model; a hypothesis is taken from one of them at most.
    """
    fits = {id: part.fit for part in subgroups for id in part.hypotheses}
    estimates = [_estimate(path, fits.get(path.id, everyone.fit)) for path in everyone.model.paths]
    paths = decide(everyone.model.paths, estimates, everyone.rules)
    return replace(everyone, paths=paths, subgroups=tuple(subgroups))


def _estimate(path: StructuralPath, fit: SemFit) -> PathEstimate:
    row = fit.parameter(path.outcome, "~", path.predictor)
    return PathEstimate(
        estimate=row.est,
        std_error=row.se,
        statistic=row.z,
        # an improper solution decides nothing
        p_value=row.pvalue if fit.proper else math.nan,
        conf_low=row.ci_lower,
        conf_high=row.ci_upper,
        beta=row.std_all,
        beta_std_error=row.std_all_se,
        r_squared=fit.r_squared[0].get(path.outcome, math.nan),
        df=fit.df,
    )


def _fit_line(fit: dict[str, float]) -> str:
    """Print the test and the indices that a text reports, by name, as far as there are any."""
    parts = []
    test, indices = reported_test(fit), reported_indices(fit)
    if test is not None:
        kind = "" if test.kind == "uncorrected" else f"{test.kind} "
        parts.append(f"{kind}chi-square {test.chisq:.1f} on {test.df:.4g}, p = {test.p_value:.3f}")
    if indices is not None:
        kind = "" if indices.kind == "uncorrected" else f"{indices.kind} "
        names = (("CFI", indices.cfi), ("TLI", indices.tli), ("RMSEA", indices.rmsea))
        parts += [f"{kind}{name} = {value:.3f}" for name, value in names]
    if "srmr" in fit:
        parts.append(f"SRMR = {fit['srmr']:.3f}")
    return ", ".join(parts)


def _path_line(path: PathResult) -> str:
    return (
        f"  {path.id:<6}{f'{path.predictor} -> {path.outcome}':<18}{path.expected_sign:<11}"
        f"{path.estimate:>7.3f}{path.std_error:>7.3f}{path.beta:>8.3f}"
        f"{path.beta_std_error:>7.3f}{path.p_value:>8.3f}{path.p_adjusted:>8.3f}  {verdict(path)}"
    )
