"""A fit as an input file for Mplus with its data, so that anyone who has Mplus can check it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coprod_stats.latent_models.errors import LatentModelError
from coprod_stats.latent_models.peers.mplus_constraints import plain_number
from coprod_stats.latent_models.peers.mplus_model import INDENT, model_lines, refuse_untranslatable
from coprod_stats.latent_models.peers.mplus_names import MplusNames
from coprod_stats.latent_models.sem_data import Columns
from coprod_stats.latent_models.specification import Specification
from coprod_stats.latent_models.specified_data import specified_data
from coprod_stats.sem.model.constraints import defined_functions, restrictions
from coprod_stats.sem.model.parameters import ParameterTable
from coprod_stats.sem.options import Method
from coprod_stats.sem.ordered.thresholds import category_codes
from coprod_stats.sem.problems.choice import choose_problem
from coprod_stats.sem.sample import SemData
from coprod_stats.sem.solution import completed_table, proposed_start

WIDTH = 80
"""Mplus reads 90 columns of a line."""

_ESTIMATORS = ("ML", "MLR", "MLM", "MLMV", "GLS", "ULS", "ULSMV", "WLS", "WLSM", "WLSMV")
_BOOTSTRAPPED = ("ML", "GLS", "ULS", "WLS", "WLSMV", "ULSMV")


@dataclass(frozen=True, slots=True)
class MplusInput:
    """An input file and the file of data that it reads.

    Attributes
    ----------
    text : str
        The commands.
    data : str
        A line per case, no heading; missing values as the code that `text` names.
    renamed : tuple of (str, str, str)
        Kind, name here and name in Mplus of everything that had to be renamed.
    """

    text: str
    data: str
    renamed: tuple[tuple[str, str, str], ...]


def mplus_input(asked: Specification, columns: Columns, data_file: str) -> MplusInput:
    """Write the model, the options and the data call for Mplus.

    Parameters
    ----------
    asked : Specification
    columns : mapping of str to array
        The data.
    data_file : str
        Name of the file of `data` beside the input file, as from :func:`mplus_file_name`.

    Raises
    ------
    LatentModelError
        Naming what cannot be expressed in Mplus.
    SemError
        Where the model cannot be completed for these data.
    """
    _refuse_options(asked)
    data = specified_data(asked, columns)
    # free means do not change a covariance structure, and Mplus has them by default
    model_options = replace(asked.options.model, meanstructure=True)
    options = replace(asked.options, model=model_options)
    table = completed_table(asked.model, data, options)
    refuse_untranslatable(table)
    defined_functions(table), restrictions(table)  # unused names are reported here
    starts = proposed_start(table, data, options)
    groups = data.group_labels if asked.group is not None else ()
    names = MplusNames()
    names.add("variable", (*table.observed, *table.latent))
    names.add("column", _design_columns(asked))
    names.add("group", groups)
    problem = choose_problem(table, options)
    method = problem.resolve_method(replace(asked.options, estimator=asked.used_estimator))
    model = list(model_lines(table, starts, groups, names))
    file = _DataFile(asked, data, table)
    lines = [
        *_field_lines("TITLE", [f"{asked.model_type} by {asked.used_estimator}"], end=""),
        *_field_lines("DATA", _data_fields(asked, data_file)),
        *_field_lines("VARIABLE", _variable_fields(asked, table, names, groups, file.missing)),
        *_comments(names),
        *_field_lines("ANALYSIS", _analysis_fields(asked, method)),
        *model,
        *_field_lines("OUTPUT", _output_fields(asked)),
    ]
    return MplusInput("\n".join(lines) + "\n", file.text(), tuple(names.changed()))


def mplus_file_name(stem: str) -> str:
    """Name a file of data so that its name can stand in a command: no blanks, quotes, semicolons.

    Parameters
    ----------
    stem : str
        Name of the original file without its suffix.
    """
    kept = re.sub(r"[^A-Za-z0-9_-]+", "_", stem)[:40].strip("_")
    return f"{kept or 'data'}.mplus.dat"


def _refuse_options(asked: Specification) -> None:
    faults = []
    if asked.asked_estimator not in _ESTIMATORS:
        faults.append(f"estimator {asked.asked_estimator}")
    if asked.missing in ("two-stage", "robust-two-stage"):
        faults.append(f"missing={asked.missing!r}")
    if asked.likelihood != "normal":
        faults.append(f"likelihood={asked.likelihood!r}")
    own = "standard" if asked.used_estimator in ("ML", "GLS", "ULS", "WLS") else "robust"
    if asked.se not in ("default", "bootstrap", "none", own):
        faults.append(f"se={asked.se!r} with {asked.used_estimator}")
    if asked.ci != "percentile":
        faults.append(f"ci={asked.ci!r}")
    draws = asked.is_bootstrapped or asked.bootstrap_type == "bollen-stine"
    if draws and asked.used_estimator not in _BOOTSTRAPPED:
        faults.append(f"a bootstrap with {asked.used_estimator}")
    if draws and asked.seed is not None:
        faults.append("the seed of a bootstrap")
    if faults:
        raise LatentModelError(f"not available in Mplus: {'; '.join(faults)}")


def _design_columns(asked: Specification) -> list[str]:
    return [name for name in (asked.group, asked.cluster, asked.sampling_weights) if name]


def _data_fields(asked: Specification, data_file: str) -> Iterator[str]:
    if not re.fullmatch(r"[\w ./\\:-]+", data_file):
        raise LatentModelError(f"not available in Mplus: a file named {data_file!r}")
    yield f"FILE = {data_file}" if " " not in data_file else f'FILE = "{data_file}"'
    if asked.missing == "listwise":
        yield "LISTWISE = ON"


def _variable_fields(
    asked: Specification,
    table: ParameterTable,
    names: MplusNames,
    groups: tuple[str, ...],
    missing: int,
) -> Iterator[str]:
    used = [name for name in table.observed if name not in table.auxiliary]
    written = {name: names("variable", name) for name in table.observed}
    design = {name: names("column", name) for name in _design_columns(asked)}
    yield f"NAMES = {' '.join((*written.values(), *design.values()))}"
    yield f"USEVARIABLES = {' '.join(written[name] for name in used)}"
    if table.ordered:
        yield f"CATEGORICAL = {' '.join(written[name] for name in table.ordered)}"
    yield f"MISSING = ALL ({missing})"
    if asked.group is not None:
        codes = " ".join(f"{code} = {names('group', g)}" for code, g in enumerate(groups, start=1))
        yield f"GROUPING = {design[asked.group]} ({codes})"
    if asked.cluster is not None:
        yield f"CLUSTER = {design[asked.cluster]}"
    if asked.sampling_weights is not None:
        yield f"WEIGHT = {design[asked.sampling_weights]}"
    if table.auxiliary:
        yield f"AUXILIARY = (M) {' '.join(written[name] for name in table.auxiliary)}"


def _analysis_fields(asked: Specification, method: Method) -> Iterator[str]:
    yield "TYPE = COMPLEX" if asked.cluster is not None else "TYPE = GENERAL"
    yield f"ESTIMATOR = {asked.used_estimator}"
    if asked.ordered:
        yield f"PARAMETERIZATION = {asked.parameterization.upper()}"
    elif method.discrepancy == "ML":
        yield f"INFORMATION = {method.information.upper()}"
    if asked.is_bootstrapped:
        yield f"BOOTSTRAP = {asked.n_bootstrap}"
    elif asked.bootstrap_type == "bollen-stine":
        yield f"BOOTSTRAP = {asked.n_bootstrap} (RESIDUAL)"


def _output_fields(asked: Specification) -> Iterator[str]:
    yield "STDYX"
    yield "CINTERVAL (BOOTSTRAP)" if asked.is_bootstrapped else "CINTERVAL"
    if asked.se == "none":
        yield "NOSERROR"


def _field_lines(command: str, fields: Iterable[str], *, end: str = ";") -> Iterator[str]:
    yield f"{command}:"
    for field in fields:
        wrapped = textwrap.wrap(f"{field}{end}", WIDTH - len(INDENT), break_on_hyphens=False)
        yield f"{INDENT}{wrapped[0]}"
        yield from (f"{INDENT * 2}{line}" for line in wrapped[1:])


def _comments(names: MplusNames) -> Iterator[str]:
    mark = f"{INDENT}! "
    for kind, name, given in names.changed():
        if kind != "label":
            shown = name.encode("ascii", "backslashreplace").decode()
            text = f"{given} is {kind} {shown}"
            yield from textwrap.wrap(text, WIDTH, initial_indent=mark, subsequent_indent=mark)


class _DataFile:
    """The numbers of a file without headings.

    Parameters
    ----------
    asked : Specification
    data : SemData
    table : ParameterTable
    """

    def __init__(self, asked: Specification, data: SemData, table: ParameterTable) -> None:
        values = data.columns(table.observed).astype(float)
        for place, name in enumerate(table.observed):
            if name in table.ordered:
                values[:, place] = _categories(values[:, place])
        self.columns: list[NDArray[Any]] = list(values.T)
        if asked.group is not None and data.groups is not None:
            self.columns.append(np.where(data.groups < 0, np.nan, data.groups + 1.0))
        for column in (data.clusters, data.weights):
            if column is not None:
                self.columns.append(column)
        self.missing = self._unused_code()

    def _unused_code(self) -> int:
        lowest = min((float(np.nanmin(c)) for c in self.columns if np.isfinite(c).any()), default=0)
        code = -9
        while code >= lowest:
            code = code * 10 - 9
        return code

    def text(self) -> str:
        """Write a line per case."""
        rows = zip(*(column.tolist() for column in self.columns), strict=True)
        return "".join(f"{' '.join(map(self._cell, row))}\n" for row in rows)

    def _cell(self, value: float) -> str:
        return str(self.missing) if value != value else plain_number(value)


def _categories(column: NDArray[np.float64]) -> NDArray[np.float64]:
    """Keep whole numbers as they are; other categories become their ranks from 0."""
    known = column[np.isfinite(column)]
    if (known == np.rint(known)).all():
        return column
    codes = category_codes(column[:, None]).codes[:, 0].astype(float)
    return np.where(np.isfinite(column), codes, np.nan)
