"""The factors of a specification without any path, and items that overlap across paths."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from coprod_stats.errors import CoprodError
from coprod_stats.structure import DriverImpactResult
from coprod_stats.structure.driver_impact import options_of
from coprod_stats.structure.item_overlap import ItemOverlap, fit_item_overlap
from coprod_stats.structure.measurement_model import MeasurementModel, fit_measurement


@dataclass(frozen=True, slots=True)
class Measured:
    """The factors of a specification without any path, or the reason why there is no estimate.

    ``overlap`` holds items that overlap across the ends of paths, ``no_overlap`` why that is not
    known; both are empty where it was not looked for.
    """

    model: MeasurementModel | None
    reason: str = ""
    overlap: ItemOverlap | None = None
    no_overlap: str = ""


def measure(
    table: pd.DataFrame, tests: DriverImpactResult, *, with_overlap: bool
) -> Measured | None:
    """Fit the factors to the rows of the stated paths; None where there is one factor alone.

    What fails leaves its reason.
    """
    if len(tests.model.factors) < 2:
        return None
    try:
        model = fit_measurement(table, tests.model, options_of(tests.fit))
    except CoprodError as error:
        return Measured(None, str(error))
    if not with_overlap:
        return Measured(model)
    try:
        return Measured(model, overlap=fit_item_overlap(table, tests, model))
    except CoprodError as error:
        return Measured(model, no_overlap=str(error))
