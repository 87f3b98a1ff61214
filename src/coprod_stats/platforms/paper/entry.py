"""The workbook in which answers given on paper are entered: a row for each respondent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from coprod_stats.files.archives import saved
from coprod_stats.instruments.language.numbers import spell_number
from coprod_stats.instruments.language.tree import Logic
from coprod_stats.instruments.language.wording import condition_in_words
from coprod_stats.instruments.model import MISSING_CODES, Instrument
from coprod_stats.platforms.codebooks.labelled_variables import LabelledVariable, labelled_variables

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

LAST_ROW = 5_001
"""Rows that the entry is checked in: one for each of 5,000 respondents below the heading."""
INLINE_LIST, PROMPT, PROMPT_TITLE = 255, 255, 32
"""Longest list of codes, help text and its title that a workbook holds, in characters."""
CODEBOOK_HEADER = ("column", "text", "kind", "codes", "no answer", "asked if")
CODEBOOK_WIDTHS = (14, 60, 14, 50, 30, 50)
NUMBER_WIDTH = 9
MISSING_USES = (
    ("(blank)", "not asked", "the routing led past the question, or this version does not have it"),
    ("-7", MISSING_CODES[-7], "the question was there for this person, and nothing is marked"),
    ("-8", MISSING_CODES[-8], "the box for this is ticked, or it is written beside the question"),
    ("-9", MISSING_CODES[-9], "the box for this is ticked, or it is written beside the question"),
)


def entry_workbook(
    instrument: Instrument, *, language: str, numbers: Mapping[str, Mapping[str, str]]
) -> bytes:
    """Write the workbook for data entry, the same bytes every time.

    The first sheet, ``answers``, has the canonical columns; each cell is checked as it is typed
    and shows its question and codes. ``codebook`` and ``missing`` explain them. The filled
    workbook, or its first sheet saved as CSV, is read by ``coprod responses import``.

    Parameters
    ----------
    instrument : Instrument
        In the form that is printed, all versions together.
    language : str
        Language of questions and labels.
    numbers : mapping of str to mapping of str to str
        Number of each item by the code of the printed version, which is empty for the only one.
    """
    # openpyxl takes .2 s to load
    from openpyxl import Workbook

    variables = tuple(labelled_variables(instrument, language))
    workbook = Workbook()
    answers: Worksheet = workbook.worksheets[0]
    answers.title = "answers"
    lists = workbook.create_sheet("lists")
    for place, variable in enumerate(variables, 1):
        _entry_column(answers, lists, place, variable)
    answers.freeze_panes = "B2"
    questions = [f"question {code}".rstrip() for code in numbers]
    _sheet(
        workbook,
        "codebook",
        (*questions, *CODEBOOK_HEADER),
        _codebook(instrument, variables, numbers),
        (*(NUMBER_WIDTH for _ in questions), *CODEBOOK_WIDTHS),
    )
    _sheet(workbook, "missing", ("enter", "means", "when"), MISSING_USES, (10, 20, 70))
    workbook.move_sheet("lists", 2)
    lists.sheet_state = "hidden"
    return saved(workbook)


def _entry_column(
    answers: Worksheet, lists: Worksheet, place: int, variable: LabelledVariable
) -> None:
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    letter = get_column_letter(place)
    heading = answers.cell(1, place, variable.name)
    heading.font = Font(bold=True)
    answers.column_dimensions[letter].width = max(9, len(variable.name) + 2)
    if not variable.numeric:
        # texts stay texts: 007 keeps its zeros, and =1+1 is not computed
        answers.column_dimensions[letter].number_format = "@"
    kind, formula = _allowed(variable, letter, lists, place)
    check = DataValidation(
        type=kind,
        formula1=formula,
        allow_blank=True,
        showErrorMessage=kind is not None,
        showInputMessage=True,
        errorTitle=variable.name[:PROMPT_TITLE],
        error="This code or number is not allowed here; see the sheet 'codebook'.",
        promptTitle=variable.name[:PROMPT_TITLE],
        prompt=_prompt(variable),
    )
    check.add(f"{letter}2:{letter}{LAST_ROW}")
    answers.add_data_validation(check)


def _allowed(
    variable: LabelledVariable, letter: str, lists: Worksheet, place: int
) -> tuple[str | None, str | None]:
    """Return kind and formula of the check of a column; none for a text."""
    codes = [code for code, _ in (*variable.values, *variable.missing)]
    if variable.values:
        inline = f'"{",".join(map(str, codes))}"'
        if len(inline) <= INLINE_LIST:
            return "list", inline
        for row, code in enumerate(codes, 1):
            lists.cell(row, place, code)
        return "list", f"lists!${letter}$1:${letter}${len(codes)}"
    if not variable.numeric:
        return None, None
    cell = f"{letter}2"
    limits = [f"ISNUMBER({cell})"]
    limits += [f"{cell}>={spell_number(variable.minimum)}"] if variable.minimum is not None else []
    limits += [f"{cell}<={spell_number(variable.maximum)}"] if variable.maximum is not None else []
    whole = variable.whole or variable.kind == "rank"
    limits += [f"{cell}=INT({cell})"] if whole else []
    reasons = "".join(f",{cell}={code}" for code in codes)
    return "custom", f"OR(AND({','.join(limits)}){reasons})"


def _prompt(variable: LabelledVariable) -> str:
    coded = "\n".join(f"{code} {label}" for code, label in variable.values)
    text = f"{variable.label}\n{coded}".strip()
    return text if len(text) <= PROMPT else f"{text[: PROMPT - 1]}…"


def _codebook(
    instrument: Instrument,
    variables: Sequence[LabelledVariable],
    numbers: Mapping[str, Mapping[str, str]],
) -> Iterator[tuple[str, ...]]:
    asked = {item.id: item for item in instrument.questions}
    for variable in variables:
        item = asked.get(variable.item)
        conditions = () if item is None else item.conditions
        together = conditions[0] if len(conditions) == 1 else Logic("and", tuple(conditions))
        yield (
            *(of_version.get(variable.item, "") for of_version in numbers.values()),
            variable.name,
            variable.label,
            variable.kind,
            _coded(variable.values) or _range(variable),
            _coded(variable.missing),
            condition_in_words(together, instrument) if conditions else "",
        )


def _coded(values: Sequence[tuple[int, str]]) -> str:
    return "; ".join(f"{code} = {label}" for code, label in values)


def _range(variable: LabelledVariable) -> str:
    if variable.dates is not None:
        ends = (("from", variable.dates.first), ("to", variable.dates.last))
        days = (f"{word} {end}" for word, end in ends if end is not None)
        return " ".join(["date as YYYY-MM-DD", *days])
    if not variable.numeric:
        return "time as HH:MM" if variable.kind == "time" else "text"
    bounds = [("from", variable.minimum), ("to", variable.maximum)]
    given = (f"{word} {spell_number(bound)}" for word, bound in bounds if bound is not None)
    return " ".join(["number", *given])


def _sheet(
    workbook: Any,
    title: str,
    header: Sequence[str],
    rows: Iterator[tuple[str, ...]] | Sequence[tuple[str, ...]],
    widths: Sequence[float],
) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    sheet = workbook.create_sheet(title)
    for place, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    for line, cells in enumerate([header, *rows], 1):
        for place, text in enumerate(cells, 1):
            cell = sheet.cell(line, place, text)
            cell.data_type = "s"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.font = Font(bold=line == 1)
    sheet.freeze_panes = "A2"
