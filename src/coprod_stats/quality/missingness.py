"""Missing answers: how many, of which kind, in which patterns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coprod_stats.instruments import Item
from coprod_stats.quality.mcar import McarTest, McarTestError, little_mcar_test
from coprod_stats.quality.routes import routes
from coprod_stats.quality.row_blocks import row_patterns
from coprod_stats.responses import Responses
from coprod_stats.responses.table import ANSWERED, BLANK, KIND_TYPE, KINDS, NOT_ASKED
from coprod_stats.results import NotebookTables

_ANSWERED, _NOT_ASKED, _BLANK = map(KINDS.index, (ANSWERED, NOT_ASKED, BLANK))


@dataclass(frozen=True, slots=True, eq=False)
class Missingness(NotebookTables):
    """Missing answers by item, by respondent and by pattern.

    Parameters
    ----------
    respondents : Series, (n_respondents,)
        Ids of the respondents.
    items : tuple of Item
        The questions, in order of asking.
    kinds : DataFrame, (n_respondents, n_items)
        What each cell is, one of `KINDS` as a category; a multiple choice counts as one question.
        A blank cell is "not asked" where the file lacks the column or the routing does not show the
        item to the respondent, and "blank" otherwise, since the file does not state why. Every kind
        but "answered" and "not asked" is an answer that was asked for and is missing.
    scale_items : tuple of str
        Items of reflective scales, for which patterns are counted and MCAR is tested.
    mcar : McarTest or None
        Little's test of the scale items shown on the most frequent route through the
        questionnaire, among the respondents who take that route.
    mcar_reason : str
        Why there is no test; empty if there is one.
    """

    respondents: pd.Series
    items: tuple[Item, ...]
    kinds: pd.DataFrame
    scale_items: tuple[str, ...]
    mcar: McarTest | None
    mcar_reason: str

    def tidy(self) -> pd.DataFrame:
        """One row per item: cells of each kind, and the share missing among those asked."""
        texts = [str(item.text) for item in self.items]
        counts = self._by_item()
        return counts.assign(text=texts).reset_index(names="term")

    def shares(self) -> pd.DataFrame:
        """Share of each kind among those who were asked: one row per item, indexed by its id."""
        counts = self._by_item()
        kinds = [kind for kind in KINDS if kind != NOT_ASKED]
        return counts[kinds].div(counts["n_asked"].where(counts["n_asked"] > 0), axis=0).fillna(0.0)

    def by_case(self) -> pd.DataFrame:
        """One row per respondent: cells of each kind, and the share missing among those asked."""
        counts = np.zeros((len(KINDS), len(self.kinds)), dtype=np.int64)
        for cells in self._codes(self.kinds.columns):
            for kind in np.flatnonzero(np.bincount(cells)):
                counts[kind] += cells == kind
        table = _counts(counts.T, self.kinds.index)
        table.insert(0, "respondent", self.respondents.to_numpy())
        return table

    def augment(self) -> pd.DataFrame:
        """One row per respondent, as `by_case`."""
        return self.by_case()

    def patterns(self) -> pd.DataFrame:
        """One row per pattern of scale items asked and not answered, the most frequent first."""
        absent = (
            (cells != _ANSWERED) & (cells != _NOT_ASKED) for cells in self._codes(self.scale_items)
        )
        patterns, which = row_patterns(absent, n_rows=len(self.kinds))
        sizes = np.bincount(which, minlength=len(patterns))
        order = np.argsort(-sizes, kind="stable")
        ids = np.array(self.scale_items, dtype=object)
        return pd.DataFrame(
            {
                "n": sizes[order],
                "share": sizes[order] / max(len(self.kinds), 1),
                "n_unanswered": patterns[order].sum(axis=1),
                "unanswered": [", ".join(ids[pattern]) for pattern in patterns[order]],
            }
        )

    def glance(self) -> pd.DataFrame:
        """One row: share missing among all cells asked for, complete rows, Little's test."""
        by_case = self.by_case()
        asked = int(by_case["n_asked"].sum())
        row: dict[str, object] = {
            "n_respondents": len(self.kinds),
            "n_items": len(self.items),
            "share_missing": 1 - by_case[ANSWERED].sum() / asked if asked else np.nan,
            "n_complete": int((by_case["n_asked"] == by_case[ANSWERED]).sum()),
            "mcar_statistic": self.mcar.statistic if self.mcar else np.nan,
            "mcar_df": self.mcar.df if self.mcar else np.nan,
            "mcar_p_value": self.mcar.p_value if self.mcar else np.nan,
            "mcar_reason": self.mcar_reason,
        }
        return pd.DataFrame([row])

    def _codes(self, ids: Iterable[str]) -> Iterator[NDArray[np.int8]]:
        """Return the columns of ``kinds``, each cell as its place among `KINDS`."""
        return (_codes_of(self.kinds[id]) for id in ids)

    def _by_item(self) -> pd.DataFrame:
        cells = self._codes(self.kinds.columns)
        counts = [np.bincount(column, minlength=len(KINDS)) for column in cells]
        return _counts(np.reshape(counts, (-1, len(KINDS))), self.kinds.columns)

    def __str__(self) -> str:
        columns = ["term", *KINDS, "share_missing"]
        table = self.tidy()[columns].to_string(index=False, float_format="{:.3f}".format)
        return f"{table}\n{self.mcar or 'No test of MCAR: ' + self.mcar_reason}"


def missingness(responses: Responses) -> Missingness:
    """Count the missing answers to every question and test whether they are MCAR."""
    items = tuple(item for item in responses.instrument.questions if item.columns)
    of_scales = {id for scale in responses.instrument.scales for id in scale.items}
    scale_items = [item.id for item in items if item.id in of_scales]
    mcar, reason = _mcar(responses, scale_items)
    return Missingness(
        respondents=responses.respondents,
        items=items,
        kinds=kinds_by_item(responses, items),
        scale_items=tuple(scale_items),
        mcar=mcar,
        mcar_reason=reason,
    )


def kinds_by_item(responses: Responses, items: tuple[Item, ...]) -> pd.DataFrame:
    """Classify each answer as one of `KINDS`; a multiple choice counts as one question."""
    by_column = responses.missing_kinds([column for item in items for column in item.columns])
    absent = set(responses.provenance.absent)
    table = {}
    for item in items:
        kind = _codes_of(by_column[item.columns[0]]).copy()
        for column in item.columns[1:]:
            kind[_codes_of(by_column[column]) == _ANSWERED] = _ANSWERED
        if not absent.issuperset(item.columns):
            kind[(kind == _NOT_ASKED) & responses.asked(item)] = _BLANK
        table[item.id] = pd.Categorical.from_codes(kind, dtype=KIND_TYPE)
    return pd.DataFrame(table, index=by_column.index)


def _codes_of(kinds: pd.Series) -> NDArray[np.int8]:
    return np.asarray(kinds.cat.codes, dtype=np.int8)


def _mcar(responses: Responses, scale_items: list[str]) -> tuple[McarTest | None, str]:
    """Test the largest group of respondents on one route: items not asked are not missing."""
    answers = responses.numbers(scale_items)
    varying = [id for id in scale_items if answers[id].nunique() > 1]
    if not varying:
        return None, "no scale item was answered in more than one way"
    route = routes(responses, [responses.instrument.item(id) for id in varying])[0]
    tested = answers[varying].to_numpy(dtype=float)[np.ix_(route.members, route.shown)]
    try:
        return little_mcar_test(tested), ""
    except McarTestError as error:
        return None, str(error)


def _counts(counts: NDArray[np.int64], index: pd.Index) -> pd.DataFrame:
    """Label the counts of each kind, (n_rows, n_kinds), with the share missing in each row."""
    table = pd.DataFrame(counts, index=index, columns=list(KINDS))
    n_asked = counts.sum(axis=1) - table[NOT_ASKED]
    return table.assign(
        n_asked=n_asked, share_missing=1 - table[ANSWERED] / n_asked.where(n_asked > 0)
    )
