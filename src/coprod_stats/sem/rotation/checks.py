"""What a reader must know about a rotation."""

from __future__ import annotations

from collections.abc import Iterator

from coprod_stats.sem.inference.checks import Finding
from coprod_stats.sem.rotation.solution import RotatedSolution


def check_rotation(solution: RotatedSolution) -> tuple[Finding, ...]:
    """Gather findings about the rotations of a solution.

    Parameters
    ----------
    solution : RotatedSolution
    """
    return tuple(_findings(solution))


def _findings(solution: RotatedSolution) -> Iterator[Finding]:
    for group, rotations in enumerate(solution.rotations, start=1):
        where = solution.estimate.table.in_group(group)
        for block, rotation in zip(solution.blocks, rotations, strict=True):
            if not rotation.converged:
                message = f"the rotation of efa block '{block.name}'{where} did not converge"
                yield Finding("SEM-141", message, block.factors)
            elif rotation.n_starts > 1 and rotation.n_minima == 1:
                message = (
                    f"one of {rotation.n_starts} starts led to the rotation of efa block "
                    f"'{block.name}'{where}, the others to poorer ones; there may be a better "
                    "one still: raise rstarts"
                )
                yield Finding("SEM-231", message, block.factors)
    if solution.options.has_inexact_errors:
        message = (
            "standard errors of the rotated solution are those of lavaan 0.6-14, whose derivatives "
            "take the items' variances in another metric than the rotation; rotation_se='delta' "
            "gives exact ones"
        )
        yield Finding("SEM-232", message)
    if not solution.is_determined:
        message = (
            "the rotation criterion leaves open how the exploratory factors are turned; their "
            "loadings are arbitrary and have no standard errors"
        )
        names = tuple(name for block in solution.blocks for name in block.factors)
        yield Finding("SEM-142", message, names)
