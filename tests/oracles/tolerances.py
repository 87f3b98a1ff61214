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
    "regression, closed form": Tolerance(0, 1e-8, "R prints 15 digits, and solves by QR"),
    "regression, iterated": Tolerance(
        0, 1e-6, "both end their iterations at steps below 1e-9 of a standard unit"
    ),
    "regression likelihood": Tolerance(0, 1e-10, "flat at the optimum, where both stop"),
    "regression p value": Tolerance(0, 1e-7, "a tail of a quotient of iterated numbers"),
    "marginal effects": Tolerance(
        0, 1e-6, "R differentiates the averaged prediction numerically, by parameters too"
    ),
    "average marginal effects": Tolerance(1e-9, 1e-6, "the same, of effects that may be near zero"),
    "glm.nb as printed": Tolerance(
        0, 1e-4, "it ends its alternation at changes of a thousandth part of this"
    ),
    "glm.nb's AIC as printed": Tolerance(0, 1e-9, "twice a likelihood that is flat there"),
    "polr as printed": Tolerance(1e-4, 1e-3, "its BFGS stops early, by its coarse default"),
    "products": Tolerance(1e-10, 0, "centring subtracts means that differ in the last digit"),
    "sums of products": Tolerance(0, 1e-10, "the same, in sums of squares"),
    "measurement model": Tolerance(
        5e-6, 1e-5, "lavaan stops where its gradient is small: estimates differ in the sixth digit"
    ),
    "EM statistic": Tolerance(1e-6, 0, "EM stops at a change of 1e-9 on either side"),
    "EM p value": Tolerance(1e-8, 0, "the same, in a probability"),
    "polished omega": Tolerance(1e-9, 0, "Newton steps bring lavaan to a gradient of 1e-10"),
    "polished loadings": Tolerance(1e-8, 0, "the same, in single parameters and their errors"),
    "polished chi-square": Tolerance(1e-7, 0, "the same, times the number of cases"),
    "polished parameters": Tolerance(
        1e-7, 0, "Newton steps by lavaan's gradient and Hessian, which it differentiates"
    ),
    "polished measures": Tolerance(1e-12, 1e-7, "the same, in the test and the indices"),
    "reliability limits": Tolerance(
        1e-9, 0, "quantiles of F by another series than R's, times one less alpha"
    ),
    "polished reliability": Tolerance(1e-7, 0, "sums of polished loadings and residual variances"),
    "HTMT, ordered": Tolerance(1e-4, 0, "lavCor stops at the coarse default of its optimizer"),
    "residuals": Tolerance(1e-6, 0, "what polished estimates leave of moments of size 1"),
    "Wald statistic": Tolerance(0, 1e-6, "rests on the inverse of a polished solution's Hessian"),
    "p value of a Wald test": Tolerance(0, 1e-5, "the same, in a tail: ten times as much"),
    "necessary conditions": Tolerance(
        1e-9, 1e-9, "areas and lines of at most 75 cases by other formulas in R: rounding alone"
    ),
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
    "polished": Tolerance(
        1e-7, 1e-7, "Newton steps bring lavaan to the optimum; it differentiates numerically"
    ),
    "unpolished": Tolerance(1e-4, 1e-4, "lavaan stops up to 1e-4 from the optimum"),
    "combinations, unpolished": Tolerance(
        2e-4, 2e-4, "the same, a little further in harder models"
    ),
    "nonlinear constraints": Tolerance(2e-4, 2e-4, "lavaan stops 1.04e-4 from the optimum"),
    "semTools": Tolerance(
        1e-5, 1e-5, "semTools fits auxiliary variables by itself, and is not polished"
    ),
    "baseline model": Tolerance(1e-6, 1e-6, "lavaan does not polish the baseline model"),
    "z value": Tolerance(1e-6, 1e-6, "the quotient amplifies what its error lacks"),
    "p value": Tolerance(1e-9, 1e-9, "of a large quotient, whose tail is flat"),
    "explained variance": Tolerance(
        1e-5, 1e-5, "one less residual over total variance, both unpolished"
    ),
    "all keys": Tolerance(
        2e-7, 2e-7, "of polished solutions; single keys may differ by a stated multiple"
    ),
    "all keys, ordered": Tolerance(
        2e-6, 2e-6, "the same, and polychoric correlations are 1e-7 off"
    ),
    "all keys: interval of RMSEA": Tolerance(
        1e-4, 1e-4, "uniroot with its coarse default, and a limit near 0"
    ),
    "bootstrap errors": Tolerance(0, 0.15, "other draws: lavaan has another random generator"),
    "scripts run again": Tolerance(
        1e-6, 1e-6, "Newton steps, numerical derivatives and another BLAS move the eighth digit"
    ),
    "random models": Tolerance(
        1e-3, 1e-3, "lavaan stops up to some 1e-4 from the optimum; a wrong formula is off by more"
    ),
    "a search without end": Tolerance(
        0, 1e-2, "rounding moves where it is after so many steps; lavaan's objective there is held"
    ),
    "lavaan's objective again": Tolerance(
        1e-7, 0, "the same function at points that its own iterations end a little apart from"
    ),
    "second engine": Tolerance(2e-4, 2e-4, "lavaan as it stops, through the command"),
    "second engine, rotated": Tolerance(5e-4, 5e-4, "the same, and its rotation stops too"),
    "read by lavaan": Tolerance(1e-12, 1e-5, "lavaan as it stops on the file written for Mplus"),
    "score test": Tolerance(1e-5, 1e-5, "rests on the inverse of a numerical Hessian"),
    "release and Wald tests": Tolerance(1e-6, 1e-6, "the same, of polished solutions"),
    "modification index": Tolerance(
        1e-6, 1e-6, "quotient of a gradient that lavaan's solution leaves at 1e-7"
    ),
    "modification index, ordered": Tolerance(
        1e-5, 1e-5, "the same, and polychoric correlations are 1e-7 off"
    ),
    "factor scores": Tolerance(1e-6, 1e-6, "sums over items of what polished estimates leave"),
    "modal scores": Tolerance(
        5e-4, 5e-4, "lavaan's BFGS without gradient stops at 1e-8 of the posterior"
    ),
    "ordered": Tolerance(
        1e-6, 1e-6, "what follows from polychoric correlations inherits about 1e-7"
    ),
    "polychoric": Tolerance(
        3e-7, 3e-7, "lavaan stops each pair at a relative change of 1e-10 in its likelihood"
    ),
    "thresholds": Tolerance(1e-7, 1e-7, "lavaan stops each ordered probit at a like change"),
    "slopes": Tolerance(1e-8, 1e-8, "the same, in coefficients of covariates"),
    "margins": Tolerance(1e-13, 1e-13, "quantiles of shares, without any search"),
    "shares": Tolerance(1e-14, 1e-14, "quotients of whole numbers"),
    "weighted moments": Tolerance(1e-10, 1e-10, "lavaan sums weighted squares in another order"),
    "EM moments": Tolerance(1e-10, 1e-10, "lavaan's own EM ran to 1e-11"),
    "EM log-likelihood": Tolerance(1e-13, 1e-13, "flat at the optimum, and EM ran to 1e-11"),
    "rotated": Tolerance(2e-5, 2e-5, "lavaan's minimizer, and its rotation at a gradient of 1e-6"),
    "promax": Tolerance(
        5e-3, 5e-3, "stats::varimax, from which lavaan starts, stops at a gain of 1e-5"
    ),
    "two levels: estimates": Tolerance(1e-9, 1e-9, "Newton-polished"),
    "two levels: errors": Tolerance(
        1e-8, 1e-8, "lavaan finds its Hessian by differences of its gradient"
    ),
    "two levels: errors of standardized values": Tolerance(
        2e-7, 2e-7, "lavaan's Jacobian, by differences"
    ),
    "two levels: measures": Tolerance(1e-7, 1e-7, "lavaan searches limits of RMSEA to about this"),
    "two levels: baseline model": Tolerance(
        2e-5, 2e-5, "scores of the baseline model, which is not polished"
    ),
    "two levels: log-likelihood at a boundary": Tolerance(
        0.1, 0.1, "lavaan's EM creeps to a boundary and stops"
    ),
    "two levels: shares at a boundary": Tolerance(1e-2, 1e-2, "the same, in shares of variance"),
    "two levels: estimates, unpolished": Tolerance(
        1.2e-4, 1.2e-4, "lavaan stops up to 1.2e-4 from the optimum"
    ),
    "two levels: EM not finished": Tolerance(
        5e-4, 5e-4, "EM stops at a change of 1e-4 in the log-likelihood"
    ),
}


def assert_agrees(ours: ArrayLike, theirs: ArrayLike, entry: str, what: object = "") -> None:
    """Compare numbers with those of an oracle, as near as the table demands."""
    limit = TOLERANCES[entry]
    found, expected = (np.asarray(values, dtype=float) for values in (ours, theirs))
    assert expected.shape in ((), found.shape), f"{what}: {found.shape}, {expected.shape}"
    expected = np.broadcast_to(expected, found.shape)
    size = np.where(np.isfinite(expected), np.abs(expected), 0.0)
    allowed = np.maximum(limit.absolute, limit.relative * size)
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


def bound(entry: str) -> float:
    """Return the number of an entry, for a comparison of another form; the larger of the two."""
    limit = TOLERANCES[entry]
    return max(limit.absolute, limit.relative)


def fit_entry(reference: dict[str, Any]) -> str:
    """Return the entry for the parameters of a whole fit by lavaan."""
    special = {"pd_sem_ml_nonlin": "nonlinear constraints", "hs_fiml_aux": "semTools"}
    polished = "polished" if reference["rel_tol"] == "newton-polished" else "unpolished"
    return special.get(reference["name"], polished)
