"""How near this package's numbers must come to those of other programs, and why not nearer.

Every comparison with an oracle names an entry of the table: ``assert_agrees(ours, theirs, entry)``,
or ``ours == near(theirs, entry)``. An entry may be tightened at will; to loosen one, its reason has
to change with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike


@dataclass(frozen=True, slots=True)
class Tolerance:
    """Numbers agree where |ours − theirs| ≤ max(``absolute``, ``relative`` |theirs|)."""

    absolute: float
    relative: float
    reason: str


TOLERANCES = {
    "closed form": Tolerance(
        1e-13, 1e-12, "sums on both sides; the last digits depend on their order"
    ),
    "correlation": Tolerance(
        1e-10, 0, "R's cor sums in extended precision, this package in double"
    ),
    "distribution": Tolerance(0, 1e-8, "tails and quantiles by other series than R's"),
    "studentized range": Tolerance(
        1e-8, 1e-7, "R's ptukey integrates to some 1e-10, SciPy's quadrature to some 1e-8"
    ),
    "noncentral": Tolerance(
        1e-8, 1e-8, "limits are roots, by uniroot, of series that R stops at 1e-12"
    ),
    "least squares": Tolerance(0, 1e-9, "R solves by QR, statsmodels by the pseudoinverse"),
    "products": Tolerance(1e-10, 0, "centring subtracts means that differ in the last digit"),
    "sums of products": Tolerance(0, 1e-10, "the same, in sums of squares"),
    "EM statistic": Tolerance(1e-6, 0, "EM stops at a change of 1e-9 on either side"),
    "EM p value": Tolerance(1e-8, 0, "the same, in a probability"),
    "polished omega": Tolerance(1e-9, 0, "Newton steps bring lavaan to a gradient of 1e-10"),
    "polished loadings": Tolerance(1e-8, 0, "the same, in single parameters and their errors"),
    "polished chi-square": Tolerance(1e-7, 0, "the same, times the number of cases"),
    "polished parameters": Tolerance(
        1e-7, 0, "Newton steps by lavaan's gradient and Hessian, which it differentiates"
    ),
    "polished measures": Tolerance(1e-12, 1e-7, "the same, in the test and the indices"),
    "psych polychoric": Tolerance(
        2e-3, 0, "psych adds 0.5 to empty cells and optimizes to some 1e-4: close, not equal"
    ),
    "semopy estimates": Tolerance(
        1e-5,
        0,
        "semopy stops at a relative change of 1e-14 of the discrepancy, 1e-7 from the "
        "optimum; z values and limits amplify that",
    ),
    "semopy errors": Tolerance(1e-6, 0, "the same, in errors and standardized values"),
    "semopy fit": Tolerance(
        1e-6, 1e-9, "chi-square is flat at the optimum; lavaan's baseline is 1e-7 off"
    ),
    "lavaan": Tolerance(1e-6, 1e-6, "lavaan's polychoric correlations carry an error of 1e-7"),
    "lavaan's interval of RMSEA": Tolerance(
        5e-5, 5e-5, "lavaan finds it by uniroot with its coarse default"
    ),
    "lavaan, polished": Tolerance(1e-6, 1e-6, "Newton steps brought lavaan to the optimum"),
    "lavaan, polished: fit": Tolerance(1e-12, 1e-6, "the same, in the test"),
    "lavaan, as it stops: fit": Tolerance(1e-12, 3e-4, "as the parameters"),
    "lavaan, as it stops": Tolerance(3e-4, 3e-4, "lavaan stops 1e-6 to 1e-4 from the optimum"),
    "difference test, polished": Tolerance(
        1e-12, 2e-8, "lavaan's errors rest on numerical derivatives good for some nine digits"
    ),
    "p value of a difference test, polished": Tolerance(1e-12, 2e-7, "ten times the same"),
    "difference test": Tolerance(1e-12, 2e-4, "lavaan stops up to 1e-4 from the optimum"),
    "p value of a difference test": Tolerance(1e-12, 2e-3, "ten times the same"),
}


def assert_agrees(ours: ArrayLike, theirs: ArrayLike, entry: str, what: object = "") -> None:
    """Compare numbers with those of an oracle, as near as the table demands."""
    limit = TOLERANCES[entry]
    found, expected = (np.asarray(values, dtype=float) for values in (ours, theirs))
    assert expected.shape in ((), found.shape), f"{what}: {found.shape}, {expected.shape}"
    expected = np.broadcast_to(expected, found.shape)
    allowed = np.maximum(limit.absolute, limit.relative * np.abs(expected))
    with np.errstate(invalid="ignore"):
        agree = (np.abs(found - expected) <= allowed) | (found == expected)
    agree |= np.isnan(found) & np.isnan(expected)
    assert agree.all(), (
        f"{what}: {found[~agree]} and not {expected[~agree]}, beyond '{entry}' ({limit.reason})"
    )


def near(theirs: Any, entry: str) -> Any:
    """Return what compares equal to a number, or to each of a dict's, as the table demands."""
    limit = TOLERANCES[entry]
    return pytest.approx(theirs, rel=limit.relative, abs=limit.absolute)
