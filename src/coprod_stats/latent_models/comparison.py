"""Difference tests of nested models, from what the JSON of their fits holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from coprod_stats.latent_models.engines import fit_specification
from coprod_stats.latent_models.errors import LatentModelError
from coprod_stats.latent_models.sem_data import Columns
from coprod_stats.latent_models.specification import Specification
from coprod_stats.sem.compare import difference_test
from coprod_stats.sem.inference.difference_tests import (
    DifferenceTest,
    plain_difference,
    scaled_difference,
)

ReadColumns = Callable[[Mapping[str, str], Specification], Columns]
"""Columns of the file of a fit, given its name and SHA-256."""

_SCALED_BY_FACTORS = ("yuan-bentler", "satorra-bentler")
_SCALED_BY_MATRICES = ("scaled-shifted", "mean-var-adjusted")


@dataclass(frozen=True, slots=True)
class ComparedModel:
    """A model in a sequence of nested ones; the test is against the freer one before it.

    ``method`` names the difference test, empty for the first model.
    """

    name: str
    df: int
    chisq: float
    aic: float | None
    bic: float | None
    test: DifferenceTest | None
    method: str


def compare_documents(
    documents: Mapping[str, Mapping[str, Any]], read_columns: ReadColumns
) -> tuple[ComparedModel, ...]:
    """Compare fits in order of their degrees of freedom, each with the one before it.

    Plain tests, and those scaled by a factor (Satorra & Bentler, 2001), follow from the JSON.
    Tests adjusted for mean and variance (Satorra, 2000) need the derivatives of the model: both
    are refitted to their file, whose content must not have changed.

    Parameters
    ----------
    documents : mapping of str to document
        By name.
    read_columns : callable
        How a file of data is read again.

    Raises
    ------
    LatentModelError
        Where fits cannot be compared.
    """
    if len(documents) < 2:
        raise LatentModelError("a comparison needs two fits or more")
    _check_comparable(documents)
    ordered = sorted(documents, key=lambda name: documents[name]["fit"]["df"])
    tests: list[tuple[DifferenceTest | None, str]] = [(None, "")]
    for freer, restricted in pairwise(ordered):
        tests.append(_difference(documents[restricted], documents[freer], read_columns))
    return tuple(
        ComparedModel(
            name,
            int(documents[name]["fit"]["df"]),
            documents[name]["fit"]["chisq"],
            documents[name]["fit"].get("aic"),
            documents[name]["fit"].get("bic"),
            *test,
        )
        for name, test in zip(ordered, tests, strict=True)
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


def _difference(
    restricted: Mapping[str, Any], freer: Mapping[str, Any], read_columns: ReadColumns
) -> tuple[DifferenceTest, str]:
    fit0, fit1 = restricted["fit"], freer["fit"]
    df0, df1 = int(fit0["df"]), int(fit1["df"])
    plain = plain_difference(fit0["chisq"], df0, fit1["chisq"], df1)
    scaling = restricted["asked_and_used"]["test"]["used"]
    if scaling in _SCALED_BY_MATRICES:
        return _refitted_difference(restricted, freer, read_columns), "Satorra (2000)"
    if scaling not in _SCALED_BY_FACTORS:
        return plain, "likelihood ratio" if "logl" in fit0 else "difference of statistics"
    factors = [
        fit.get("chisq_scaling_factor", 0.0 if fit["df"] == 0 else None) for fit in (fit0, fit1)
    ]
    if None in factors:
        raise LatentModelError("a scaled test was withheld: the difference cannot be scaled")
    scaled = scaled_difference(plain, df0=df0, df1=df1, factor0=factors[0], factor1=factors[1])
    return scaled, "Satorra-Bentler (2001)"


def _refitted_difference(
    restricted: Mapping[str, Any], freer: Mapping[str, Any], read_columns: ReadColumns
) -> DifferenceTest:
    fits = []
    for document in (restricted, freer):
        if "data" not in document:
            raise LatentModelError(
                f"the difference of {document['estimator']} statistics needs the data, and the "
                "JSON does not say where they are; write it by coprod sem --json"
            )
        asked = Specification.from_json(document["specification"])
        fits.append(fit_specification(asked, read_columns(document["data"], asked)))
    return difference_test(fits[0].core, fits[1].core)
