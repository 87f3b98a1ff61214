"""Rosters read: the rows of respondents, bound to their questions, and what they sum up to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coprod_stats.counts import counted
from coprod_stats.instruments.language.numbers import spell_number
from coprod_stats.instruments.language.tree import Call, names
from coprod_stats.instruments.model import NOT_ANSWERED, TEXT_KINDS, Instrument, Roster
from coprod_stats.instruments.rosters import rows_file
from coprod_stats.platforms.row_summaries import decided_by_rows
from coprod_stats.responses.binding import bind, rejected_row
from coprod_stats.responses.raw_table import RawRow, RawTable, ResponsesError, plain_text
from coprod_stats.responses.table import REJECTED, Rejected, Responses
from coprod_stats.responses.table_files import read_table


def roster_path(answers: Path, roster: str) -> Path:
    """Return the file of a roster beside the file of the respondents' answers."""
    return answers.with_name(rows_file(answers.name, roster))


def read_rosters(
    files: tuple[Path, ...], instrument: Instrument, answers: Responses
) -> dict[str, Responses]:
    """Read files of rosters in canonical columns.

    Parameters
    ----------
    files : tuple of Path
        Each with the column of the respondent's id and a column named as the roster.
    instrument : Instrument
        The questionnaire of the respondents.
    answers : Responses
        What the respondents answered; a row without its respondent is rejected.

    Raises
    ------
    ResponsesError
        If a file is of no roster, or two files are of one.
    """
    found: dict[str, Responses] = {}
    known = {roster.id.casefold(): roster for roster in instrument.rosters}
    for path in files:
        raw = read_table(path, expected=tuple(known))
        names = raw.plain_names
        ids = [known[name].id for name in names if name in known]
        if len(ids) != 1 or ids[0] in found:
            listed = ", ".join(roster.id for roster in instrument.rosters) or "none"
            raise ResponsesError(
                f"{path.name}: not the one file of a roster, which has a column for the number of "
                f"the row that is named as the roster; this questionnaire has: {listed}"
            )
        found[ids[0]] = bind_rows(raw, known[ids[0].casefold()], answers)
    return found


def bind_rows(raw: RawTable, roster: Roster, answers: Responses) -> Responses:
    """Bind the table of a roster to its questions, and reject rows that are of nobody.

    Raises
    ------
    ResponsesError
        If no column is a question of the roster.
    """
    bound = bind(raw, answers.instrument.roster(roster.id))
    kept, rejected = _kept(bound, roster, answers)
    gone = {entry.line for entry in rejected}
    respondents = bound.answers[bound.instrument.columns[0]].astype(str).to_dict()
    values = (
        replace(entry, respondent=respondents.get(entry.line, ""))
        for entry in bound.rejected
        if entry.scope == "row" or entry.line not in gone
    )
    every = sorted((*values, *rejected), key=lambda entry: (entry.line, entry.column))
    return replace(bound.subset(kept), rejected=tuple(every))


def _kept(
    bound: Responses, roster: Roster, answers: Responses
) -> tuple[NDArray[np.bool_], list[Rejected]]:
    """Return which rows stay, and the others with their reasons."""
    key = bound.instrument.columns[0]
    nameless = set(answers.respondents[answers.answers[key].astype("string").fillna("") == ""])
    allowed = {
        respondent: most
        for respondent, most in numbers_of_rows(roster, answers).items()
        if respondent not in nameless  # their place in the file is no id that a row may state
    }
    seen: set[tuple[str, float]] = set()
    kept, rejected = np.ones(len(bound.answers), dtype=bool), []
    columns = bound.answers[[key, roster.id]].itertuples(index=True, name=None)
    for place, (line, respondent, number) in enumerate(columns):
        found = _wrong(str(respondent), number, roster, allowed, seen)
        seen.add((str(respondent), number))
        if found is not None:
            kept[place] = False
            cells = tuple(plain_text(cell) for cell in bound.answers.iloc[place])
            code, reason = found
            rejected.append(rejected_row(code, RawRow(line, cells), str(respondent), reason))
    return kept, rejected


def _wrong(
    respondent: str,
    number: float,
    roster: Roster,
    allowed: Mapping[str, float],
    seen: set[tuple[str, float]],
) -> tuple[str, str] | None:
    """Return why a row cannot stay, with its code; nothing if it can."""
    if respondent not in allowed:
        return "ROW-003", f"no respondent '{respondent}' is among the answers"
    if not (number >= 1 and float(number).is_integer()):
        return "ROW-004", "the number of the row is not a whole number from 1"
    if (respondent, number) in seen:
        return "ROW-004", f"a second row {spell_number(number)} of the respondent"
    if number > allowed[respondent]:
        most = counted(int(allowed[respondent]), "row")
        return "ROW-005", f"the respondent was asked for {most} of '{roster.id}'"
    return None


def numbers_of_rows(roster: Roster, answers: Responses) -> dict[str, float]:
    """Return how many rows each respondent was asked for at most.

    Where the answer that says so is not in the file, or was rejected, it is the most there can be.
    """
    numbers = np.full(answers.n_respondents, float(roster.most))
    absent = set(answers.provenance.absent)
    if roster.count is not None and roster.count not in absent:
        stated = np.nan_to_num(answers.numbers([roster.count])[roster.count].to_numpy())
        unknown = answers.missing_kinds([roster.count])[roster.count] == REJECTED
        numbers = np.where(unknown, numbers, stated)
    condition = roster.page.condition
    if condition is not None and absent.isdisjoint(names(condition)):
        numbers = np.where(answers.where(condition), numbers, 0.0)
    return dict(zip(answers.respondents, numbers.tolist(), strict=True))


def with_summaries(answers: Responses, rosters: Mapping[str, Responses]) -> Responses:
    """Return the respondents' answers with what their rows sum up to.

    A summary is blank for who was not asked for rows, and for who has none in the table without
    being known to have none. Of no rows a count and a sum are 0, none is ``any``, and the rest is
    blank.
    """
    table, known = answers.answers.copy(), answers
    for roster in answers.instrument.rosters:
        if roster.id not in rosters:
            continue
        rows = rosters[roster.id]
        not_asked, without = _not_asked(roster, known), _without_rows(roster, known, rows)
        for id, function, values in _summaries(roster, rows):
            of_none = 0.0 if function in ("count", "sum", "any") else np.nan
            none = np.where(without, of_none, np.nan).tolist()
            pairs = zip(answers.respondents, none, strict=True)
            found = [values.get(respondent, blank) for respondent, blank in pairs]
            table[id] = np.where(not_asked, np.nan, found)
        known = _with_columns(known, table, {entry.id for entry in roster.summaries})
    return replace(answers, answers=table)


def _with_columns(answers: Responses, table: pd.DataFrame, there: set[str]) -> Responses:
    """Return answers with columns that were absent, on which a later roster may depend."""
    absent = tuple(name for name in answers.provenance.absent if name not in there)
    return replace(
        answers, answers=table.copy(), provenance=replace(answers.provenance, absent=absent)
    )


def without_unasked(answers: Responses) -> Responses:
    """Return answers of a platform in which -7 stands only for questions that were asked.

    A platform writes the same for "not shown" and "shown and skipped"; where summaries of rows
    decide, that is known once these are there (:func:`with_summaries`).
    """
    of_rows, table = decided_by_rows(answers.instrument), answers.answers.copy()
    for item in answers.instrument.questions:
        if not any(of_rows & set(names(condition)) for condition in item.conditions):
            continue
        unasked = ~np.logical_and.reduce([answers.where(tree) for tree in item.conditions])
        for column in item.columns:
            skipped = table[column].astype(str).isin((str(NOT_ANSWERED), f"{NOT_ANSWERED}.0"))
            blank = "" if item.kind in TEXT_KINDS else np.nan
            table.loc[(skipped & unasked).to_numpy(), column] = blank
    return replace(answers, answers=table)


def _not_asked(roster: Roster, answers: Responses) -> NDArray[np.bool_]:
    """Return who was not asked for rows; nobody where the file lacks what the page depends on."""
    condition = roster.page.condition
    if condition is None or not set(answers.provenance.absent).isdisjoint(names(condition)):
        return np.zeros(answers.n_respondents, dtype=bool)
    return ~answers.where(condition)


def _without_rows(roster: Roster, answers: Responses, rows: Responses) -> NDArray[np.bool_]:
    """Return who, among those asked, is known to have no rows.

    That is who stated none. Where respondents add rows, it is who is known to have been asked and
    has none in the file, not even one that was rejected.
    """
    if roster.count is not None:
        stated: NDArray[np.float64] = answers.numbers([roster.count])[roster.count].to_numpy()
        return np.asarray(stated == 0, dtype=np.bool_)
    rejected = {entry.respondent for entry in rows.rejected if entry.scope == "row"}
    none = np.array([one not in rejected for one in answers.respondents], dtype=bool)
    return none if roster.page.condition is None else none & answers.where(roster.page.condition)


def _summaries(roster: Roster, rows: Responses) -> Iterator[tuple[str, str, dict[str, float]]]:
    """Yield each summary with its function and its value for who has rows."""
    respondents = rows.answers[rows.instrument.columns[0]].astype(str)
    for entry in roster.summaries:
        assert isinstance(entry.value, Call)
        (inner,) = entry.value.arguments
        amounts = pd.Series(rows.amounts(inner), index=rows.answers.index)
        if entry.value.function in ("count", "any", "all"):
            amounts = (amounts != 0).where(amounts.notna()).astype(float)
        grouped = amounts.groupby(respondents.to_numpy())
        match entry.value.function:
            case "count":
                found = grouped.sum()
            case "sum":
                found = grouped.sum(min_count=1)
            case "any" | "max":
                found = grouped.max()
            case "all" | "min":
                found = grouped.min()
            case _:
                found = grouped.mean()
        values = {str(key): float(value) for key, value in found.items()}
        yield entry.id, entry.value.function, values
