"""Little's test that answers are missing completely at random."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from coprod_stats.counts import counted
from coprod_stats.errors import CoprodError
from coprod_stats.quality.pairwise_moments import column_means
from coprod_stats.quality.person_index import BoolArray, FloatArray
from coprod_stats.results import NotebookTables


class McarTestError(CoprodError):
    """Little's test cannot be computed from these answers."""


@dataclass(frozen=True, slots=True)
class McarTest(NotebookTables):
    """Little's (1988) test of missing completely at random.

    Parameters
    ----------
    statistic : float
        d², asymptotically chi-square if the answers are missing completely at random.
    df : int
        Number of items answered, summed over the patterns, minus the number of items.
    p_value : float
        A small value is evidence against MCAR; a large one is not evidence for it.
    n_patterns, n_obs, n_items : int
        Patterns of missing answers, respondents with any answer, items.
    n_iterations : int
        Iterations of the EM algorithm until convergence.
    """

    statistic: float
    df: int
    p_value: float
    n_patterns: int
    n_obs: int
    n_items: int
    n_iterations: int

    def tidy(self) -> pd.DataFrame:
        """One row: the test."""
        return pd.DataFrame(
            {
                "term": ["Little's MCAR test"],
                "statistic": [self.statistic],
                "df": [self.df],
                "p_value": [self.p_value],
            }
        )

    def glance(self) -> pd.DataFrame:
        """One row: the test and the number of patterns, respondents and items behind it."""
        sizes = {name: [getattr(self, name)] for name in ("n_obs", "n_items", "n_patterns")}
        return self.tidy().drop(columns="term").assign(**sizes)

    def __str__(self) -> str:
        return (
            f"Little's MCAR test: chi-square({self.df}) = {self.statistic:.2f},"
            f" p = {self.p_value:.3g}, {counted(self.n_patterns, 'pattern')}, n = {self.n_obs}"
        )


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """Respondents who answered the same set of items.

    Parameters
    ----------
    answered : ndarray of bool, shape (n_items,)
        The items that they answered.
    answers : ndarray, shape (n_pattern, n_answered)
        Their answers to these.
    """

    answered: BoolArray
    answers: FloatArray


_SINGULAR = "The covariance matrix is singular. Omit items."


def little_mcar_test(
    answers: FloatArray, *, tolerance: float = 1e-9, max_iterations: int = 2000
) -> McarTest:
    r"""Test whether the means differ between the patterns of missing answers.

    .. math:: d^2 = \sum_j n_j (\bar y_j - \mu_j)' \Sigma_{jj}^{-1} (\bar y_j - \mu_j)

    over the patterns j, with the items that pattern j answered, and μ and Σ the maximum
    likelihood estimates under multivariate normality (Little, 1988, JASA 83, 1198–1202). Σ has
    divisor n, as in the R packages naniar and misty; a divisor of n − 1 shrinks d² by (n − 1)/n.

    Parameters
    ----------
    answers : ndarray, shape (n_persons, n_items)
        NaN where missing; respondents without any answer are omitted.
    tolerance : float
        Largest change of a mean or covariance, in units of the item standard deviations, at which
        EM stops.
    max_iterations : int
        Iterations after which EM stops without convergence.

    Raises
    ------
    McarTestError
        If nothing is missing, an item does not vary or was never answered, the covariance matrix
        is singular or EM did not converge.
    """
    kept = answers[~np.isnan(answers).all(axis=1)]
    if not np.isnan(kept).any():
        raise McarTestError("No answer is missing: there is nothing to test.")
    if not (np.nanmax(_filled(kept), axis=0) > np.nanmin(_filled(kept), axis=0)).all():
        raise McarTestError("An item was never answered or does not vary. Omit it.")
    centre, scale = column_means(kept), np.nanstd(kept, axis=0)
    patterns = missing_patterns((kept - centre) / scale)
    mean, covariance, n_iterations = _em_moments(patterns, kept.shape, tolerance, max_iterations)
    try:
        statistic = sum(_distance(pattern, mean, covariance) for pattern in patterns)
    except np.linalg.LinAlgError as error:
        raise McarTestError(_SINGULAR) from error
    df = sum(int(pattern.answered.sum()) for pattern in patterns) - kept.shape[1]
    return McarTest(
        statistic=statistic,
        df=df,
        p_value=float(stats.chi2.sf(statistic, df)),
        n_patterns=len(patterns),
        n_obs=kept.shape[0],
        n_items=kept.shape[1],
        n_iterations=n_iterations,
    )


def missing_patterns(answers: FloatArray) -> tuple[Pattern, ...]:
    """Group respondents by the items that they answered."""
    answered, which = np.unique(~np.isnan(answers), axis=0, return_inverse=True)
    return tuple(
        Pattern(row, answers[which.ravel() == k][:, row]) for k, row in enumerate(answered)
    )


def _filled(answers: FloatArray) -> FloatArray:
    """Fill items without any answer with a constant, so that they count as not varying."""
    return np.where(np.isnan(answers).all(axis=0), 0.0, answers)


def _distance(pattern: Pattern, mean: FloatArray, covariance: FloatArray) -> float:
    difference = pattern.answers.mean(axis=0) - mean[pattern.answered]
    block = covariance[np.ix_(pattern.answered, pattern.answered)]
    return float(pattern.answers.shape[0] * difference @ np.linalg.solve(block, difference))


def _em_moments(
    patterns: tuple[Pattern, ...],
    shape: tuple[int, ...],
    tolerance: float,
    max_iterations: int,
) -> tuple[FloatArray, FloatArray, int]:
    """Maximum likelihood mean and covariance matrix of an incomplete normal sample, by EM."""
    n_obs, n_items = shape
    mean, covariance = np.zeros(n_items), np.eye(n_items)
    for iteration in range(1, max_iterations + 1):
        try:
            sums, products = _expected_sums(patterns, mean, covariance)
        except np.linalg.LinAlgError as error:
            raise McarTestError(_SINGULAR) from error
        new_mean = sums / n_obs
        new_covariance = products / n_obs - np.outer(new_mean, new_mean)
        change = max(np.abs(new_mean - mean).max(), np.abs(new_covariance - covariance).max())
        mean, covariance = new_mean, new_covariance
        if change < tolerance:
            return mean, covariance, iteration
    raise McarTestError(f"EM did not converge in {counted(max_iterations, 'iteration')}.")


def _expected_sums(
    patterns: tuple[Pattern, ...], mean: FloatArray, covariance: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the expected sums and sums of products given the observed answers (the E step)."""
    sums, products = np.zeros_like(mean), np.zeros_like(covariance)
    for pattern in patterns:
        seen, unseen = pattern.answered, ~pattern.answered
        complete = np.empty((pattern.answers.shape[0], mean.shape[0]))
        complete[:, seen] = pattern.answers
        if unseen.any():
            across = covariance[np.ix_(seen, unseen)]
            slopes = np.linalg.solve(covariance[np.ix_(seen, seen)], across)
            complete[:, unseen] = mean[unseen] + (pattern.answers - mean[seen]) @ slopes
            residual = covariance[np.ix_(unseen, unseen)] - across.T @ slopes
            products[np.ix_(unseen, unseen)] += pattern.answers.shape[0] * residual
        sums += complete.sum(axis=0)
        products += complete.T @ complete
    return sums, products
