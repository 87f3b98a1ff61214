"""How near this package's numbers must come to those of other programs, and why not nearer.

Every comparison with an oracle names an entry of the table: ``assert_agrees(ours, theirs, entry)``.
An entry may be tightened at will; to loosen one, its reason has to be changed with it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True, slots=True)
class Tolerance:
    """Numbers agree where |ours − theirs| ≤ ``absolute`` + ``relative`` |theirs|."""

    absolute: float
    relative: float
    reason: str


TOLERANCES = {
    "closed form": Tolerance(
        1e-12, 1e-12, "a formula of sums on both sides; the last digits depend on their order"
    ),
    "distribution": Tolerance(
        1e-12, 1e-8, "tail probabilities and quantiles by other series than R's"
    ),
    "studentized range": Tolerance(
        1e-8, 1e-7, "R's ptukey integrates to some 1e-10, SciPy's quadrature to some 1e-8"
    ),
    "noncentral": Tolerance(
        1e-8,
        1e-8,
        "roots of noncentral distributions, by uniroot to 1e-12 of a series that R stops at 1e-12",
    ),
}


def assert_agrees(ours: ArrayLike, theirs: ArrayLike, entry: str, what: str = "") -> None:
    """Compare numbers with those of an oracle, as near as the table demands."""
    limit = TOLERANCES[entry]
    np.testing.assert_allclose(
        np.asarray(ours, dtype=float),
        np.asarray(theirs, dtype=float),
        rtol=limit.relative,
        atol=limit.absolute,
        err_msg=f"{what} (tolerance '{entry}': {limit.reason})",
    )
