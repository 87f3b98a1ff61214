"""Arithmetic of defined parameters and constraints: a small tree with exact derivatives."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.errors import SemModelError


@dataclass(frozen=True, slots=True)
class Number:
    """A constant."""

    value: float

    def __str__(self) -> str:
        return f"{self.value:g}"


@dataclass(frozen=True, slots=True)
class Name:
    """A label of a parameter, or the name of a defined parameter."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Call:
    """A function or an operator with one or two arguments; ``neg`` is the unary minus."""

    function: str
    arguments: tuple[Expression, ...]

    def __str__(self) -> str:
        if self.function in BINARY:
            left, right = (_bracketed(argument) for argument in self.arguments)
            return f"{left}{self.function}{right}"
        if self.function == "neg":
            return f"-{_bracketed(self.arguments[0])}"
        return f"{self.function}({self.arguments[0]})"


Expression = Number | Name | Call
BINARY = frozenset({"+", "-", "*", "/", "^"})


def _bracketed(expression: Expression) -> str:
    is_compound = isinstance(expression, Call) and expression.function in BINARY | {"neg"}
    return f"({expression})" if is_compound else str(expression)


@dataclass(frozen=True, slots=True)
class Jet:
    """A value with its exact first and second derivatives by ``n`` variables.

    Parameters
    ----------
    value : float
        The value.
    gradient : ndarray, shape (n,)
        First derivatives.
    hessian : ndarray, shape (n, n)
        Second derivatives.
    """

    value: float
    gradient: NDArray[np.float64]
    hessian: NDArray[np.float64]

    def apply(self, value: float, first: float, second: float) -> Jet:
        """Chain rule for a function of one variable with the given derivatives."""
        outer = np.outer(self.gradient, self.gradient)
        return Jet(value, first * self.gradient, first * self.hessian + second * outer)

    def __add__(self, other: Jet) -> Jet:
        return Jet(
            self.value + other.value,
            self.gradient + other.gradient,
            self.hessian + other.hessian,
        )

    def __mul__(self, other: Jet) -> Jet:
        cross = np.outer(self.gradient, other.gradient)
        return Jet(
            self.value * other.value,
            self.value * other.gradient + other.value * self.gradient,
            self.value * other.hessian + other.value * self.hessian + cross + cross.T,
        )


Derivatives = Callable[[float], tuple[float, float, float]]


def _sqrt(x: float) -> tuple[float, float, float]:
    root = math.sqrt(x)
    return root, 0.5 / root, -0.25 / (root * x)


def _pnorm(x: float) -> tuple[float, float, float]:
    density = math.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)
    return 0.5 * math.erfc(-x / math.sqrt(2)), density, -x * density


def _dnorm(x: float) -> tuple[float, float, float]:
    density = math.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)
    return density, -x * density, (x * x - 1) * density


def _tan(x: float) -> tuple[float, float, float]:
    t = math.tan(x)
    return t, 1 + t * t, 2 * t * (1 + t * t)


def _tanh(x: float) -> tuple[float, float, float]:
    t = math.tanh(x)
    return t, 1 - t * t, -2 * t * (1 - t * t)


def _log(x: float, scale: float = 1.0) -> tuple[float, float, float]:
    return math.log(x) / scale, 1 / (x * scale), -1 / (x * x * scale)


FUNCTIONS: Mapping[str, Derivatives] = {
    "neg": lambda x: (-x, -1.0, 0.0),
    "exp": lambda x: (math.exp(x), math.exp(x), math.exp(x)),
    "log": _log,
    "log2": lambda x: _log(x, math.log(2)),
    "log10": lambda x: _log(x, math.log(10)),
    "sqrt": _sqrt,
    "abs": lambda x: (abs(x), math.copysign(1.0, x), 0.0),
    "sin": lambda x: (math.sin(x), math.cos(x), -math.sin(x)),
    "cos": lambda x: (math.cos(x), -math.sin(x), -math.cos(x)),
    "tan": _tan,
    "tanh": _tanh,
    "pnorm": _pnorm,
    "dnorm": _dnorm,
}
"""Functions of one argument, each giving value, first and second derivative."""


def names_in(expression: Expression) -> frozenset[str]:
    """Names that the expression reads."""
    match expression:
        case Number():
            return frozenset()
        case Name(name):
            return frozenset({name})
        case Call(_, arguments):
            return frozenset().union(*map(names_in, arguments))


def evaluate(expression: Expression, values: Mapping[str, Jet], n_variables: int) -> Jet:
    """Value and exact derivatives of an expression (forward mode, second order).

    Parameters
    ----------
    expression : Expression
        What to evaluate.
    values : mapping of str to Jet
        The variables; a free parameter has a unit vector as its gradient.
    n_variables : int
        Length of every gradient.

    Raises
    ------
    SemModelError
        Where a name is unknown or the value does not exist (log of a negative number,
        division by zero).
    """
    match expression:
        case Number(value):
            return constant(value, n_variables)
        case Name(name):
            if name not in values:
                raise SemModelError(f"'{name}' is neither a label nor a defined parameter")
            return values[name]
        case Call(function, arguments):
            jets = [evaluate(argument, values, n_variables) for argument in arguments]
            try:
                return _apply(function, jets)
            except (ValueError, ZeroDivisionError, OverflowError) as error:
                raise SemModelError(f"'{expression}' has no value at {jets[0].value:g}") from error


def value_at(expression: Expression, values: Mapping[str, float]) -> float:
    """Value of an expression, without derivatives.

    Parameters
    ----------
    expression : Expression
    values : mapping of str to float

    Raises
    ------
    SemModelError
        As :func:`evaluate`.
    """
    match expression:
        case Number(value):
            return value
        case Name(name):
            if name not in values:
                raise SemModelError(f"'{name}' is neither a label nor a defined parameter")
            return values[name]
        case Call(function, arguments):
            numbers = [value_at(argument, values) for argument in arguments]
            try:
                if function in FUNCTIONS:
                    return FUNCTIONS[function](numbers[0])[0]
                return _ARITHMETIC[function](*numbers)
            except (ValueError, ZeroDivisionError, OverflowError) as error:
                raise SemModelError(f"'{expression}' has no value at {numbers[0]:g}") from error


_ARITHMETIC: Mapping[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "^": math.pow,
}


def constant(value: float, n_variables: int) -> Jet:
    """Make a jet that depends on nothing."""
    return Jet(value, np.zeros(n_variables), np.zeros((n_variables, n_variables)))


def constant_value(expression: Expression) -> float:
    """Value of an expression without names.

    Raises
    ------
    SemModelError
        Where the expression reads a name or has no value.
    """
    return evaluate(expression, {}, 0).value


def _apply(function: str, jets: list[Jet]) -> Jet:
    if function in FUNCTIONS:
        return jets[0].apply(*FUNCTIONS[function](jets[0].value))
    left, right = jets
    match function:
        case "+":
            return left + right
        case "-":
            return left + right.apply(-right.value, -1.0, 0.0)
        case "*":
            return left * right
        case "/":
            r = 1 / right.value
            return left * right.apply(r, -r * r, 2 * r * r * r)
        case _:
            return _power(left, right)


def _power(base: Jet, exponent: Jet) -> Jet:
    p = exponent.value
    if not exponent.gradient.any():
        value = math.pow(base.value, p)
        first = p * base.value ** (p - 1) if p else 0.0
        second = p * (p - 1) * base.value ** (p - 2) if p not in (0.0, 1.0) else 0.0
        return base.apply(value, first, second)
    logarithm = exponent * base.apply(*_log(base.value))
    value = math.exp(logarithm.value)
    return logarithm.apply(value, value, value)
