"""A population from which answers to a questionnaire can be drawn: its file and its matrices."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
Correlation = Annotated[float, Field(gt=-1, lt=1)]
Weights = dict[int, Annotated[float, Field(ge=0)]]


class _Part(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True
    )


class GroupForm(_Part):
    """A kind of respondent: its share and how it answers single items."""

    share: Share
    answers: dict[str, Weights] = {}
    """Weights of the codes of an item, or of 1 and 0 for ``ID__n`` of a multiple choice."""


class NumberForm(_Part):
    """A normal distribution, rounded and kept in the item's range."""

    mean: float
    sd: Annotated[float, Field(ge=0)]


class ClustersForm(_Part):
    """Municipalities or other units that respondents share."""

    column: str
    count: Annotated[int, Field(ge=1)]
    icc: Annotated[float, Field(ge=0, lt=1)]
    """Share of each latent variable's variance that lies between clusters."""


class CarelessForm(_Part):
    """Respondents who do not read: half of them straight-line, half answer at random."""

    share: Share
    seconds: NumberForm
    """Of the duration; nobody takes fewer than 20 seconds."""
    attention_passed: Share = 0.3


class VariantForm(_Part):
    """A variant of the questionnaire, such as a translation, in which some items differ."""

    share: Share
    loadings: dict[str, Annotated[float, Field(gt=0, lt=1)]] = {}
    """Standardised loadings of items that measure their scale better or worse here."""
    intercepts: dict[str, float] = {}
    """What is added to the responses to an item, or to all items of a scale, in standard
    deviations and in the direction in which they are scored."""


class DontKnowForm(_Part):
    """Questions that many do not answer but with "don't know", and on what that depends.

    The coefficients are those of a probit regression on standardised variables: with one of the
    answer itself, what is missing is not missing at random.
    """

    items: Annotated[list[str], Field(min_length=1)]
    """Items of scales with loadings; a scale stands for all of its items."""
    share: Annotated[float, Field(gt=0, lt=1)]
    """Of the careful respondents, if the answers and the background were normal."""
    answer: float = 0.0
    """Coefficient of the response that would be given, in the direction in which it is scored."""
    background: dict[str, float] = {}
    """Coefficients of columns of numbers."""


class PopulationForm(_Part):
    """The source form of a population; latent variables have mean 0 and variance 1."""

    population: str
    about: str
    fires: list[str] = []
    """Codes of the diagnostics that must fire on a sample; kept with the true parameters."""
    like: str | None = None
    """File of another population, beside this one, whose parts apply where this one states none."""
    rows: Annotated[int, Field(ge=1)]
    seed: Annotated[int, Field(ge=0)]
    correlations: dict[str, dict[str, Correlation]] = {}
    """Correlations of exogenous factors; 0 unless named."""
    paths: dict[str, dict[str, float]]
    """Standardised coefficients by outcome and predictor."""
    residual_correlation: Correlation = 0.0
    """Correlation of the residuals of any two outcomes."""
    loadings: dict[str, list[Annotated[float, Field(gt=0, lt=1)]]]
    """Standardised loadings of a scale's items, in its order."""
    method_factors: dict[str, dict[str, Correlation]] = {}
    """Standardised loadings of all items of a scale, or of one item, on a factor that is
    independent of everything else, such as a general evaluation of the service or a meaning that
    two items share; in the direction in which they are scored."""
    shares: dict[str, list[Annotated[float, Field(gt=0, lt=1)]]]
    """Share of each answer, lowest first, by response scale; cut points follow from them."""
    groups: dict[str, GroupForm]
    answers: dict[str, Weights] = {}
    """Weights of codes for everyone; a group's own come first. Otherwise all are equally likely."""
    numbers: dict[str, NumberForm] = {}
    texts: dict[str, Annotated[list[str], Field(min_length=1)]] = {}
    selection: dict[str, dict[str, Correlation]] = {}
    """Correlations of the propensity to higher answers to a question, or to tick an option
    (``ID__n``), with factors and outcomes: who comes to do, or to be asked, something."""
    variants: dict[str, dict[str, VariantForm]] = {}
    """Variants of the questionnaire by the value of an administrative column of texts, in place of
    its ``texts``."""
    clusters: ClustersForm | None = None
    dont_know: Share = 0.0
    dont_know_of: list[DontKnowForm] = []
    """Questions of which the don't-knows are more frequent, or depend on something; otherwise
    ``dont_know`` applies."""
    unanswered: Share = 0.0
    careless: CarelessForm | None = None


def factor_correlation(form: PopulationForm) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Return the exogenous factors and their correlation matrix, (n_factors, n_factors)."""
    factors = tuple(name for name in form.loadings if name not in form.paths)
    matrix = np.eye(len(factors))
    for row, others in form.correlations.items():
        for column, value in others.items():
            i, j = factors.index(row), factors.index(column)
            matrix[i, j] = matrix[j, i] = value
    return factors, matrix


def residual_covariance(form: PopulationForm) -> NDArray[np.float64]:
    r"""Covariance matrix of the outcomes' residuals such that every outcome has variance 1.

    .. math:: \psi_{kk} = 1 - b_k' R b_k, \quad \psi_{kl} = r \sqrt{\psi_{kk} \psi_{ll}}

    where R are the correlations of the factors and r is the residual correlation.

    Raises
    ------
    ValueError
        If the paths explain all of an outcome's variance or more.
    """
    factors, correlation = factor_correlation(form)
    weights = path_matrix(form, factors)
    left = 1.0 - np.einsum("ki,ij,kj->k", weights, correlation, weights)
    if (left <= 0).any():
        outcome = tuple(form.paths)[int(np.argmin(left))]
        raise ValueError(f"the paths to {outcome} explain more than its whole variance")
    pattern = np.full((len(left), len(left)), form.residual_correlation)
    np.fill_diagonal(pattern, 1.0)
    return pattern * np.sqrt(np.outer(left, left))


def path_matrix(form: PopulationForm, factors: tuple[str, ...]) -> NDArray[np.float64]:
    """Return the coefficients, (n_outcomes, n_factors)."""
    weights = [[paths.get(name, 0.0) for name in factors] for paths in form.paths.values()]
    return np.array(weights, dtype=float).reshape(len(form.paths), len(factors))


def selection_weights(
    form: PopulationForm, correlations: dict[str, float]
) -> tuple[tuple[str, ...], NDArray[np.float64], float]:
    r"""Return factors, their weights in a propensity of variance 1, and what is left of it.

    .. math:: w = \Phi^{-1} r, \quad 1 - w' r

    where Φ are the correlations of the factors and r theirs with the propensity.
    """
    names, implied = implied_correlation(form)
    places = [names.index(name) for name in correlations]
    with_propensity = np.array(list(correlations.values()), dtype=float)
    weights = np.linalg.solve(implied[np.ix_(places, places)], with_propensity)
    return tuple(correlations), weights, 1.0 - float(weights @ with_propensity)


def implied_correlation(form: PopulationForm) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Return all latent variables and their correlation matrix."""
    factors, correlation = factor_correlation(form)
    weights = path_matrix(form, factors)
    across = weights @ correlation
    outcomes = across @ weights.T + residual_covariance(form)
    return (*factors, *form.paths), np.block([[correlation, across.T], [across, outcomes]])
