"""Choice of the engine that estimates a model, and the options that each lacks."""

from __future__ import annotations

from coprod_stats.latent_models.blas_threads import threads_for
from coprod_stats.latent_models.errors import LatentModelError
from coprod_stats.latent_models.labelling import labelled_fit
from coprod_stats.latent_models.sem_data import Columns
from coprod_stats.latent_models.sem_fit import SemFit
from coprod_stats.latent_models.specification import Specification
from coprod_stats.latent_models.specified_data import specified_data
from coprod_stats.sem.fit import fit
from coprod_stats.sem.model.syntax import parse_model
from coprod_stats.sem.problems.choice import choose_problem


def fit_specification(asked: Specification, columns: Columns) -> SemFit:
    """Fit a model to named columns.

    Raises
    ------
    LatentModelError
        Naming what the engine lacks, or the fault of a column.
    SemError
        If the model cannot be fitted.
    """
    options = asked.options
    syntax = parse_model(asked.model)
    data = specified_data(asked, columns, syntax)
    if asked.engine == "core":
        with threads_for(data, ordered=bool(asked.ordered)):
            return labelled_fit(fit(syntax, data, options), asked, columns)
    refuse_options(asked)
    # pandas and semopy take two seconds to import
    from coprod_stats.latent_models.engines.semopy_engine import solve_by_semopy

    return labelled_fit(fit(syntax, data, options, solver=solve_by_semopy), asked, columns)


def refuse_options(asked: Specification) -> None:
    """Refuse, before any data are read, options that the engine of a specification lacks.

    Raises
    ------
    SemError
        If options contradict each other.
    LatentModelError
        Naming every option that the engine lacks.
    """
    options = asked.options
    choose_problem(parse_model(asked.model), options).resolve_method(options)
    if asked.engine == "core":
        return
    if asked.engine == "lavaan":
        raise LatentModelError("lavaan can only check a fit: use compare_engines(fit, 'lavaan')")
    from coprod_stats.latent_models.engines.semopy_engine import refuse_options_beyond_semopy

    refuse_options_beyond_semopy(
        options,
        has_groups=asked.group is not None,
        has_clusters=asked.cluster is not None,
        has_weights=asked.sampling_weights is not None,
    )
