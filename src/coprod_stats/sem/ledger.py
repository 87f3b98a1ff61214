"""What was asked of a fit beside what was used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coprod_stats.sem.options import FitOptions
from coprod_stats.sem.sample import SemData
from coprod_stats.sem.solution import Solution

if TYPE_CHECKING:
    from coprod_stats.sem.resampling import Bootstrap

Entries = dict[str, tuple[str, str]]


def fit_ledger(
    asked: FitOptions, data: SemData, solution: Solution, draws: Bootstrap | None
) -> Entries:
    """List each option and part of the data as asked and as used.

    Parameters
    ----------
    asked : FitOptions
    data : SemData
    solution : Solution
    draws : Bootstrap, optional

    Returns
    -------
    dict of str to (str, str)
    """
    return {
        **_of_fit(asked, data, solution),
        **_of_rotation(asked, solution),
        **_of_bootstrap(draws),
    }


def _of_fit(asked: FitOptions, data: SemData, solution: Solution) -> Entries:
    used, problem = solution.used, solution.problem
    table, method, samples = problem.table, problem.method, problem.samples
    n_used = sum(len(sample.rows) for sample in samples)
    weights = "none" if data.weights is None else "normalized to the number of cases"
    return {
        "estimator": (asked.estimator, used.estimator),
        "missing": (asked.missing, method.missing),
        "standard_errors": (asked.standard_errors, method.standard_errors),
        "test": ("default", method.test if method.test != "none" else "standard"),
        "information": (asked.information, method.information),
        "ordered": (_listed(asked.ordered), _listed(table.ordered)),
        "fixed_x": (str(asked.model.fixed_x), str(table.options.fixed_x)),
        "auxiliary": (_listed(asked.auxiliary), _listed(table.auxiliary)),
        "likelihood": (asked.likelihood, method.likelihood),
        "rows": (str(len(data.values)), str(n_used)),
        "groups": (str(len(data.group_labels)), str(len(samples))),
        "weights": ("none" if data.weights is None else "given", weights),
        "clusters": (
            "none" if data.clusters is None else "given",
            "none" if data.clusters is None else str(sum(s.n_clusters for s in samples)),
        ),
    }


def _of_rotation(options: FitOptions, solution: Solution) -> Entries:
    rotated = solution.rotated
    if rotated is None:
        return {}
    used, asked = rotated.options, options.rotation
    return {
        "rotation": ("default" if asked is None else asked.name, used.name),
        "rotation_se": ("default" if asked is None else asked.se, used.errors),
    }


def _of_bootstrap(draws: Bootstrap | None) -> Entries:
    if draws is None:
        return {}
    return {"bootstrap": (str(draws.n_samples), str(len(draws.params)))}


def _listed(ordered: str | tuple[str, ...]) -> str:
    return ordered if isinstance(ordered, str) else ", ".join(ordered) or "none"
