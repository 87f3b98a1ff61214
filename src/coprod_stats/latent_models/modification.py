"""Modification indices of a fit, labelled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from coprod_stats.latent_models.blas_threads import threads_for
from coprod_stats.sem.inference.modification import modification_indices as core_indices

if TYPE_CHECKING:
    from coprod_stats.latent_models.labelled_fit import LabelledFit


@dataclass(frozen=True, slots=True)
class ModificationIndex:
    """The expected consequences of freeing one parameter.

    ``mi`` is the expected decrease of the test statistic, ``epc`` the expected parameter change,
    ``sepc_all`` the same fully standardised.
    """

    lhs: str
    op: str
    rhs: str
    group: int
    mi: float
    epc: float
    sepc_all: float


def modification_indices(fit: LabelledFit) -> tuple[ModificationIndex, ...]:
    """Return the indices of all parameters that could be freed, largest first.

    Raises
    ------
    SemError
        If the core has none for the method of the fit.
    """
    core = fit.core
    with threads_for(core.data, ordered=bool(core.table.ordered)):
        found = core_indices(core.estimate)
    rows = [
        ModificationIndex(
            row.lhs,
            row.op,
            row.rhs,
            row.group,
            float(found.indices[i]),
            float(found.changes[i]),
            float(found.standardized_changes[i]),
        )
        for i, row in enumerate(found.rows)
    ]
    return tuple(sorted(rows, key=lambda row: -row.mi))
