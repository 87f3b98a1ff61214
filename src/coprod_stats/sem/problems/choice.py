"""The one place that chooses among continuous, incomplete, ordered and two-level problems."""

from __future__ import annotations

from coprod_stats.sem.model.parameters import ParameterTable
from coprod_stats.sem.model.syntax_tree import ModelSyntax
from coprod_stats.sem.options import FitOptions
from coprod_stats.sem.problems.problem import Problem


def choose_problem(model: ModelSyntax | ParameterTable, options: FitOptions) -> type[Problem]:
    """Choose the kind of problem that a model and the options of a fit state.

    Levels come first, since a two-level problem refuses by name what is not implemented for it.

    Parameters
    ----------
    model : ModelSyntax or ParameterTable
    options : FitOptions
    """
    # each kind is loaded where it is needed: a small model is fitted faster than imported
    if _has_levels(model):
        from coprod_stats.sem.multilevel.problem import TwoLevelProblem

        return TwoLevelProblem
    if options.ordered:
        from coprod_stats.sem.ordered.problem import OrderedProblem

        return OrderedProblem
    if options.missing == "fiml":
        from coprod_stats.sem.problems.incomplete import FullInformationProblem

        return FullInformationProblem
    if options.missing in ("two-stage", "robust-two-stage"):
        from coprod_stats.sem.problems.incomplete import TwoStageProblem

        return TwoStageProblem
    from coprod_stats.sem.problems.continuous import CompleteDataProblem

    return CompleteDataProblem


def _has_levels(model: ModelSyntax | ParameterTable) -> bool:
    if isinstance(model, ParameterTable):
        return bool(model.levels)
    return any(relation.level for relation in model.relations)
