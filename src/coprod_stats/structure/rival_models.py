"""Other models of the same drivers and impacts: paths added, or the arrows of a driver reversed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import combinations

import pandas as pd

from coprod_stats.latent_models import SemFit
from coprod_stats.latent_models.reported_fit import reported_indices, reported_test
from coprod_stats.structure.driver_impact import DriverImpactResult, fit_text, options_of
from coprod_stats.structure.errors import StructureError
from coprod_stats.structure.structural_models import DriverImpactModel

SAME_FIT = 1e-3
"""Difference of two chi-square statistics below which models with as many parameters are the same
to the answers."""


@dataclass(frozen=True, slots=True)
class RivalModel:
    """A model that is stated beside the hypotheses.

    Parameters
    ----------
    id, title : str
    added : tuple of (str, str)
        Paths from a predictor to an impact, beside the stated ones.
    reversed : tuple of str
        Drivers whose stated paths lead from the impacts to the driver instead.
    """

    id: str
    title: str
    added: tuple[tuple[str, str], ...] = ()
    reversed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelComparison:
    """The fit of one model of the same answers; NaN where there is no such number.

    Attributes
    ----------
    id, title : str
    n_free : int
        Free parameters.
    chisq, df, p_value : float
        The scaled test where the estimator scales.
    cfi, rmsea : float
        Robust ones where there are any.
    aic_difference, bic_difference : float
        Of this model minus the stated one: positive where it describes the answers worse.
    is_equivalent : bool
        Whether it has as many parameters as the stated model and the same fit, so that no answers
        can tell the two apart.
    reason : str
        Why it could not be estimated; empty otherwise.
    """

    id: str
    title: str
    n_free: float = math.nan
    chisq: float = math.nan
    df: float = math.nan
    p_value: float = math.nan
    cfi: float = math.nan
    rmsea: float = math.nan
    aic_difference: float = math.nan
    bic_difference: float = math.nan
    is_equivalent: bool = False
    reason: str = ""


def rival_syntax(
    model: DriverImpactModel, rival: RivalModel, covariates: tuple[str, ...] = ()
) -> str:
    """Return a rival of a driver-impact model, in lavaan's syntax.

    What a path does not join covaries as in the stated model: drivers with drivers and impacts
    with impacts, or what the paths leave unexplained of them.

    Raises
    ------
    StructureError
        If a path to be added is in the model already, or in the other direction, or joins unknown
        variables, or a driver to be reversed has no stated path.
    """
    faults = list(_faults(model, rival))
    if faults:
        raise StructureError("; ".join(faults))
    return "\n".join(_lines(model, rival, covariates))


def _faults(model: DriverImpactModel, rival: RivalModel) -> Iterator[str]:
    stated = {(path.predictor, path.outcome) for path in model.paths}
    for number, pair in enumerate(rival.added):
        for name in pair:
            if name not in model.names:
                yield f"{name} is not in the model"
        if pair[1] in model.drivers:
            yield f"{pair[1]} is a driver, to which no path can be added"
        if pair in stated:
            yield f"the path {pair[0]} -> {pair[1]} is stated already"
        if pair[0] == pair[1]:
            yield f"{pair[0]} cannot predict itself"
        if pair[::-1] in stated or pair[::-1] in rival.added[:number]:
            yield f"a path from {pair[1]} to {pair[0]} is in the model: both ways are too many"
        if pair in rival.added[:number]:
            yield f"the path {pair[0]} -> {pair[1]} is added twice"
    starts = {driver for driver, _ in model.stated_pairs}
    for name in rival.reversed:
        if name not in starts:
            yield f"{name} is no driver with a stated path"


def _lines(
    model: DriverImpactModel, rival: RivalModel, covariates: tuple[str, ...]
) -> Iterator[str]:
    pairs = [(path.predictor, path.outcome) for path in model.paths]
    pairs = [pair[::-1] if pair[0] in rival.reversed else pair for pair in pairs]
    pairs += rival.added
    for factor in model.factors:
        yield f"{factor.name} =~ {' + '.join(factor.items)}"
    for outcome in model.names:
        terms = [predictor for predictor, end in pairs if end == outcome]
        if terms or covariates:
            yield f"{outcome} ~ {' + '.join((*terms, *covariates))}"
    joined = {frozenset(pair) for pair in pairs}
    for pair in (*combinations(model.drivers, 2), *combinations(model.outcomes, 2)):
        if frozenset(pair) not in joined:
            yield " ~~ ".join(pair)
    yield from model.extra.beside(model.names)


def compare_rival(
    data: pd.DataFrame, tested: DriverImpactResult, rival: RivalModel
) -> ModelComparison:
    """Fit a rival to the rows of the stated model, by its method.

    Parameters
    ----------
    data : DataFrame
        Those of :func:`coprod_stats.structure.fit_driver_impact`.
    tested : DriverImpactResult
        The model with the stated paths.
    rival : RivalModel

    Raises
    ------
    StructureError
        As :func:`rival_syntax`, and if the fit did not converge.
    """
    text = partial(rival_syntax, tested.model, rival)
    fit = fit_text(data, tested.model, text, **options_of(tested.fit))
    if not fit.converged:
        raise StructureError(f"the model '{rival.title}' did not converge")
    return compared_fit(rival.id, rival.title, fit, tested.fit)


def compared_fit(id: str, title: str, fit: SemFit, stated: SemFit) -> ModelComparison:
    """Describe a fit beside that of the stated model.

    Parameters
    ----------
    id, title : str
    fit, stated : SemFit
        Of the same rows by the same method.
    """
    test, indices = reported_test(fit.fit), reported_indices(fit.fit)
    missing = math.nan
    return ModelComparison(
        id=id,
        title=title,
        n_free=fit.fit["npar"],
        chisq=test.chisq if test else missing,
        df=test.df if test else missing,
        p_value=test.p_value if test else missing,
        cfi=indices.cfi if indices else missing,
        rmsea=indices.rmsea if indices else missing,
        aic_difference=_difference(fit, stated, "aic"),
        bic_difference=_difference(fit, stated, "bic"),
        is_equivalent=fit is not stated
        and fit.fit["npar"] == stated.fit["npar"]
        and abs(_difference(fit, stated, "chisq")) < SAME_FIT,
        reason="" if fit.proper else "improper solution",
    )


def _difference(fit: SemFit, stated: SemFit, name: str) -> float:
    return fit.fit.get(name, math.nan) - stated.fit.get(name, math.nan)
