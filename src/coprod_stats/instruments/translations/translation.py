"""Status of translations, sheets for translators, and a pseudo-language for tests."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from coprod_stats.control_characters import control_character, with_line_feeds
from coprod_stats.errors import CoprodError
from coprod_stats.files.archives import saved
from coprod_stats.files.reading import check_archive, decode, read_bytes
from coprod_stats.files.writing import write_file
from coprod_stats.instruments.questions import TranslationStatus
from coprod_stats.instruments.shipped import find_shipped
from coprod_stats.instruments.source.reading import read_draft, read_shape, translations_file
from coprod_stats.instruments.source.shown_texts import shown_texts
from coprod_stats.instruments.source.written_texts import PLACEHOLDER
from coprod_stats.instruments.source.yaml_source import read_yaml
from coprod_stats.instruments.spreadsheet_text import guarded, unguarded
from coprod_stats.instruments.translations.overlay import (
    PlacedText,
    TranslationsForm,
    placed_texts,
)
from coprod_stats.suggestions import closest

COLUMNS = ("key", "source", "translation", "status")
_DELIMITERS = (",", ";", "\t")
"""A sheet that a spreadsheet saved as CSV, or as Unicode text with tabulators in UTF-16."""
PSEUDO_LANGUAGE = "qps"


class TranslationError(CoprodError):
    """A sheet of translations that cannot be used."""


@dataclass(frozen=True, slots=True)
class TranslationRow:
    """One text that respondents see, with its translation; one row of the translators' sheet."""

    key: str
    source: str
    translation: str
    status: TranslationStatus


def translation_rows(
    name: str | Path, language: str, *, form: str | None = None
) -> tuple[TranslationRow, ...]:
    """Return every text that respondents see, with its translation and the status of that.

    Parameters
    ----------
    name : str or Path
        Shipped id or path of a questionnaire.
    language : str
        Code of the language; one that the questionnaire does not declare is missing throughout.
    form : str, optional
        Only texts that this form needs.

    Raises
    ------
    InstrumentError
        If the questionnaire has faults.
    """
    draft = read_draft(name)
    if form is not None and form not in draft.form.forms:
        raise TranslationError(
            f"questionnaire '{draft.form.instrument}' has no form '{form}'; it has: "
            f"{', '.join(draft.form.forms)}{closest(form, draft.form.forms)}"
        )
    kept = _kept(Path(find_shipped("instruments", name)), language)
    shown = {text.key for text in shown_texts(draft) if form is None or form in text.forms}
    return tuple(
        _row(text, draft.form.languages[0], language, kept)
        for text in placed_texts(draft.form, draft.source)
        if text.key in shown
    )


def _row(
    text: PlacedText, first: str, language: str, kept: TranslationsForm | None
) -> TranslationRow:
    source, translation = text.by_language[first], text.by_language.get(language, "")
    entry = None if kept is None else kept.texts.get(text.key)
    status: TranslationStatus = "draft" if translation else "missing"
    if entry is not None and kept is not None:
        status = (entry.status or kept.status) if entry.source == source else "outdated"
        translation = entry.translation
    return TranslationRow(text.key, source, translation, status)


def _kept(path: Path, language: str) -> TranslationsForm | None:
    file = translations_file(path, language)
    return read_shape(TranslationsForm, read_yaml(file))[0] if file.exists() else None


def status_counts(rows: Sequence[TranslationRow]) -> Mapping[TranslationStatus, int]:
    """Count the texts by the status of their translation."""
    return Counter(row.status for row in rows)


def write_sheet(rows: Sequence[TranslationRow], path: Path) -> None:
    """Write the translators' sheet: a row per text, as CSV (UTF-8) or XLSX by the file's suffix.

    In a CSV, a text that a spreadsheet might execute as a formula is preceded by an apostrophe,
    which ``read_sheet`` removes; an XLSX marks every cell as text.
    """
    table = [COLUMNS, *((row.key, row.source, row.translation, row.status) for row in rows)]
    if path.suffix.casefold() == ".xlsx":
        from openpyxl import Workbook  # a third of a second to import

        book = Workbook()
        sheet = book.active
        assert sheet is not None
        for line in table:
            # what looks guarded is guarded once more: the sheet may be saved as a CSV in between
            sheet.append([cell if unguarded(cell) == cell else guarded(cell) for cell in line])
            for cell in sheet[sheet.max_row]:
                cell.data_type = "s"  # a text that begins with '=' is no formula
        for column, width in zip("ABCD", (24, 70, 70, 12), strict=True):
            sheet.column_dimensions[column].width = width
        write_file(path, saved(book))
        return
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(map(guarded, line) for line in table)
    write_file(path, text.getvalue().encode("utf-8-sig"))


def read_sheet(path: Path) -> tuple[TranslationRow, ...]:
    """Read a translators' sheet back; rows without a translation are omitted.

    Raises
    ------
    TranslationError
        If the file cannot be read, columns or keys are missing or duplicated, a status is invalid,
        or a text has a control character.
    """
    header, *lines = _table(path) or [[]]
    if missing := [name for name in COLUMNS[:3] if name not in header]:
        raise TranslationError(f"{path.name}: the sheet lacks the columns {', '.join(missing)}")
    rows: dict[str, TranslationRow] = {}
    for number, line in enumerate(lines, 2):
        texts = [with_line_feeds(unguarded(cell)) for cell in line]
        if found := control_character("".join(texts)):
            raise TranslationError(
                f"{path.name}, row {number}: a text with the control character {found}; remove it"
            )
        cells = dict(zip(header, texts, strict=False))
        key, translation = cells.get("key", "").strip(), cells.get("translation", "").strip()
        if not key and not any(line):
            continue
        if not key or key in rows:
            raise TranslationError(f"{path.name}, row {number}: the key is missing or duplicated")
        status = cells.get("status", "").strip() or "draft"
        if status not in ("missing", "outdated", "draft", "validated"):
            raise TranslationError(f"{path.name}, row {number}: '{status}' is not a status")
        if translation:
            settled: TranslationStatus = "validated" if status == "validated" else "draft"
            rows[key] = TranslationRow(key, cells.get("source", ""), translation, settled)
    return tuple(rows.values())


def rows_of_sheet(
    sheet: Path, name: str | Path, language: str
) -> tuple[tuple[TranslationRow, ...], tuple[str, ...]]:
    """Read a translators' sheet beside the questionnaire that it translates.

    Returns
    -------
    tuple of TranslationRow
        All texts of the questionnaire: those of the sheet, outdated where their original has
        changed since, and the others as missing.
    tuple of str
        Keys of the sheet that the questionnaire does not have.

    Raises
    ------
    TranslationError
        As by :func:`read_sheet`.
    InstrumentError
        If the questionnaire has faults.
    """
    given = {row.key: row for row in read_sheet(sheet)}
    draft = read_draft(name)
    rows = [_beside(given.pop(row.key, None), row) for row in translation_rows(name, language)]
    unseen = {text.key for text in placed_texts(draft.form, draft.source)}
    rows += [given.pop(key) for key in [*given] if key in unseen]
    return tuple(rows), tuple(given)


def _beside(given: TranslationRow | None, known: TranslationRow) -> TranslationRow:
    """Return what a sheet says of a text that a questionnaire has."""
    if given is None:
        return replace(known, translation="", status="missing")
    return given if given.source == known.source else replace(given, status="outdated")


def _table(path: Path) -> list[list[str]]:
    if path.suffix.casefold() == ".xlsx":
        # a third of a second to import
        from zipfile import BadZipFile

        from openpyxl import load_workbook

        content = read_bytes(path, error=TranslationError)
        try:
            check_archive(path.name, content, error=TranslationError)
            sheet = load_workbook(io.BytesIO(content)).active
        except (BadZipFile, KeyError, ValueError) as error:
            raise TranslationError(f"{path.name}: not a readable XLSX file") from error
        assert sheet is not None
        return [
            ["" if cell is None else str(cell) for cell in line]
            for line in sheet.iter_rows(values_only=True)
        ]
    text, _ = decode(read_bytes(path, error=TranslationError), path.name, error=TranslationError)
    first_line = text.partition("\n")[:1]

    def n_known(delimiter: str) -> int:
        cells = next(csv.reader(first_line, delimiter=delimiter), [])
        return sum(name in cells for name in COLUMNS)

    try:
        delimiter = max(_DELIMITERS, key=n_known)
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise TranslationError(f"{path.name}: not a readable sheet: {error}") from error


def translations_text(
    rows: Sequence[TranslationRow], *, instrument: str, language: str, note: str = ""
) -> str:
    """Return the file of translations for ``read_instrument``, of what is translated."""
    lines = [f"instrument: {instrument}", f"language: {language}", "status: draft"]
    lines += [f"note: {_quoted(note)}"] if note else []
    lines.append("texts:")
    for row in rows:
        if row.status == "missing":
            continue
        lines += [
            f"  {_quoted(row.key)}:",
            f"    source: {_quoted(row.source)}",
            f"    translation: {_quoted(row.translation)}",
        ]
        lines += ["    status: validated"] if row.status == "validated" else []
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


_ACCENTS = str.maketrans("aceinosuyzACEINOSUYZ", "áçéíñöšüýžÁÇÉÍÑÖŠÜÝŽ")


def pseudo_translation(text: str) -> str:
    """Return a text in a language for tests: accented, a third longer, bracketed, still readable.

    Placeholders stay as they are. Text shown without brackets was never translated; text that is
    cut off leaves no room for a longer language.
    """
    parts = re.split(r"(\[[A-Z][A-Z0-9]*\])", text)
    accented = "".join(
        part if PLACEHOLDER.fullmatch(part) else part.translate(_ACCENTS) for part in parts
    )
    return f"⟦{accented}{' ~' * (len(text) // 6)}⟧"


def pseudo_rows(name: str | Path, *, form: str | None = None) -> Iterator[TranslationRow]:
    """Translate a questionnaire into the pseudo-language, for tests of everything else."""
    for row in translation_rows(name, PSEUDO_LANGUAGE, form=form):
        yield TranslationRow(row.key, row.source, pseudo_translation(row.source), "draft")
