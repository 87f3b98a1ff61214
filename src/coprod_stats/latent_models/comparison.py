"""Difference tests of nested models, from what the JSON of their fits holds."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from coprod_stats.latent_models.engines.choice import fit_specification
from coprod_stats.latent_models.errors import LatentModelError
from coprod_stats.latent_models.labelled_fit import FitWarning
from coprod_stats.latent_models.sem_data import Columns
from coprod_stats.latent_models.specification import Specification
from coprod_stats.literals import DifferenceScaling
from coprod_stats.sem.compare import DifferenceMethod, difference_test
from coprod_stats.sem.inference.difference_tests import (
    DifferenceTest,
    plain_difference,
    scaled_difference,
)

ReadColumns = Callable[[Mapping[str, str], Specification], Columns]
"""Columns of the file of a fit, given its name and SHA-256."""

_UNSCALED = ("none", "standard")
_SCALED_BY_MATRICES = ("scaled-shifted", "mean-var-adjusted")
_METHODS: dict[str, tuple[DifferenceMethod, str]] = {
    "satorra.bentler.2001": ("2001", "Satorra-Bentler (2001)"),
    "satorra.bentler.2010": ("2010", "Satorra-Bentler (2010)"),
    "satorra.2000": ("2000", "Satorra (2000)"),
}

_BETTER = 6e-6
"""As much as lavaan leaves to the optimizer: the cube root of the machine's epsilon."""

_ULS_DIFFERENCE = (
    "the difference of ULS statistics is no chi-square and has no p-value (lavaan's lavTestLRT "
    "prints that of a chi-square all the same); fit by ULSMV for a test"
)
_RESTRICTED_FITS_BETTER = (
    "the restricted model fits better than the freer one: they are not nested, or the freer one "
    "ended at a poorer local minimum"
)
_FACTOR_NOT_POSITIVE = (
    "the scaling factor of the difference is not positive, and there is no test; "
    "satorra.bentler.2010 keeps it positive"
)


@dataclass(frozen=True, slots=True)
class ComparedModel:
    """A model in a sequence of nested ones; the test is against the freer one before it.

    ``method`` names the difference test, empty for the first model; ``warnings`` say what a reader
    of the test must know.
    """

    name: str
    df: int
    chisq: float
    aic: float | None
    bic: float | None
    test: DifferenceTest | None
    method: str
    warnings: tuple[FitWarning, ...] = ()


def compare_documents(
    documents: Mapping[str, Mapping[str, Any]],
    read_columns: ReadColumns,
    scaling: DifferenceScaling = "default",
) -> tuple[ComparedModel, ...]:
    """Compare fits in order of their degrees of freedom, each with the one before it.

    Plain tests, and those scaled by the factors of both fits (Satorra & Bentler, 2001), follow from
    the JSON. Those of 2010, and those adjusted for mean and variance (Satorra, 2000), need the
    derivatives of the model: both are refitted to their file, whose content must not have changed.

    Parameters
    ----------
    documents : mapping of str to document
        By name.
    read_columns : callable
        How a file of data is read again.
    scaling : str
        As ``method`` of lavaan's ``lavTestLRT``; ``default`` is 2001 for tests scaled by their mean
        and 2000 for those adjusted for mean and variance.

    Raises
    ------
    LatentModelError
        Where fits cannot be compared.
    """
    if len(documents) < 2:
        raise LatentModelError("a comparison needs two fits or more")
    _check_comparable(documents)
    ordered = sorted(documents, key=lambda name: documents[name]["fit"]["df"])
    compared = [_as_model(ordered[0], documents[ordered[0]])]
    for freer, restricted in pairwise(ordered):
        pair = documents[restricted], documents[freer]
        test, method = _difference(*pair, read_columns, scaling)
        model = replace(_as_model(restricted, pair[0]), test=test, method=method)
        compared.append(replace(model, warnings=tuple(_warnings(model, *pair, scaling))))
    return tuple(compared)


def _as_model(name: str, document: Mapping[str, Any]) -> ComparedModel:
    fit = document["fit"]
    return ComparedModel(
        name, int(fit["df"]), fit["chisq"], fit.get("aic"), fit.get("bic"), None, ""
    )


def _check_comparable(documents: Mapping[str, Mapping[str, Any]]) -> None:
    for name, document in documents.items():
        fit = document.get("fit", {})
        if not {"chisq", "df"} <= set(fit) or not document.get("converged"):
            raise LatentModelError(f"{name}: no converged fit with a test of the model")
    for key in ("estimator", "n_obs", "n_groups", "engine"):
        if len({document.get(key) for document in documents.values()}) > 1:
            raise LatentModelError(f"the fits differ in {key}: they cannot be compared")
    if len({frozenset(document.get("observed", ())) for document in documents.values()}) > 1:
        raise LatentModelError("the fits are of different variables: they cannot be compared")
    hashes = {document["data"]["sha256"] for document in documents.values() if "data" in document}
    if len(hashes) > 1:
        raise LatentModelError("the fits are of different data: they cannot be compared")
    for option in ("missing", "test", "likelihood", "ordered"):
        used = {document["asked_and_used"][option]["used"] for document in documents.values()}
        if len(used) > 1:
            raise LatentModelError(f"the fits differ in {option}: they cannot be compared")


def _test_used(document: Mapping[str, Any]) -> str:
    return str(document["asked_and_used"]["test"]["used"])


def _is_uls(document: Mapping[str, Any]) -> bool:
    """Whether the plain statistic is no chi-square."""
    return str(document["estimator"]).startswith("ULS")


def _difference(
    restricted: Mapping[str, Any],
    freer: Mapping[str, Any],
    read_columns: ReadColumns,
    scaling: DifferenceScaling,
) -> tuple[DifferenceTest, str]:
    fit0, fit1 = restricted["fit"], freer["fit"]
    df0, df1 = int(fit0["df"]), int(fit1["df"])
    plain = plain_difference(fit0["chisq"], df0, fit1["chisq"], df1)
    used = _test_used(restricted)
    if used in _UNSCALED:
        if _is_uls(restricted):
            plain = replace(plain, p_value=math.nan)
        return plain, "likelihood ratio" if "logl" in fit0 else "difference of statistics"
    if scaling == "default":
        scaling = "satorra.2000" if used in _SCALED_BY_MATRICES else "satorra.bentler.2001"
    year, name = _METHODS[scaling]
    if year != "2001":
        return _refitted_difference(restricted, freer, read_columns, year), name
    factors = [
        fit.get("chisq_scaling_factor", 0.0 if fit["df"] == 0 else None) for fit in (fit0, fit1)
    ]
    if None in factors:
        raise LatentModelError("a scaled test was withheld: the difference cannot be scaled")
    return scaled_difference(plain, df0=df0, df1=df1, factor0=factors[0], factor1=factors[1]), name


def _refitted_difference(
    restricted: Mapping[str, Any],
    freer: Mapping[str, Any],
    read_columns: ReadColumns,
    method: DifferenceMethod,
) -> DifferenceTest:
    fits = []
    for document in (restricted, freer):
        if "data" not in document:
            raise LatentModelError(
                f"the difference of {document['estimator']} statistics by Satorra's method of "
                f"{method} needs the data, and the JSON does not say where they are; write it by "
                "coprod sem --json"
            )
        asked = Specification.from_json(document["specification"])
        fits.append(fit_specification(asked, read_columns(document["data"], asked)))
    return difference_test(fits[0].core, fits[1].core, method=method)


def _warnings(
    model: ComparedModel,
    restricted: Mapping[str, Any],
    freer: Mapping[str, Any],
    scaling: DifferenceScaling,
) -> Iterator[FitWarning]:
    """Describe what a reader of a difference test must know."""
    is_plain = _test_used(restricted) in _UNSCALED
    if is_plain and _is_uls(restricted):
        yield FitWarning("SEM-304", _ULS_DIFFERENCE)
    if is_plain and scaling != "default":
        message = f"{scaling} has no effect: the fits have no scaled test to take it from"
        yield FitWarning("SEM-305", message)
    if restricted["fit"]["chisq"] < freer["fit"]["chisq"] - _BETTER:
        yield FitWarning("SEM-306", _RESTRICTED_FITS_BETTER)
    if model.test is not None and math.isnan(model.test.scaling_factor):
        yield FitWarning("SEM-307", _FACTOR_NOT_POSITIVE)
    if restricted["fit"]["df"] == freer["fit"]["df"]:
        yield FitWarning(
            "SEM-308", "as many degrees of freedom as the model before: nothing to test"
        )
