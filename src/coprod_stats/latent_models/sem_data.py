"""Conversion of named columns to the arrays of the numeric core."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coprod_stats.counts import counted
from coprod_stats.latent_models.errors import AbsentColumnError, LatentModelError
from coprod_stats.latent_models.frames import numeric_columns, refuse_unbounded
from coprod_stats.sem.model.syntax_tree import ModelSyntax
from coprod_stats.sem.sample import SemData

Columns = Mapping[str, NDArray[Any]]
"""Columns of equal length: floats with NaN where missing, or texts with None where missing."""


def model_columns(syntax: ModelSyntax) -> tuple[str, ...]:
    """Return the names that a model text may take from the data; products as their parts."""
    sides = [term for part in syntax.relations for term in (*part.left, *part.right)]
    names = dict.fromkeys(term.variable for term in sides if term.variable not in ("0", "1"))
    parts = dict.fromkeys(part for name in names for part in name.split(":"))
    return tuple(names | parts)


def labels_of(syntax: ModelSyntax) -> tuple[str, ...]:
    """Return the labels that a model text gives to parameters."""
    modifiers = (m for r in syntax.relations for term in r.right for m in term.modifiers)
    values = (value for m in modifiers if m.kind == "value" for value in m.values)
    return tuple(dict.fromkeys(value for value in values if isinstance(value, str)))


def sem_data(
    columns: Columns,
    variables: Iterable[str],
    *,
    group: str | None = None,
    cluster: str | None = None,
    sampling_weights: str | None = None,
) -> SemData:
    """Select the variables that are columns, and code groups and clusters.

    Groups are in order of first appearance, as in lavaan. Rows without a group have the code -1 and
    are not analysed, as in lavaan. Rows without a cluster or a weight are refused: the software
    does not guess them.

    Raises
    ------
    LatentModelError
        If a named column is absent, a model variable is not numeric or infinite, no row has a
        group, or a cluster or weight is missing.
    """
    named = [name for name in (group, cluster, sampling_weights) if name is not None]
    absent = [name for name in named if name not in columns]
    if absent:
        raise AbsentColumnError(f"the data have no column {', '.join(absent)}", absent[0])
    names = [name for name in variables if name in columns]
    numeric_columns(columns, names if sampling_weights is None else [*names, sampling_weights])
    refuse_unbounded({name: columns[name] for name in names})
    n_rows = len(next(iter(columns.values()))) if columns else 0
    codes, labels = group_codes(columns, group)
    return SemData(
        values=np.column_stack([columns[name] for name in names])
        if names
        else np.empty((n_rows, 0)),
        names=tuple(names),
        groups=codes,
        group_labels=labels,
        weights=None if sampling_weights is None else _complete(columns, sampling_weights),
        clusters=None if cluster is None else _codes(_complete(columns, cluster))[0],
    )


def _complete(columns: Columns, name: str) -> NDArray[Any]:
    values = columns[name]
    missing = int(_is_missing(values).sum())
    if missing:
        stated = counted(missing, "row has", "rows have")
        raise LatentModelError(f"{stated} no value in column {name}")
    return values


def _is_missing(values: NDArray[Any]) -> NDArray[np.bool_]:
    if values.dtype == object:
        return np.array([value is None or value == "" for value in values], dtype=bool)
    return np.asarray(np.isnan(values))


def group_codes(
    columns: Columns, name: str | None
) -> tuple[NDArray[np.intp] | None, tuple[str, ...]]:
    """Code a column of groups in order of first appearance, -1 where missing; None without one.

    Returns
    -------
    (n_rows,) int array, tuple of str
        Codes and labels.

    Raises
    ------
    LatentModelError
        If no row has a value.
    """
    if name is None:
        return None, ("",)
    known = ~_is_missing(columns[name])
    if not known.any():
        raise LatentModelError(f"no row has a value in column {name}")
    codes = np.full(len(known), -1, dtype=np.intp)
    codes[known], labels = _codes(columns[name][known])
    return codes, labels


def _codes(values: NDArray[Any]) -> tuple[NDArray[np.intp], tuple[str, ...]]:
    """Return the code of each value, by first appearance, and the values as labels."""
    listed = values.tolist()
    places = {value: code for code, value in enumerate(dict.fromkeys(listed))}
    labels = tuple(_label(value) for value in places)
    return np.array([places[value] for value in listed], dtype=np.intp), labels


def _label(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
