"""The hypothesised paths where questions may measure otherwise in some groups."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coprod_stats.latent_models import SemFit, fit_sem
from coprod_stats.structure.alternative_paths import AlternativePaths
from coprod_stats.structure.covariates import indicator_columns
from coprod_stats.structure.driver_impact import DriverImpactResult, options_of
from coprod_stats.structure.errors import StructureError
from coprod_stats.structure.measurement_invariance import MeasurementInvariance
from coprod_stats.structure.path_changes import PathChange
from coprod_stats.structure.structural_models import MeasuredFactor


@dataclass(frozen=True, slots=True, eq=False)
class PathsInGroups:
    """The paths fitted to all groups at once.

    Attributes
    ----------
    fit : SemFit
    shares : ndarray, (n_groups,)
        Share of each group in the rows of the fit, by their sampling weights if it has any.
    """

    fit: SemFit
    shares: NDArray[np.float64]

    def path(self, predictor: str, outcome: str) -> tuple[float, float]:
        """Return a standardised path and its standard error.

        It is the mean over the groups by their shares; the standard error is the mean of theirs,
        which is the largest that it can have.
        """
        rows = [
            self.fit.parameter(outcome, "~", predictor, group=group)
            for group in range(1, len(self.shares) + 1)
        ]
        estimate = self.shares @ [row.std_all for row in rows]
        return float(estimate), float(self.shares @ [row.std_all_se for row in rows])


def fit_paths_in_groups(
    data: pd.DataFrame, tested: DriverImpactResult, invariance: MeasurementInvariance
) -> PathsInGroups:
    """Fit the paths to all groups at once: paths equal, questions alike but for those that differ.

    Loadings, intercepts and paths are equal across groups except for the loadings and intercepts
    that were freed, and the intercepts of composites; means and variances of the factors are the
    groups' own. A path is thus one within groups: what differs between groups, in the questions or
    in the factors, takes no part in it. Groups in which no more respondents than
    the model has observed variables answered some two of them together are omitted, since their
    moments need not exist.

    Parameters
    ----------
    data : DataFrame
        Items, composites, covariates, design columns and the column of groups.
    tested : DriverImpactResult
        The model fitted without groups, whose method is used.
    invariance : MeasurementInvariance
        What was freed.

    Raises
    ------
    StructureError
        If fewer than two groups are left, or the fit did not converge or is improper.
    """
    model, options = tested.model, options_of(tested.fit)
    data = _large_groups(data, model.indicators, invariance.variable)
    covariates = indicator_columns(data, model.covariates)
    design = (options.get("cluster"), options.get("sampling_weights"), invariance.variable)
    columns = [data[list(model.indicators)], covariates]
    columns += [data[[column]] for column in dict.fromkeys(design) if column is not None]
    released = [question.released for question in invariance.questions]
    factors = tuple(_alike_first(factor, released) for factor in model.factors)
    released += [f"{name}~1" for name in model.composites]
    fit = fit_sem(
        replace(model, factors=factors).syntax(tuple(covariates.columns)),
        pd.concat(columns, axis=1),
        group=invariance.variable,
        group_equal=("loadings", "intercepts", "regressions"),
        group_partial=tuple(released),
        **options,
    )
    if not fit.proper:
        raise StructureError(
            f"the model in groups of {invariance.variable} did not converge or is improper"
        )
    sizes = np.array([sample.n_obs for sample in fit.core.estimate.problem.samples])
    return PathsInGroups(fit, sizes / sizes.sum())


def _alike_first(factor: MeasuredFactor, released: Collection[str]) -> MeasuredFactor:
    """Return a factor whose first item, which sets the scale, has the same loading in all groups.

    That of an item that differs would be fixed in all groups, and so be held equal after all.
    """
    differs = {item: f"{factor.name}=~{item}" in released for item in factor.items}
    return replace(factor, items=tuple(sorted(factor.items, key=differs.__getitem__)))


def _large_groups(data: pd.DataFrame, indicators: tuple[str, ...], variable: str) -> pd.DataFrame:
    large = [
        name
        for name, group in data.groupby(variable)
        if _fewest_together(group[list(indicators)]) > len(indicators)
    ]
    if len(large) < 2:
        raise StructureError(f"fewer than two groups of {variable} are large enough for the paths")
    return data[data[variable].isin(large)]


def _fewest_together(answers: pd.DataFrame) -> int:
    """Return how many respondents answered those two questions that fewest answered together."""
    known = answers.notna().to_numpy(dtype=int)
    return int((known.T @ known).min())


def paths_within_groups(
    tested: DriverImpactResult,
    everyone: PathsInGroups,
    subgroups: Mapping[str, PathsInGroups],
    *,
    variable: str,
) -> AlternativePaths:
    """Compare the paths as tested with those within groups.

    Parameters
    ----------
    everyone : PathsInGroups
        The model fitted to all respondents.
    subgroups : mapping of str to PathsInGroups
        The same among those in whom some paths are tested, by hypothesis.
    variable : str
        The column of groups.
    """
    changes = []
    for path in tested.paths:
        ends = path.predictor, path.outcome
        within, std_error = subgroups.get(path.id, everyone).path(*ends)
        changes.append(PathChange(path.id, *ends, path.beta, within, std_error))
    title = f"within groups of {variable}, with the questions that differ freed"
    return AlternativePaths(title, tuple(changes), everyone.fit.df, tested.rules)
