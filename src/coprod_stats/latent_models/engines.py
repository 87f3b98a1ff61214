"""The engines behind one door: who estimates a model, and what each of them lacks."""

from __future__ import annotations

from coprod_stats.latent_models.labelling import labelled_fit
from coprod_stats.latent_models.sem_fit import SemFit
from coprod_stats.literals import Engine
from coprod_stats.sem.fit import fit
from coprod_stats.sem.model.syntax_tree import ModelSyntax
from coprod_stats.sem.options import FitOptions
from coprod_stats.sem.sample import SemData


def fit_by_engine(
    syntax: ModelSyntax, data: SemData, options: FitOptions, engine: Engine
) -> SemFit:
    """Fit a model that has been read to data that are arrays already.

    Raises
    ------
    LatentModelError
        Naming what the engine lacks.
    SemError
        Where no fit can be computed.
    """
    if engine == "semopy":
        # pandas and semopy take two seconds to import
        from coprod_stats.latent_models.semopy_engine import (
            refuse_options_beyond_semopy,
            solve_by_semopy,
        )

        refuse_options_beyond_semopy(options, data)
        return labelled_fit(fit(syntax, data, options, solver=solve_by_semopy), engine)
    return labelled_fit(fit(syntax, data, options), engine)
