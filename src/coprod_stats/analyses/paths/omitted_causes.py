"""How strong omitted causes would have to be to make the paths of the compared specification."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from coprod_stats.analyses.sample import item_table, variable_table
from coprod_stats.errors import CoprodError
from coprod_stats.instruments.language.tree import amounts
from coprod_stats.responses.table import Responses
from coprod_stats.structure import DriverImpactResult
from coprod_stats.structure.path_sensitivity import PathSensitivity, path_sensitivity


@dataclass(frozen=True, slots=True)
class OmittedCauses:
    """How strong omitted causes would have to be, or the reason why that is not known."""

    found: PathSensitivity | None
    reason: str = ""


def find_omitted_causes(tested: DriverImpactResult, respondents: Responses) -> OmittedCauses:
    """Compute what would take each path to zero; what fails leaves its reason."""
    multiples = {
        name: halo_in_index(name, respondents)
        for name in tested.model.composites
        if any(index.id == name for index in respondents.instrument.indices)
    }
    try:
        return OmittedCauses(path_sensitivity(tested, multiples))
    except CoprodError as error:
        return OmittedCauses(None, str(error))


def halo_in_index(name: str, respondents: Responses) -> float:
    """Return the loading of an index on a halo, as a multiple of that of its questions.

    The halo adds to the index what it adds to every question, in the direction in which the
    question enters and by the weight that it has: that of a regression on the questions, which is
    exact for sums and means.
    """
    (index,) = (index for index in respondents.instrument.indices if index.id == name)
    items = {item.id for item in respondents.instrument.items}
    parts = item_table(respondents, tuple(id for id in amounts(index.value) if id in items))
    values = variable_table(respondents, (name,))[name].to_numpy(dtype=float)
    complete = parts.notna().all(axis=1).to_numpy() & np.isfinite(values)
    if not len(parts.columns) or complete.sum() <= len(parts.columns) + 1:
        return 1.0
    answers, values = parts[complete].to_numpy(dtype=float), values[complete]
    centred = answers - answers.mean(axis=0)
    weights = np.linalg.lstsq(centred, values - values.mean(), rcond=None)[0]
    return float(np.abs(weights) @ answers.std(axis=0) / values.std()) if values.std() > 0 else 1.0
