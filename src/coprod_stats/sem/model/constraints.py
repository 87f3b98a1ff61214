"""Restrictions among parameters: linear ones solved away, the others with their derivatives.

Equal labels and linear equations leave ``params = basis @ reduced + origin``; nonlinear
equations and inequalities are kept as functions of ``params`` with exact derivatives.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.errors import SemModelError
from coprod_stats.sem.model.expressions import (
    Call,
    Expression,
    Jet,
    Name,
    Number,
    evaluate,
    names_in,
    value_at,
)
from coprod_stats.sem.model.null_space import null_space
from coprod_stats.sem.model.parameters import ParameterTable

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the parameters given by an expression.

    Parameters
    ----------
    expression : Expression
        Reads labels.
    indices : tuple of int
        Free parameters that it depends on.
    names : mapping of str to int or float
        Each label: position in `indices`, or the value of a fixed parameter.
    is_bound : bool
        Whether it is the distance of one parameter from its bound, up to a positive factor.
    """

    expression: Expression
    indices: tuple[int, ...]
    names: Mapping[str, int | float]
    is_bound: bool = False

    def jet(self, params: FloatArray) -> Jet:
        """Value and derivatives by the parameters in `indices`."""
        n = len(self.indices)
        unit, zero = np.eye(n), np.zeros((n, n))
        values = {
            name: Jet(float(params[self.indices[place]]), unit[place], zero)
            if isinstance(place, int)
            else Jet(place, np.zeros(n), zero)
            for name, place in self.names.items()
        }
        return evaluate(self.expression, values, n)

    def value(self, params: FloatArray) -> float:
        """Value at given parameters."""
        values = {
            name: float(params[self.indices[place]]) if isinstance(place, int) else place
            for name, place in self.names.items()
        }
        return value_at(self.expression, values)

    def gradient(self, params: FloatArray) -> FloatArray:
        """Differentiate by all parameters, ``(n_free,)``."""
        gradient = np.zeros(params.size)
        gradient[list(self.indices)] = self.jet(params).gradient
        return gradient

    def hessian(self, params: FloatArray) -> FloatArray:
        """Second derivatives by all parameters, ``(n_free, n_free)``."""
        hessian = np.zeros((params.size, params.size))
        hessian[np.ix_(self.indices, self.indices)] = self.jet(params).hessian
        return hessian


@dataclass(frozen=True, slots=True)
class Restrictions:
    """All restrictions of a model.

    Parameters
    ----------
    basis : (n_free, n_reduced) array
        ``params = basis @ reduced + origin``; with orthogonal columns.
    origin : (n_free,) array
    equalities : tuple of Function
        Nonlinear functions that must be 0.
    inequalities : tuple of Function
        Functions that must not be negative.
    """

    basis: FloatArray
    origin: FloatArray
    equalities: tuple[Function, ...]
    inequalities: tuple[Function, ...]

    @property
    def n_reduced(self) -> int:
        """Number of parameters after the linear equations."""
        return int(self.basis.shape[1])

    @property
    def is_open(self) -> bool:
        """Whether no linear equation restricts the parameters: `basis` is the identity."""
        return bool(self.basis.shape[0] == self.basis.shape[1])

    @property
    def is_nonlinear(self) -> bool:
        """Whether nonlinear equations or inequalities remain."""
        return bool(self.equalities or self.inequalities)

    def expand(self, reduced: FloatArray) -> FloatArray:
        """All parameters from the reduced ones."""
        if self.is_open:
            return reduced
        return self.basis @ reduced + self.origin

    def reduce(self, params: FloatArray) -> FloatArray:
        """Reduced parameters nearest to given ones; the columns of `basis` are orthogonal."""
        if self.is_open:
            return params
        along = (params - self.origin) @ self.basis
        return np.asarray(along / np.sum(self.basis**2, axis=0))


def defined_functions(table: ParameterTable) -> tuple[Function, ...]:
    """Express defined parameters by the free ones, in the order of the table.

    Raises
    ------
    SemModelError
        Where a definition reads an unknown name, or itself.
    """
    if not table.definitions:
        return ()
    scope = _Scope(table)
    return tuple(scope.function(item.expression) for item in table.definitions)


def restrictions(table: ParameterTable) -> Restrictions:
    """Gather equal labels, bounds and constraints of a model.

    Raises
    ------
    SemModelError
        Where a constraint reads an unknown name, or linear constraints contradict each other.
    """
    if not table.constraints:
        return Restrictions(_label_basis(table), np.zeros(table.n_free), (), (*_bounds(table),))
    scope = _Scope(table)
    rows: list[FloatArray] = []
    totals: list[float] = []
    equalities: list[Function] = []
    inequalities: list[Function] = []
    for item in table.constraints:
        left, right = (item.right, item.left) if item.operator == "<" else (item.left, item.right)
        function = scope.function(Call("-", (left, right)))
        if not function.indices:
            raise SemModelError(f"'{item.left} {item.operator} {item.right}' has no free parameter")
        if item.operator != "==":
            # the same restriction as lower() or upper(), whichever way it is written
            is_bound = len(function.indices) == 1 and _is_linear(function, table.n_free)
            inequalities.append(replace(function, is_bound=is_bound))
        elif _is_linear(function, table.n_free):
            rows.append(function.gradient(np.zeros(table.n_free)))
            totals.append(-function.value(np.zeros(table.n_free)))
        else:
            equalities.append(function)
    basis, origin = _solve_linear(rows, totals, table)
    return Restrictions(basis, origin, tuple(equalities), (*inequalities, *_bounds(table)))


class _Scope:
    """What the names in expressions stand for."""

    def __init__(self, table: ParameterTable) -> None:
        self.parameters: dict[str, int | float] = {}
        for index, row in enumerate(table.rows):
            value = row.free if row.free >= 0 else row.fixed
            self.parameters[table.position_label(index)] = value
            if row.label:
                self.parameters.setdefault(row.label, value)
        self.definitions = {item.name: item.expression for item in table.definitions}
        self.omitted = "".join(
            f"; {table.group_name(group)} has no parameters of {', '.join(names)}, which nobody in "
            "it answered"
            for group, names in enumerate(table.unasked, start=1)
            if names
        )

    def function(self, expression: Expression) -> Function:
        """Resolve an expression down to parameters."""
        resolved = self._resolve(expression, ())
        names = sorted(names_in(resolved))
        places = {name: self.parameters[name] for name in names}
        indices = sorted({place for place in places.values() if isinstance(place, int)})
        local = {
            name: indices.index(place) if isinstance(place, int) else place
            for name, place in places.items()
        }
        return Function(resolved, tuple(indices), local)

    def _resolve(self, expression: Expression, seen: tuple[str, ...]) -> Expression:
        match expression:
            case Number():
                return expression
            case Name(name) if name in self.definitions:
                if name in seen:
                    raise SemModelError(f"'{name}' is defined by itself")
                return self._resolve(self.definitions[name], (*seen, name))
            case Name(name):
                if name not in self.parameters or math.isnan(self.parameters[name]):
                    raise SemModelError(
                        f"'{name}' is neither the label of a parameter nor defined by ':='"
                        f"{self.omitted}"
                    )
                return expression
            case Call(function, arguments):
                return Call(function, tuple(self._resolve(item, seen) for item in arguments))


def _label_equations(table: ParameterTable) -> list[FloatArray]:
    rows: list[FloatArray] = []
    for members in table.equal_parameters:
        for other in members[1:]:
            row = np.zeros(table.n_free)
            row[members[0]], row[other] = 1.0, -1.0
            rows.append(row)
    return rows


def _is_linear(function: Function, n_free: int) -> bool:
    """Whether first derivatives are the same at points in general position."""
    points = [np.linspace(0.31, 1.27, n_free) ** power for power in (1, 2)]
    try:
        jets = [function.jet(point) for point in (*points, np.zeros(n_free))]
    except SemModelError:
        return False
    flat = all(not jet.hessian.any() for jet in jets)
    return flat and all(np.array_equal(jets[0].gradient, jet.gradient) for jet in jets[1:])


def _solve_linear(
    rows: Sequence[FloatArray], totals: Sequence[float], table: ParameterTable
) -> tuple[FloatArray, FloatArray]:
    """Solve linear equations of the constraints, and those of equal labels."""
    if not rows:
        return _label_basis(table), np.zeros(table.n_free)
    of_labels = _label_equations(table)
    equations, right = np.array([*of_labels, *rows]), np.array([0.0] * len(of_labels) + [*totals])
    origin: FloatArray = np.linalg.lstsq(equations, right, rcond=None)[0]
    if np.abs(equations @ origin - right).max() > 1e-8 * (1.0 + np.abs(right).max()):
        raise SemModelError("the linear constraints contradict each other")
    return null_space(equations), origin


def _label_basis(table: ParameterTable) -> FloatArray:
    """Zeros and ones: one column per set of equal parameters; else the identity."""
    if not table.equal_parameters:
        return np.eye(table.n_free)
    first = np.arange(table.n_free)
    for members in table.equal_parameters:
        first[list(members)] = members[0]
    _, column = np.unique(first, return_inverse=True)
    basis = np.zeros((table.n_free, int(column.max()) + 1))
    basis[np.arange(table.n_free), column] = 1.0
    return basis


def _bounds(table: ParameterTable) -> list[Function]:
    functions = []
    for index in table.free_rows:
        row = table.rows[index]
        for bound, sign in ((row.lower, 1.0), (row.upper, -1.0)):
            if math.isfinite(bound):
                distance = Call("-", (Name("value"), Number(bound)))
                expression = Call("*", (Number(sign), distance))
                functions.append(Function(expression, (row.free,), {"value": 0}, True))
    return functions
