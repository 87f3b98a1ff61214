"""Difference tests of nested models, and how much their fit indices change."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from coprod_stats.latent_models.errors import LatentModelError
from coprod_stats.latent_models.labelled_fit import FitWarning
from coprod_stats.latent_models.nested_model import (
    NestedModel,
    ReadColumns,
    check_comparable,
    model_of_document,
)
from coprod_stats.literals import DifferenceScaling, DifferenceYear
from coprod_stats.sem.compare import difference_test
from coprod_stats.sem.inference.difference_tests import (
    DifferenceTest,
    plain_difference,
    scaled_difference,
)

_UNSCALED = ("none", "standard")
_SCALED_BY_MATRICES = ("scaled-shifted", "mean-var-adjusted")
_METHODS: dict[DifferenceYear, str] = {
    "2000": "Satorra (2000)",
    "2001": "Satorra-Bentler (2001)",
    "2010": "Satorra-Bentler (2010)",
}
YEARS: dict[DifferenceScaling, DifferenceYear] = {
    "default": "default",
    "2000": "2000",
    "2001": "2001",
    "2010": "2010",
    "satorra.2000": "2000",
    "satorra.bentler.2001": "2001",
    "satorra.bentler.2010": "2010",
}

_BETTER = 6e-6
"""Tolerance of lavaan for optimization error: the cube root of the machine epsilon."""

_ULS_DIFFERENCE = (
    "the difference of ULS statistics is no chi-square and has no p-value (lavTestLRT of lavaan "
    "0.6-14 prints that of a chi-square all the same); fit by ULSMV for a test"
)
_RESTRICTED_FITS_BETTER = (
    "the restricted model fits better than the freer one: they are not nested, or the freer one "
    "ended at a poorer local minimum"
)
_FACTOR_NOT_POSITIVE = (
    "the scaling factor of the difference is not positive, and there is no test; "
    f"{_METHODS['2010']} keeps it positive"
)


@dataclass(frozen=True, slots=True)
class ComparedModel:
    """A model in a sequence of nested ones, tested against the less restricted one before it.

    ``method`` names the difference test, empty for the first model; ``warnings`` are the caveats on
    the test. CFI and RMSEA are the scaled ones if the test of the model is scaled; their
    differences are this model's minus the less restricted one's. None where not applicable.
    """

    name: str
    df: int
    chisq: float
    aic: float | None
    bic: float | None
    test: DifferenceTest | None
    method: str
    warnings: tuple[FitWarning, ...] = ()
    cfi: float | None = None
    rmsea: float | None = None
    srmr: float | None = None
    delta_cfi: float | None = None
    delta_rmsea: float | None = None
    delta_srmr: float | None = None


def compare_documents(
    documents: Mapping[str, Mapping[str, Any]],
    read_columns: ReadColumns,
    scaling: DifferenceScaling = "default",
) -> tuple[ComparedModel, ...]:
    """Compare fits stored as JSON.

    Unscaled tests, and those scaled by the factors of both fits (Satorra & Bentler, 2001), are
    computed from the JSON. Those of 2010, and those adjusted for mean and variance (Satorra, 2000),
    need the derivatives of the model: both are refitted to their file, which must be unchanged.

    Parameters
    ----------
    documents : mapping of str to document
        By name.
    read_columns : callable
        Function that reads a file of data again.
    scaling : str
        By year, or as ``method`` of lavaan's ``lavTestLRT``.

    Raises
    ------
    LatentModelError
        If the fits cannot be compared.
    """
    models = [
        model_of_document(name, document, read_columns) for name, document in documents.items()
    ]
    return compare_models(models, YEARS[scaling])


def compare_models(
    models: Sequence[NestedModel], difference: DifferenceYear = "default"
) -> tuple[ComparedModel, ...]:
    """Compare models in order of their degrees of freedom, each with the one before it.

    Parameters
    ----------
    models : sequence of NestedModel
    difference : str
        Year of the scaling by Satorra (and Bentler); ``default`` is 2001 for tests scaled by their
        mean and 2000 for those adjusted for mean and variance.

    Raises
    ------
    LatentModelError
        If the fits cannot be compared.
    """
    if len(models) < 2:
        raise LatentModelError("a comparison needs two or more fits")
    check_comparable(models)
    ordered = sorted(models, key=lambda model: model.df)
    compared = [_described(ordered[0])]
    for freer, restricted in pairwise(ordered):
        test, method = _difference(restricted, freer, difference)
        row = _with_differences(_described(restricted), compared[-1])
        row = replace(row, test=test, method=method)
        found = tuple(_warnings(restricted, freer, test, difference))
        compared.append(replace(row, warnings=found))
    return tuple(compared)


def _described(model: NestedModel) -> ComparedModel:
    measures = model.measures
    return ComparedModel(
        model.name,
        model.df,
        measures["chisq"],
        measures.get("aic"),
        measures.get("bic"),
        None,
        "",
        cfi=_index(model, "cfi"),
        rmsea=_index(model, "rmsea"),
        srmr=measures.get("srmr"),
    )


def _index(model: NestedModel, name: str) -> float | None:
    """Return an index, scaled if the test is; without df there is nothing to scale."""
    is_plain = model.test in _UNSCALED or model.df == 0
    return model.measures.get(name if is_plain else f"{name}_scaled")


def _with_differences(row: ComparedModel, freer: ComparedModel) -> ComparedModel:
    def change(here: float | None, before: float | None) -> float | None:
        return None if here is None or before is None else here - before

    return replace(
        row,
        delta_cfi=change(row.cfi, freer.cfi),
        delta_rmsea=change(row.rmsea, freer.rmsea),
        delta_srmr=change(row.srmr, freer.srmr),
    )


def _is_uls(model: NestedModel) -> bool:
    """Whether the unscaled statistic has no chi-square distribution."""
    return model.estimator.startswith("ULS")


def _difference(
    restricted: NestedModel, freer: NestedModel, difference: DifferenceYear
) -> tuple[DifferenceTest, str]:
    fit0, fit1 = restricted.measures, freer.measures
    df0, df1 = restricted.df, freer.df
    plain = plain_difference(fit0["chisq"], df0, fit1["chisq"], df1)
    if restricted.test in _UNSCALED:
        if _is_uls(restricted):
            plain = replace(plain, p_value=math.nan)
        return plain, "likelihood ratio" if "logl" in fit0 else "difference of statistics"
    if difference == "default":
        difference = "2000" if restricted.test in _SCALED_BY_MATRICES else "2001"
    if difference != "2001":
        cores = [model.core(difference) for model in (restricted, freer)]
        return difference_test(*cores, method=difference), _METHODS[difference]
    factors = [
        model.measures.get("chisq_scaling_factor", 0.0 if model.df == 0 else None)
        for model in (restricted, freer)
    ]
    if factors[0] is None or factors[1] is None:
        raise LatentModelError(
            "a scaled test was withheld, so that the difference cannot be scaled"
        )
    test = scaled_difference(plain, df0=df0, df1=df1, factor0=factors[0], factor1=factors[1])
    return test, _METHODS[difference]


def _warnings(
    restricted: NestedModel,
    freer: NestedModel,
    test: DifferenceTest,
    difference: DifferenceYear,
) -> Iterator[FitWarning]:
    """Return the caveats on a difference test."""
    is_plain = restricted.test in _UNSCALED
    if is_plain and _is_uls(restricted):
        yield FitWarning("SEM-304", _ULS_DIFFERENCE)
    if is_plain and difference != "default":
        message = f"{_METHODS[difference]} has no effect: the fits have no scaled test"
        yield FitWarning("SEM-305", message)
    if restricted.measures["chisq"] < freer.measures["chisq"] - _BETTER:
        yield FitWarning("SEM-306", _RESTRICTED_FITS_BETTER)
    if math.isnan(test.scaling_factor):
        yield FitWarning("SEM-307", _FACTOR_NOT_POSITIVE)
    if restricted.df == freer.df:
        yield FitWarning(
            "SEM-308", "the model has as many degrees of freedom as the one before: nothing to test"
        )
