"""The parameter table: one row per parameter of a model, as lavaan's ``parTable``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any, get_args

from coprod_stats.literals import EqualFamily, ModelType, Parameterization
from coprod_stats.sem.errors import SemOptionError
from coprod_stats.sem.model.syntax_tree import Constraint, Definition

GROUP_EQUAL = get_args(EqualFamily)
"""Families of parameters that can be held equal across groups."""


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """How a model text is completed; the defaults are those of lavaan's ``sem()`` and ``cfa()``.

    Parameters
    ----------
    model_type : {'sem', 'cfa', 'growth'}
        ``growth`` fixes intercepts of observed variables to 0 and frees latent means.
    std_lv : bool
        Identify latent variables by unit variances rather than by their first loading.
    effect_coding : bool
        Identify by loadings that average 1 and intercepts that sum to 0.
    fixed_x : bool
        Hold the moments of exogenous observed variables at their sample values.
    conditional_x : bool
        Model the other variables given the exogenous ones (ordered data).
    meanstructure : bool
        Include intercepts; also included where the model text names one.
    orthogonal : bool
        No covariances between latent variables.
    orthogonal_efa : bool
        No covariances between exploratory factors, as an orthogonal rotation has them.
    group_equal : tuple of str
        Members of ``GROUP_EQUAL``.
    group_partial : tuple of str
        Exceptions from ``group_equal``, as ``f=~x1`` or ``x2~1``.
    parameterization : {'delta', 'theta'}
        Which scale of the latent responses of ordered variables is free.

    Raises
    ------
    SemOptionError
        At an unknown family of ``group_equal``.
    """

    model_type: ModelType = "sem"
    std_lv: bool = False
    effect_coding: bool = False
    fixed_x: bool = True
    conditional_x: bool = False
    meanstructure: bool = False
    orthogonal: bool = False
    orthogonal_efa: bool = False
    group_equal: tuple[str, ...] = ()
    group_partial: tuple[str, ...] = ()
    parameterization: Parameterization = "delta"

    def __post_init__(self) -> None:
        unknown = [family for family in self.group_equal if family not in GROUP_EQUAL]
        if unknown:
            known = ", ".join(GROUP_EQUAL)
            raise SemOptionError(f"group_equal: unknown {unknown[0]!r}; expected some of {known}")


def group_name(group: int, labels: Sequence[str]) -> str:
    """Name a group for a reader, by its label if there is one.

    Parameters
    ----------
    group : int
        Number from 1.
    labels : sequence of str
        In order.
    """
    label = labels[group - 1] if group <= len(labels) else ""
    return f"group '{label}'" if label else f"group {group}"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One row of the table.

    Parameters
    ----------
    lhs, op, rhs : str
        The parameter; ``rhs`` is empty for an intercept (``op`` is ``~1``).
    group : int
        Number of the group, from 1.
    level : int
        Number of the level, from 1; 0 in a single-level model.
    label : str
        Rows with one label are equal. Families of ``group_equal`` get labels ``.p7.``.
    free : int
        Index into the vector of free parameters, or -1.
    fixed : float
        Value of a fixed parameter; nan where free, and where ``exogenous`` (the sample's value).
    start : float
        Starting value given by the user, else nan.
    lower, upper : float
        Bounds given by the user, else infinite.
    user : bool
        Named in the model text, not added by default.
    exogenous : bool
        A moment of fixed exogenous observed variables, or a slope on them with conditional x.
    efa : str
        Name of the block of exploratory factors, else empty.
    """

    lhs: str
    op: str
    rhs: str
    group: int = 1
    level: int = 0
    label: str = ""
    free: int = -1
    fixed: float = float("nan")
    start: float = float("nan")
    lower: float = float("-inf")
    upper: float = float("inf")
    user: bool = True
    exogenous: bool = False
    efa: str = ""

    @property
    def name(self) -> str:
        """The parameter as lavaan writes it, as ``f=~x1`` or ``x1~1``."""
        return f"{self.lhs}{self.op}{self.rhs}"


@dataclass(frozen=True, slots=True)
class BlockVariables:
    """The variables of one level of a two-level model, or of one group of a single-level model.

    Parameters
    ----------
    observed, latent : tuple of str
        In the order of the model matrices.
    exogenous : tuple of str
        Observed variables that only predict.
    """

    observed: tuple[str, ...]
    latent: tuple[str, ...]
    exogenous: tuple[str, ...]


@dataclass(frozen=True)
class ParameterTable:
    """All parameters of a model, with what is defined from them and what constrains them.

    Parameters
    ----------
    rows : tuple of Parameter
        User's rows first, then defaults, group by group, in lavaan's order.
    definitions : tuple of Definition
        ``:=`` statements.
    constraints : tuple of Constraint
        ``==``, ``<`` and ``>`` statements, and those of effect coding.
    observed, latent : tuple of str
        Variables in the order of the model matrices.
    exogenous : tuple of str
        Observed variables that only predict.
    ordered : tuple of str
        Observed variables with thresholds.
    n_groups : int
        Number of groups.
    meanstructure : bool
        Whether intercepts are part of the model.
    options : ModelOptions
        How the model text was completed.
    auxiliary : tuple of str
        Observed variables that only inform about missing answers.
    levels : tuple of BlockVariables
        Within and between clusters; empty in a single-level model.
    group_labels : tuple of str
        Of several groups, in order; messages name groups by them.
    group_variables : tuple of BlockVariables
        Of each group, where groups have different ones; empty where all have the same.
    unasked : tuple of tuple of str
        Variables of other groups that nobody in each group answered, and the latent variables that
        are left without indicators; empty where the model text has a block for each group.
    """

    rows: tuple[Parameter, ...]
    definitions: tuple[Definition, ...]
    constraints: tuple[Constraint, ...]
    observed: tuple[str, ...]
    latent: tuple[str, ...]
    exogenous: tuple[str, ...]
    ordered: tuple[str, ...] = ()
    n_groups: int = 1
    meanstructure: bool = False
    options: ModelOptions = field(default_factory=ModelOptions)
    auxiliary: tuple[str, ...] = ()
    levels: tuple[BlockVariables, ...] = ()
    group_labels: tuple[str, ...] = ()
    group_variables: tuple[BlockVariables, ...] = ()
    unasked: tuple[tuple[str, ...], ...] = ()

    def __iter__(self) -> Iterator[Parameter]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def columns(self) -> dict[str, tuple[object, ...]]:
        """The rows as columns: name of the field to the values of all rows."""
        names = [item.name for item in fields(Parameter)]
        return {name: tuple(getattr(row, name) for row in self.rows) for name in names}

    @cached_property
    def block_rows(self) -> dict[tuple[int, int], list[int]]:
        """Rows of each group and level."""
        found: dict[tuple[int, int], list[int]] = {block: [] for block in self.blocks}
        for index, row in enumerate(self.rows):
            found.setdefault((row.group, row.level), []).append(index)
        return found

    @cached_property
    def found_places(self) -> dict[tuple[int, int], Any]:
        """Cells of the rows of each group and level, once they were asked for."""
        return {}

    @cached_property
    def found_layouts(self) -> dict[tuple[Any, ...], Any]:
        """Layouts of the matrices of its groups, which may share them, once they were asked for."""
        return {}

    @cached_property
    def free_rows(self) -> tuple[int, ...]:
        """Row of each free parameter, in order of the free index."""
        return tuple(index for index, row in enumerate(self.rows) if row.free >= 0)

    @property
    def n_free(self) -> int:
        """Number of free parameters before any equality."""
        return len(self.free_rows)

    @cached_property
    def equal_parameters(self) -> tuple[tuple[int, ...], ...]:
        """Sets of free indices that share a label."""
        sets: dict[str, list[int]] = {}
        for index in self.free_rows:
            row = self.rows[index]
            if row.label:
                sets.setdefault(row.label, []).append(row.free)
        return tuple(tuple(members) for members in sets.values() if len(members) > 1)

    @property
    def blocks(self) -> tuple[tuple[int, int], ...]:
        """Group and level of each set of model matrices; level 0 in a single-level model."""
        levels = range(1, len(self.levels) + 1) if self.levels else (0,)
        return tuple((group, level) for group in range(1, self.n_groups + 1) for level in levels)

    def variables(self, group: int, level: int = 0) -> BlockVariables:
        """Variables of a level, or of a group of a single-level model; the first group is 1."""
        if level:
            return self.levels[level - 1]
        if self.group_variables:
            return self.group_variables[group - 1]
        return BlockVariables(self.observed, self.latent, self.exogenous)

    @property
    def observed_of_groups(self) -> tuple[tuple[str, ...], ...]:
        """Observed variables of each group."""
        groups = range(1, self.n_groups + 1)
        return tuple(self.variables(group).observed for group in groups)

    def columns_of(self, group: int) -> list[int]:
        """Places of the observed variables of a group among those of all; the first is 1."""
        return [self.observed.index(name) for name in self.variables(group).observed]

    @property
    def conditioned(self) -> tuple[str, ...]:
        """Covariates given which the other variables are modelled."""
        return self.exogenous if self.options.conditional_x else ()

    def group_name(self, group: int) -> str:
        """Name a group for a reader, by its label if there is one; the first is 1."""
        return group_name(group, self.group_labels)

    def in_group(self, group: int) -> str:
        """Return `` in group 'b'``, or nothing where there is only one group."""
        return f" in {self.group_name(group)}" if self.n_groups > 1 else ""

    def position_label(self, index: int) -> str:
        """Name of a row by its place, as constraints may use it: ``.p1.`` for the first."""
        return f".p{index + 1}."
