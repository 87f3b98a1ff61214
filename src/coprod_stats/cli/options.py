"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from coprod_stats.cli.file_roles import TABLE, InputFile, InputName, OutputFile
from coprod_stats.cli.output import warn
from coprod_stats.counts import counted
from coprod_stats.literals import FileFormat

if TYPE_CHECKING:
    from coprod_stats.instruments.model import Instrument
    from coprod_stats.responses.table import Responses

data_argument = click.argument(
    "data", type=InputFile("sample_data"), help="Answers: CSV, XLSX, SPSS or Parquet."
)
name_argument = click.argument(
    "name", type=InputName("instruments"), help="Shipped id or path of a questionnaire."
)
instrument_option = click.option(
    "--instrument",
    "-i",
    type=InputName("instruments"),
    required=True,
    help="Shipped id or path of the questionnaire.",
)
form_option = click.option("--form", help="Form of the questionnaire; its first by default.")
module_option = click.option(
    "--module", multiple=True, help="Module to insert; may be given several times."
)
json_option = click.option(
    "--json",
    type=OutputFile(str, suffixes=(".json",)),
    metavar="FILE",
    help="Write the numbers as JSON to a file, or - for output.",
)
sheet_option = click.option(
    "--sheet", help="Name or number of a sheet of a workbook; the first by default."
)
out_option = click.option("--out", "-o", type=OutputFile(suffixes=TABLE), help="File to write.")
seed_option = click.option("--seed", type=click.IntRange(min=0), help="Seed of the random numbers.")


def refuse_given(names: Collection[str], why: str) -> None:
    """Refuse those of the options that are not at their default.

    Raises
    ------
    click.UsageError
        Naming them.
    """
    context = click.get_current_context()
    given = [
        option.opts[0]
        for option in context.command.params
        if option.name in names
        and context.get_parameter_source(option.name) is ParameterSource.COMMANDLINE
        and context.params[option.name] != option.default
    ]
    if given:
        raise click.UsageError(f"{why}: {', '.join(given)}")


def instrument_in_form(name: str, form: str | None, modules: Sequence[str] = ()) -> Instrument:
    """Read a questionnaire in the form asked for, or in its first, with these modules."""
    from coprod_stats.instruments.source.reading import read_instrument

    instrument = read_instrument(name, modules=modules)
    return instrument.for_form(form or instrument.forms[0].id)


def bound_answers(
    data: Path,
    instrument: str,
    form: str | None,
    modules: Sequence[str] = (),
    *,
    source: FileFormat | None = None,
    sheet: str | None = None,
) -> Responses:
    """Read answers, or a shipped sample by its name, and bind them to their questionnaire."""
    from coprod_stats.instruments.shipped import find_shipped
    from coprod_stats.responses.reading import read_responses

    questionnaire = instrument_in_form(instrument, form, modules)
    file = find_shipped("sample_data", data)
    return read_responses(file, questionnaire, source=source, sheet=sheet)


def report_rejected(responses: Responses) -> None:
    """Report on standard error how much of a file was rejected, if anything was."""
    rows = responses.n_rejected_rows
    values = sum(entry.scope == "value" for entry in responses.rejected)
    columns = {entry.column for entry in responses.rejected if entry.scope == "column"}
    if responses.rejected:
        warn(
            f"{responses.provenance.file}: rejected {counted(rows, 'row')}, "
            f"{counted(values, 'value')} and {counted(len(columns), 'column')}; "
            "'coprod responses import' lists them with reasons"
        )
