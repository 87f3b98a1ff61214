"""The rivals of the stated paths: all paths from drivers to impacts, and an evaluative factor."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from coprod_stats.analyses.paths.form import PathsForm, SemSpecification
from coprod_stats.errors import CoprodError
from coprod_stats.structure import DriverImpactResult
from coprod_stats.structure.evaluative_factor import EvaluativeFactor, fit_evaluative_factor
from coprod_stats.structure.path_pattern import PathPattern, fit_pattern
from coprod_stats.structure.pattern_bootstrap import PatternBootstrap, bootstrap_pattern


@dataclass(frozen=True, slots=True)
class Rivals:
    """The rivals of one specification, or the reasons why there are none."""

    pattern: PathPattern | None
    no_pattern: str
    evaluation: EvaluativeFactor | None
    no_evaluation: str
    resampled: PatternBootstrap | None = None
    no_resampled: str = ""


def compared_specification(form: PathsForm) -> SemSpecification | None:
    """Return the specification that is compared with rivals.

    That is the confirmatory one or, where it regresses scale scores or there is none, the first by
    structural equations.
    """
    by_equations = [e for e in form.specifications if isinstance(e, SemSpecification)]
    confirmatory = (entry for entry in by_equations if entry.role == "confirmatory")
    return next(confirmatory, next(iter(by_equations), None))


def fit_rivals(
    table: pd.DataFrame, tested: DriverImpactResult, form: PathsForm, rng: np.random.Generator
) -> Rivals | None:
    """Fit the rivals to the rows of the stated paths; None where no path is left unstated."""
    if not tested.model.unstated_pairs or not tested.model.stated_pairs:
        return None
    pattern, evaluation, no_pattern, no_evaluation = None, None, "", ""
    try:
        pattern = fit_pattern(table, tested)
    except CoprodError as error:
        no_pattern = str(error)
    try:
        evaluation = fit_evaluative_factor(table, tested)
    except CoprodError as error:
        no_evaluation = str(error)
    found = Rivals(pattern, no_pattern, evaluation, no_evaluation)
    if pattern is None or form.bootstrap is None:
        return found
    return _resampled(found, pattern, form.bootstrap, rng)


def _resampled(
    rivals: Rivals, pattern: PathPattern, n_samples: int, rng: np.random.Generator
) -> Rivals:
    try:
        return replace(rivals, resampled=bootstrap_pattern(pattern, n_samples=n_samples, rng=rng))
    except CoprodError as error:
        return replace(rivals, no_resampled=str(error))
