"""Residual moments of a fit, labelled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from coprod_stats.results import NotebookTables
from coprod_stats.sem.errors import SemOptionError
from coprod_stats.sem.inference.residuals import (
    ResidualMoments,
    correlation_residuals,
    raw_residuals,
    standardized_residuals,
)
from coprod_stats.sem.model.lisrel import ImpliedMoments

if TYPE_CHECKING:
    import pandas as pd

    from coprod_stats.latent_models.labelled_fit import LabelledFit
    from coprod_stats.sem.results import CoreFit


@dataclass(frozen=True, slots=True)
class ResidualMoment:
    """One mean (``~1``), variance or covariance (``~~``), observed and implied by the model.

    ``standardized`` is the residual over its standard error, ``correlation`` the difference of the
    two correlations; NaN where a column does not apply.
    """

    lhs: str
    op: str
    rhs: str
    group: int
    observed: float
    implied: float
    residual: float
    standardized: float
    correlation: float

    @property
    def term(self) -> str:
        """The moment in the syntax of the model text, such as ``x1 ~~ x2``."""
        return f"{self.lhs} {self.op} {self.rhs}".rstrip()


@dataclass(frozen=True, slots=True)
class Residuals(NotebookTables):
    """Residual moments of a fit.

    Parameters
    ----------
    moments : tuple of ResidualMoment
        Group by group, means first.
    note : str
        Why nothing is standardized; empty if it is.
    """

    moments: tuple[ResidualMoment, ...]
    note: str

    def tidy(self) -> pd.DataFrame:
        """One row per moment."""
        # a third of a second to import, which the command does without
        import pandas as pd

        names = [item.name for item in fields(ResidualMoment)]
        table = pd.DataFrame([asdict(moment) for moment in self.moments], columns=names)
        table.insert(0, "term", [moment.term for moment in self.moments])
        return table

    def glance(self) -> pd.DataFrame:
        """One row: the number of moments, and the one that is reproduced worst."""
        # as in tidy()
        import pandas as pd

        off = [moment for moment in self.moments if not np.isnan(moment.correlation)]
        worst = max(off, key=lambda moment: abs(moment.correlation), default=None)
        return pd.DataFrame(
            {
                "n_moments": [len(self.moments)],
                "largest_correlation": [worst.correlation if worst else np.nan],
                "largest_term": [worst.term if worst else ""],
                "note": [self.note],
            }
        )

    def __str__(self) -> str:
        table = self.tidy()[["term", "group", "observed", "implied", "residual", "standardized"]]
        shown = table.dropna(axis="columns", how="all")
        text = str(shown.to_string(index=False, float_format="{:.3f}".format, na_rep=""))
        return f"{text}\n{self.note}" if self.note else text


def residuals(fit: LabelledFit) -> Residuals:
    """Compare the sample moments with those that the model implies.

    Parameters
    ----------
    fit : LabelledFit

    Raises
    ------
    SemOptionError
        With two levels.
    """
    core = fit.core
    raw, correlations = raw_residuals(core), correlation_residuals(core)
    try:
        standardized, note = standardized_residuals(core), ""
    except SemOptionError as error:
        standardized, note = tuple(_unknown(moments) for moments in raw), str(error)
    rows = [
        row
        for group, parts in enumerate(zip(raw, standardized, correlations, strict=True))
        for row in _rows(core, group, *parts)
    ]
    return Residuals(tuple(rows), note)


def _unknown(moments: ResidualMoments) -> ResidualMoments:
    return ResidualMoments(np.full_like(moments.mean, np.nan), np.full_like(moments.cov, np.nan))


def _rows(
    core: CoreFit,
    group: int,
    raw: ResidualMoments,
    standardized: ResidualMoments,
    correlations: NDArray[np.float64],
) -> Iterator[ResidualMoment]:
    implied: ImpliedMoments = core.estimate.implied[group]
    names = core.table.variables(group + 1).observed
    if core.table.meanstructure and not core.table.ordered:
        for i, name in enumerate(names):
            fitted, residual = float(implied.mean[i]), float(raw.mean[i])
            z = float(standardized.mean[i])
            yield ResidualMoment(
                name, "~1", "", group + 1, fitted + residual, fitted, residual, z, np.nan
            )
    for i, name in enumerate(names):
        for j, other in enumerate(names[: i + 1]):
            fitted, residual = float(implied.cov[i, j]), float(raw.cov[i, j])
            z, r = float(standardized.cov[i, j]), float(correlations[i, j])
            yield ResidualMoment(
                other, "~~", name, group + 1, fitted + residual, fitted, residual, z, r
            )
