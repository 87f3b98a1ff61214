"""Formulas: admissible expressions, the columns they name, design matrices."""

from __future__ import annotations

import ast
import math
import re
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coprod_stats.counts import counted
from coprod_stats.structure.errors import StructureError

FUNCTIONS = frozenset(
    {
        "C",
        "I",
        "bs",
        "cc",
        "center",
        "contr",
        "cr",
        "cs",
        "exp",
        "exp10",
        "exp2",
        "log",
        "log10",
        "log2",
        "poly",
        "scale",
        "standardize",
    }
)
"""Functions of formulaic that a formula may call; ``lag`` and ``hashed`` depend on row order or
on random collisions and are not among them."""

LARGEST_EXPONENT = 10
"""Largest power that a formula may raise a column to."""

MOST_TERMS = 10_000
"""Most terms that the products and powers of a formula may be written out to."""

INTERCEPT = "(Intercept)"

_ALLOWED = (
    ast.Expression,
    ast.Call,
    ast.keyword,
    ast.Load,
    ast.Constant,
    ast.BinOp,
    ast.UnaryOp,
    ast.Compare,
    ast.List,
    ast.Tuple,
    ast.operator,
    ast.unaryop,
    ast.cmpop,
)


@dataclass(frozen=True, slots=True)
class ParsedFormula:
    """A formula whose expressions are admissible.

    ``outcome`` is its left side as written, ``outcome_column`` the column if the left side is a
    single column; ``columns`` are all columns of the data that it names, ``predictors`` those of
    the right side, in the order of the formula.
    """

    text: str
    outcome: str
    outcome_column: str | None
    columns: tuple[str, ...]
    predictors: tuple[str, ...]
    parsed: Any  # formulaic.Formula, whose type hints do not match its behaviour


@dataclass(frozen=True, slots=True)
class Design:
    """The design: ``matrix`` (n_obs, n_terms), its labels, and how to build it for other values.

    ``frame`` holds the complete rows of the columns that the formula names: numbers as floats,
    text as categories.
    """

    formula: ParsedFormula
    frame: pd.DataFrame
    matrix: NDArray[np.float64]
    terms: tuple[str, ...]
    categorical: frozenset[str]
    model_spec: Any

    def matrix_at(self, frame: pd.DataFrame) -> NDArray[np.float64]:
        """Return the matrix for other values of the same columns, coded like the data."""
        table = _materialized(self.model_spec, frame)
        kept = [name for name in table.columns if _label(name) in self.terms]
        matrix: NDArray[np.float64] = table[kept].to_numpy(dtype=float)
        return matrix


def parse_formula(text: str) -> ParsedFormula:
    """Parse ``outcome ~ predictors`` in formulaic's grammar.

    Raises
    ------
    StructureError
        If it cannot be parsed, has no outcome or several, contains expressions other than
        arithmetic, comparisons and ``FUNCTIONS``, or may have more than ``MOST_TERMS`` terms.
    """
    # a third of a second to import
    from formulaic import Formula
    from formulaic.errors import FormulaicError
    from formulaic.parser import DefaultFormulaParser

    try:
        if _most_terms(DefaultFormulaParser().get_ast(text)) > MOST_TERMS:
            raise StructureError(
                f"formula '{text}': its products may have more than {MOST_TERMS} terms; "
                "name the interactions that you need"
            )
        parsed: Any = Formula(text)
    except (FormulaicError, SyntaxError) as error:
        raise StructureError(f"formula '{text}': {_first_sentence(error)}") from error
    outcomes = getattr(parsed, "lhs", None)
    if outcomes is None or len(outcomes) != 1 or isinstance(parsed.rhs, tuple):
        raise StructureError(f"formula '{text}': write one outcome, ~ and its predictors")
    of_outcome, predictors = _columns(outcomes, text), _columns(parsed.rhs, text)
    if set(of_outcome) & set(predictors):
        raise StructureError(f"formula '{text}': the outcome is among its predictors")
    factors = outcomes[0].factors
    plain = len(factors) == 1 and factors[0].eval_method.value == "lookup"
    return ParsedFormula(
        text=text,
        outcome=str(outcomes[0]),
        outcome_column=factors[0].expr if plain else None,
        columns=(*of_outcome, *predictors),
        predictors=predictors,
        parsed=parsed,
    )


def _most_terms(node: Any) -> int:
    """Return a bound on the terms that a node of formulaic's syntax tree is written out to.

    The bound is itself bounded, since ``(a + b + c + d)**999`` has a number of 600 digits.
    """
    if not hasattr(node, "operator"):
        return 1
    *_, last = node.args
    parts = [_most_terms(part) for part in node.args]
    match str(node.operator):
        case "**" | "^":
            power = int(str(last)) if str(last).isascii() and str(last).isdigit() else 1
            found = MOST_TERMS + 1 if parts[0] > 1 and power > 13 else parts[0] ** power
        case "*":
            found = math.prod(part + 1 for part in parts) - 1
        case ":" | "in" | "/":
            found = math.prod(parts) + (parts[0] if str(node.operator) == "/" else 0)
        case _:
            found = sum(parts)
    return min(found, MOST_TERMS + 1)


def build_design(formula: ParsedFormula, frame: pd.DataFrame, *, intercept: bool) -> Design:
    """Evaluate the right side of a formula in complete rows.

    Categories are coded by treatment contrasts against the first level that occurs.
    ``intercept=False`` drops the column of the intercept after coding, for a family whose
    thresholds take its place.

    Raises
    ------
    StructureError
        If a term cannot be evaluated or is not finite.
    """
    for name in formula.predictors:
        if isinstance(frame[name].dtype, pd.CategoricalDtype):
            frame = frame.assign(**{name: frame[name].cat.remove_unused_categories()})
    matrix = _materialized(formula.parsed.rhs, frame)
    if not matrix.shape[1]:
        raise StructureError(f"formula '{formula.text}': it has no term, not even an intercept")
    spec = matrix.model_spec
    if not intercept:
        if "Intercept" not in matrix.columns:
            raise StructureError(
                "the thresholds of an ordinal outcome take the place of the intercept"
            )
        kept = matrix.drop(columns="Intercept")
    else:
        kept = matrix
    contrasts = {str(factor) for factor in spec.factor_contrasts}
    categorical = {
        str(variable)
        for factor, variables in spec.factor_variables.items()
        if str(factor) in contrasts
        for variable in variables
    }
    return Design(
        formula=formula,
        frame=frame,
        matrix=kept.to_numpy(dtype=float),
        terms=tuple(_label(name) for name in kept.columns),
        categorical=frozenset(categorical & set(formula.predictors)),
        model_spec=spec,
    )


def evaluate_outcome(formula: ParsedFormula, frame: pd.DataFrame) -> pd.Series[Any]:
    """Return the outcome: a column unchanged, or the values of the expression on the left.

    Raises
    ------
    StructureError
        If the expression is not one column of finite numbers.
    """
    if formula.outcome_column is not None:
        return frame[formula.outcome_column]
    values = _materialized(formula.parsed.lhs, frame)
    if values.shape[1] != 1:
        raise StructureError(f"the outcome {formula.outcome} is not one column of numbers")
    return pd.Series(values.iloc[:, 0], name=formula.outcome)


def _materialized(source: Any, frame: pd.DataFrame) -> Any:
    from formulaic.errors import DataMismatchWarning, FormulaicError

    try:
        # numpy warns of logarithms of zero: non-finite values are reported below
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("error", DataMismatchWarning)
            matrix = source.get_model_matrix(frame, context={}, na_action="ignore")
    except (FormulaicError, DataMismatchWarning, ValueError, TypeError) as error:
        raise StructureError(
            f"the formula cannot be evaluated: {_first_sentence(error)}"
        ) from error
    try:
        finite = np.isfinite(matrix.to_numpy(dtype=float))
    except (TypeError, ValueError) as error:
        raise StructureError("the formula has a term that is no number") from error
    if not finite.all():
        named = [
            f"{_label(name)} ({counted(int((~column).sum()), 'row')})"
            for name, column in zip(matrix.columns, finite.T, strict=True)
            if not column.all()
        ]
        raise StructureError(f"not a finite number: {', '.join(named)}")
    return matrix


def _columns(terms: Any, text: str) -> tuple[str, ...]:
    """Return the columns that terms name, in order, after checking their expressions."""
    found: dict[str, None] = {}
    for factor in (factor for term in terms for factor in term.factors):
        if factor.eval_method.value == "lookup":
            found[factor.expr] = None
        elif factor.eval_method.value == "python":
            found |= dict.fromkeys(_expression_columns(factor.expr, text))
    return tuple(found)


def _expression_columns(expression: str, text: str) -> list[str]:
    """Return the columns of an admissible expression."""
    quoted: list[str] = []

    def placeholder(match: re.Match[str]) -> str:
        quoted.append(match[1])
        return f"quoted_{len(quoted) - 1}"

    try:
        tree = ast.parse(re.sub("`([^`]*)`", placeholder, expression), mode="eval")
    except SyntaxError as error:
        raise StructureError(f"formula '{text}': cannot read {expression}") from error
    nodes = list(ast.walk(tree))
    functions = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    columns: list[str] = []
    for node in nodes:
        if isinstance(node, ast.Name) and node.id not in FUNCTIONS and id(node) not in functions:
            alias = re.fullmatch(r"quoted_(\d+)", node.id)
            columns.append(quoted[int(alias[1])] if alias and quoted else node.id)
        elif not _is_admissible(node):
            raise StructureError(
                f"formula '{text}': {expression} is not admissible; a formula may use arithmetic, "
                f"comparisons and {', '.join(sorted(FUNCTIONS))}"
            )
    return columns


def _is_admissible(node: ast.AST) -> bool:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        # an exponent of constants alone is bounded: Python computes whole numbers of any length
        return isinstance(node.right, ast.Constant | ast.UnaryOp) and _is_small(node.right)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.LShift):
        return False
    if isinstance(node, ast.Attribute):
        return isinstance(node.value, ast.Name) and node.value.id == "contr"
    return node.id in FUNCTIONS if isinstance(node, ast.Name) else isinstance(node, _ALLOWED)


def _is_small(exponent: ast.expr) -> bool:
    value = exponent.operand if isinstance(exponent, ast.UnaryOp) else exponent
    number = value.value if isinstance(value, ast.Constant) else None
    return isinstance(number, int | float) and abs(number) <= LARGEST_EXPONENT


def _first_sentence(error: BaseException) -> str:
    return str(error).strip().splitlines()[0].split(". ")[0].rstrip(".")


def _label(name: object) -> str:
    """Return the label of a column, in which a level stored as 2.0 is shown as 2."""
    return (
        INTERCEPT if name == "Intercept" else re.sub(r"(\[(?:\w\.)?-?\d+)\.0\]", r"\1]", str(name))
    )
