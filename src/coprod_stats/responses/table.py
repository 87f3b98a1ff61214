"""Answers bound to their instrument: values as given, four kinds of missing distinguished."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coprod_stats.counts import counted
from coprod_stats.errors import CoprodError
from coprod_stats.instruments.language.evaluation import FloatArray, evaluate
from coprod_stats.instruments.language.expressions import parse_expression
from coprod_stats.instruments.language.tree import Expression
from coprod_stats.instruments.model import MISSING_CODES, OPTION_KINDS, Instrument, Item
from coprod_stats.suggestions import closest

Scope = Literal["row", "value", "column"]
ANSWERED = "answered"
NOT_ASKED = "not asked"
BLANK = "blank"
OFF_SCALE = "off scale"
REJECTED = "rejected"
KINDS = (ANSWERED, NOT_ASKED, BLANK, *MISSING_CODES.values(), OFF_SCALE, REJECTED)
"""What a cell can be; "blank" is known by the routing only, see `quality.missingness`."""
KIND_TYPE = pd.CategoricalDtype(list(KINDS))
_MISSING = list(MISSING_CODES)


class UnknownNameError(CoprodError):
    """An expression that names a column the instrument does not have."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row, a value or a cell of a surplus column that was rejected, with the reason."""

    line: int
    respondent: str
    column: str
    value: str
    scope: Scope
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where the answers come from and how they were read.

    Attributes
    ----------
    rows_read : int
        Rows below the header; always rows kept plus rows rejected.
    absent : tuple of str
        Columns of the instrument that the file lacks; they count as not asked.
    notes : tuple of str
        What was assumed while reading, for the report.
    sheet : str
        Sheet of a workbook that was asked for; empty if none was.
    """

    file: str
    sha256: str
    reading: str
    rows_read: int
    absent: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    sheet: str = ""


@dataclass(frozen=True, eq=False, slots=True, repr=False)
class Responses:
    """One table of answers and their questionnaire.

    Attributes
    ----------
    answers : DataFrame, (n_respondents, n_columns)
        Canonical columns; numbers with the codes -7, -8, -9 kept, NaN for blank; texts
        unchanged. The index is the line of the source file.
    rejected : tuple of Rejected
        Everything rejected, with reasons.
    """

    instrument: Instrument
    answers: pd.DataFrame
    provenance: Provenance
    rejected: tuple[Rejected, ...] = ()
    _values: _Values = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_values", _Values(self))

    def __repr__(self) -> str:
        of = f"{self.instrument.id!r}, version {self.instrument.version}"
        return f"<Responses to {of}: {counted(self.n_respondents, 'respondent')}>"

    @property
    def n_respondents(self) -> int:
        """Number of rows of the table."""
        return len(self.answers)

    @property
    def n_rejected_rows(self) -> int:
        """Number of rows rejected while reading."""
        return sum(entry.scope == "row" for entry in self.rejected)

    @property
    def absent_questions(self) -> tuple[str, ...]:
        """Questions of which the file has no column, or lacks one."""
        absent = set(self.provenance.absent)
        return tuple(
            item.id for item in self.instrument.questions if not absent.isdisjoint(item.columns)
        )

    @property
    def respondents(self) -> pd.Series:
        """Id of each respondent, or the line where there is none."""
        lines = pd.Series(self.answers.index.astype(str), index=self.answers.index)
        column = self.instrument.administrative_column("respondent")
        if column is None:
            return lines
        ids = self.answers[column].astype("string").fillna("")
        return ids.where(ids != "", "line " + lines).astype(str)

    def numbers(self, columns: Sequence[str]) -> pd.DataFrame:
        """Return answers as amounts: NaN for every kind of missing and for off-scale answers.

        Parameters
        ----------
        columns : sequence of str
            Ids of items, numeric administrative columns or derived variables.

        Returns
        -------
        DataFrame, (n_respondents, len(columns))

        Raises
        ------
        UnknownNameError
            If a column does not exist or holds texts.
        """
        amounts = _Values(self, amounts=True)
        if texts := [column for column in columns if self._is_text(column)]:
            raise UnknownNameError(f"'{texts[0]}' holds text, not numbers")
        names = list(dict.fromkeys(columns))
        table = np.empty((len(names), self.n_respondents))
        for place, name in enumerate(names):
            table[place] = amounts.compute(name)
        return pd.DataFrame(table.T, index=self.answers.index, columns=names, copy=False)

    def values(self, columns: Sequence[str]) -> pd.DataFrame:
        """Return columns as what they are: numbers as amounts, texts as texts.

        So are groups, clusters and weights read, whose labels may be either.

        Parameters
        ----------
        columns : sequence of str
            Ids of items, administrative columns or derived variables.

        Returns
        -------
        DataFrame, (n_respondents, len(columns))
            NaN for a number, ``None`` for a text that is missing in whatever way.
        """
        amounts = _Values(self, amounts=True)
        return pd.DataFrame(
            {c: self._texts(c) if self._is_text(c) else amounts[c] for c in columns},
            index=self.answers.index,
        )

    def _is_text(self, column: str) -> bool:
        return column in self.answers and not pd.api.types.is_numeric_dtype(self.answers[column])

    def _texts(self, column: str) -> pd.Series:
        texts = self.answers[column].astype(object)
        missing = texts.isna() | (texts == "") | np.isin(_amounts(texts), list(MISSING_CODES))
        return texts.mask(missing, None)

    def missing_kinds(self, columns: Sequence[str]) -> pd.DataFrame:
        """Classify each cell: whether it was answered, or which kind of missing it is.

        Returns
        -------
        DataFrame, (n_respondents, len(columns))
            Categorical columns with the categories `KINDS`; a blank cell is "not asked".
        """
        item_of = {column: item for item in self.instrument.items for column in item.columns}
        lines = self._lines_rejected()
        kinds = {}
        for column in columns:
            codes = _kind_codes(self.answers[column], item_of.get(column))
            if column in lines:
                codes[self.answers.index.isin(lines[column])] = KINDS.index(REJECTED)
            kinds[column] = pd.Categorical.from_codes(codes, dtype=KIND_TYPE)
        return pd.DataFrame(kinds, index=self.answers.index)

    def _lines_rejected(self) -> dict[str, list[int]]:
        lines: dict[str, list[int]] = {}
        for entry in self.rejected:
            if entry.scope == "value":
                lines.setdefault(entry.column, []).append(entry.line)
        return lines

    def where(self, condition: str | Expression) -> NDArray[np.bool_]:
        """Return for whom a condition is known to hold, (n_respondents,).

        Raises
        ------
        ExpressionError
            If the text is not an expression.
        UnknownNameError
            If it names something that the instrument does not have.
        """
        tree = parse_expression(condition) if isinstance(condition, str) else condition
        return self._values.holds(tree).copy()

    def amounts(self, value: Expression) -> FloatArray:
        """Return the value of an expression over amounts, NaN where it is missing."""
        return _Values(self, amounts=True).of(value)

    def classes(self) -> pd.Series:
        """Return the class of each respondent in the classification of the instrument.

        Raises
        ------
        UnknownNameError
            If the instrument has no classification.
        """
        rule = self.instrument.classification
        if rule is None:
            raise UnknownNameError(f"instrument '{self.instrument.id}' has no classification")
        found = np.full(self.n_respondents, rule.otherwise, dtype=object)
        for name, condition in reversed(rule.classes):
            found[self.where(condition)] = name
        return pd.Series(found, index=self.answers.index, name="class")

    def index_values(self) -> pd.DataFrame:
        """Compute the formative indices, one column each; NaN where an amount is missing."""
        amounts = _Values(self, amounts=True)
        table = {index.id: amounts.of(index.value) for index in self.instrument.indices}
        return pd.DataFrame(table, index=self.answers.index)

    def subset(self, keep: NDArray[np.bool_] | pd.Series) -> Responses:
        """Return the respondents for whom ``keep`` is true; nothing else changes."""
        return replace(self, answers=self.answers[np.asarray(keep, dtype=bool)])

    def asked(self, item: Item) -> NDArray[np.bool_]:
        """Return to whom the routing shows an item, (n_respondents,)."""
        shown = np.ones(self.n_respondents, dtype=bool)
        for condition in item.conditions:
            shown &= self._values.holds(condition)
        return shown


class _Values(Mapping[str, FloatArray]):
    """Columns as numbers for the expression language, computed on first use.

    Routing and classification see off-scale codes, as in ``SUCC == 6``; amounts do not.
    """

    def __init__(self, responses: Responses, *, amounts: bool = False) -> None:
        self._off_scale = {
            item.id: [option.value for option in item.responses.off_scale]
            for item in responses.instrument.items
            if amounts and item.responses is not None
        }
        self._answers, self._instrument = responses.answers, responses.instrument
        self._derived = {derived.id: derived.value for derived in responses.instrument.derived}
        self._choices = {
            item.id: item.columns
            for item in responses.instrument.items
            if item.kind in OPTION_KINDS
        }
        self._known: dict[str, FloatArray] = {}
        self._holding: dict[Expression, NDArray[np.bool_]] = {}

    def holds(self, condition: Expression) -> NDArray[np.bool_]:
        """Return for whom a condition is known to hold; blocks share conditions, so kept."""
        if condition not in self._holding:
            self._holding[condition] = np.equal(self.of(condition), 1.0)
        return self._holding[condition]

    def of(self, tree: Expression) -> FloatArray:
        return evaluate(tree, self, n_rows=len(self._answers), texts=_Texts(self._answers))

    def __getitem__(self, name: str) -> FloatArray:
        if name not in self._known:
            self._known[name] = self.compute(name)
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter((*self._answers.columns, *self._derived))

    def __len__(self) -> int:
        return len(self._answers.columns) + len(self._derived)

    def compute(self, name: str) -> FloatArray:
        """Compute a column; it is not kept."""
        if name in self._derived:
            return self.of(self._derived[name])
        if columns := self._choices.get(name):
            unknown = np.ones(len(self._answers), dtype=bool)
            for option in columns:
                options = _amounts(self._answers[option])
                unknown &= np.isnan(options) | np.isin(options, _MISSING)
            return np.where(unknown, np.nan, 1.0)
        if name not in self._answers:
            raise UnknownNameError(
                f"there is no item, column or derived variable '{name}' "
                f"in instrument '{self._instrument.id}'{closest(name, self)}"
            )
        cells = self._answers[name]
        numbers = _amounts(cells)
        missing = np.isin(numbers, [*_MISSING, *self._off_scale.get(name, ())])
        if not pd.api.types.is_numeric_dtype(cells):
            filled = cells.notna() & (cells != "")
            return np.where(filled & ~missing, 1.0, np.nan)
        return np.where(missing, np.nan, numbers)


class _Texts(Mapping[str, Sequence[object]]):
    """Columns of texts, as conditions compare them with words."""

    def __init__(self, answers: pd.DataFrame) -> None:
        self._answers = answers

    def __getitem__(self, name: str) -> Sequence[object]:
        if name not in self._answers or pd.api.types.is_numeric_dtype(self._answers[name]):
            raise UnknownNameError(f"'{name}' holds no text that words could be compared with")
        texts: list[object] = self._answers[name].to_list()
        return texts

    def __iter__(self) -> Iterator[str]:
        return iter(self._answers.columns)

    def __len__(self) -> int:
        return len(self._answers.columns)


def _kind_codes(column: pd.Series, item: Item | None) -> NDArray[np.int8]:
    """Return the place among `KINDS` of each cell of a column, rejected values apart."""
    numbers = _amounts(column)
    blank = np.isnan(numbers)
    if not pd.api.types.is_numeric_dtype(column):
        blank = np.asarray(column.isna() | (column == ""), dtype=bool)
    codes = np.where(blank, KINDS.index(NOT_ASKED), KINDS.index(ANSWERED)).astype(np.int8)
    for code, kind in MISSING_CODES.items():
        codes[numbers == code] = KINDS.index(kind)
    if item is not None and item.responses is not None and not item.column_options:
        off = [option.value for option in item.responses.off_scale]
        codes[np.isin(numbers, off)] = KINDS.index(OFF_SCALE)
    return codes


def _amounts(column: pd.Series) -> FloatArray:
    """Return a column as numbers: a text answer can also be ``-8``; other texts are NaN."""
    return np.asarray(pd.to_numeric(column, errors="coerce"), dtype=np.float64)
