"""The entry point to structural equation models: from model text and data to a ``SemFit``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np

from coprod_stats.errors import UnknownNameError
from coprod_stats.latent_models.engines.choice import fit_specification
from coprod_stats.latent_models.errors import LatentModelError
from coprod_stats.latent_models.frames import column_names, frame_columns
from coprod_stats.latent_models.sem_fit import SemFit
from coprod_stats.latent_models.sem_keywords import with_keywords_of
from coprod_stats.latent_models.sem_options import SemOptions
from coprod_stats.latent_models.specification import Specification
from coprod_stats.suggestions import closest

if TYPE_CHECKING:
    from narwhals.stable.v2.typing import IntoDataFrame


@with_keywords_of(SemOptions)
def fit_sem(
    model: str,
    data: IntoDataFrame,
    *,
    rotation_args: Mapping[str, Any] | None = None,
    **options: Any,
) -> SemFit:
    """Fit a structural equation model.

    The model text is in lavaan's syntax, completed by the defaults of its ``sem()``, ``cfa()`` or
    ``growth()``. Options have the names of those of ``coprod sem``.

    Parameters
    ----------
    model : str
        Model text.
    data : DataFrame
        Of pandas, polars, PyArrow or another library that narwhals knows: a row per case, a column
        per observed variable; missing values as NaN or null. Ordered categories are ranked.
    **options

    Raises
    ------
    LatentModelError
        If the engine lacks an option, options contradict each other or would have no
        effect, or a column is absent or not numeric.
    SemError
        If the model text cannot be read, names variables that the data lack, or the data allow no
        fit.
    TypeError
        If an option is unknown.
    """
    _check_call(model, options)
    asked = Specification(model, rotation_args=_plain_args(rotation_args), **options)
    try:
        return fit_specification(asked, frame_columns(data, asked.columns))
    except UnknownNameError as error:
        raise error.followed_by(closest(error.name, column_names(data))) from error


def _check_call(model: object, options: Mapping[str, Any]) -> None:
    """Refuse a model that is no text, as when the arguments are swapped, and unknown options."""
    if not isinstance(model, str):
        raise LatentModelError(
            f"fit_sem: the model is a {type(model).__name__}, not a text; the model comes first, "
            "then the data"
        )
    known = [item.name for item in fields(SemOptions)]
    for name in options:
        if name not in known:
            raise TypeError(f"fit_sem() has no option '{name}'{closest(name, known)}")


def _plain_args(given: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Convert a target that is an array or a data frame into rows of numbers."""
    if given is None or given.get("target") is None:
        return given
    # an array here, rows of numbers from there on: what JSON can hold
    rows = np.asarray(given["target"], dtype=np.float64).tolist()
    return {**given, "target": [[None if value != value else value for value in r] for r in rows]}
