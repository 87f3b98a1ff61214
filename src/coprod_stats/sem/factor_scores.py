"""Factor scores of the cases that a model was fitted to.

Continuous data have regression and Bartlett scores (:mod:`~coprod_stats.sem.linear_scores`),
ordered and mixed data empirical Bayes modal ones (:mod:`~coprod_stats.sem.ordered.modal_scores`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.errors import SemOptionError
from coprod_stats.sem.results import CoreFit

FloatArray = NDArray[np.float64]
ScoreMethod = Literal["regression", "bartlett", "ebm"]


@dataclass(frozen=True, slots=True)
class FactorScores:
    """Scores of all cases.

    Parameters
    ----------
    latent : tuple of str
        Names of the columns.
    scores : (n_rows, n_latent) array
        In the order of the rows of the data; nan in rows that the fit did not use, and where the
        answers of a case leave a Bartlett score open.
    """

    latent: tuple[str, ...]
    scores: FloatArray


def factor_scores(fit: CoreFit, method: ScoreMethod | None = None) -> FactorScores:
    """Score the cases that a model was fitted to.

    Parameters
    ----------
    fit : CoreFit
    method : {'regression', 'bartlett', 'ebm'}, optional
        If omitted, ``ebm`` with ordered variables and ``regression`` without.

    Raises
    ------
    SemOptionError
        At an unknown method, at one that is not for these data, with two levels, without latent
        variables, and for Bartlett scores of latent variables that no observed variable depends on
        directly.
    """
    latent = fit.table.latent
    if method is not None and method not in get_args(ScoreMethod):
        known = ", ".join(get_args(ScoreMethod))
        raise SemOptionError(f"method: unknown {method!r}; expected one of {known}")
    problem = fit.problem.single_level("factor scores")
    used = method or problem.score_methods[0]
    if used not in problem.score_methods:
        raise SemOptionError(f"method {used!r}: ordered variables have 'ebm' scores, others not")
    if not latent:
        raise SemOptionError("the model has no latent variable to score")
    scores = np.full((len(fit.data.values), len(latent)), np.nan)
    of_groups = problem.factor_scores(fit.estimate, used)
    for group, (sample, values) in enumerate(zip(fit.samples, of_groups, strict=True), start=1):
        for name, column in zip(fit.table.variables(group).latent, values.T, strict=True):
            scores[sample.rows, latent.index(name)] = column
    return FactorScores(latent, scores)
