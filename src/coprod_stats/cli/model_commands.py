"""``coprod sem``: fit a latent-variable model given as text, and compare nested models."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

import click

from coprod_stats.cli.file_roles import InputFile, InputName, OutputFile, command
from coprod_stats.cli.options import refuse_given, report_rejected, sheet_option
from coprod_stats.cli.output import STANDARD_OUTPUT, fail, say, warn
from coprod_stats.cli.sem_options import with_sem_options
from coprod_stats.errors import UnknownNameError
from coprod_stats.files.writing import committed_together, when_committed, write_file
from coprod_stats.latent_models.sem_options import declared_options
from coprod_stats.literals import DifferenceScaling

if TYPE_CHECKING:
    from coprod_stats.latent_models.modification import ModificationIndex
    from coprod_stats.latent_models.sem_fit import SemFit
    from coprod_stats.latent_models.specification import Specification

IMPROPER = 3
"""Exit status of a model that did not converge or is improper."""

_COMPARE = "compare"

_OF_RESULTS = frozenset({"engine", "modindices", "scores", "json"})
_OF_A_FIT = frozenset(
    {
        *(option.name for option in declared_options()),
        "data",
        "sheet",
        "instrument",
        "rotation_target",
    }
    | {"modindices", "scores", "emit"}
)
"""Options that need a fit, and those that show its results."""

Peer = Literal["lavaan", "mplus"]


@command(epilog="Example: coprod sem model.txt --data answers.csv --json fit.json")
@click.argument(
    "files",
    type=InputFile(or_text=True),
    nargs=-1,
    required=True,
    metavar="MODEL|compare FIT.json...",
    help="Model in lavaan's syntax, in a file or as text; or fits to compare.",
)
@click.option("--data", type=InputFile("sample_data"), help="Answers: CSV, XLSX, SPSS or Parquet.")
@sheet_option
@click.option(
    "--instrument", "-i", type=InputName("instruments"), help="Read the table by a questionnaire."
)
@with_sem_options
@click.option(
    "--rotation-target", type=InputFile(), help="CSV of target loadings, blank where unspecified."
)
@click.option("--modindices", is_flag=True, help="Modification indices.")
@click.option("--scores", type=OutputFile(suffixes=(".csv",)), help="Write factor scores as CSV.")
@click.option(
    "--emit",
    type=click.Choice(get_args(Peer)),
    help="Write a script for other software instead.",
)
@click.option(
    "--difference",
    type=click.Choice(get_args(DifferenceScaling)),
    metavar="SCALING",
    default="default",
    show_default=False,
    help=f"With compare: {', '.join(get_args(DifferenceScaling))}.",
)
@click.option(
    "--json",
    type=OutputFile(str, suffixes=(".json",)),
    metavar="FILE",
    help="Write JSON to a file, or - for output.",
)
def sem(
    files: tuple[str, ...],
    *,
    data: Path | None,
    sheet: str | None,
    instrument: str | None,
    rotation_target: Path | None,
    modindices: bool,
    scores: Path | None,
    emit: Peer | None,
    difference: DifferenceScaling,
    json: str | None,
    **options: Any,
) -> None:
    """Fit one latent-variable model; exit status 3 if the solution is improper."""
    if files[0] == _COMPARE:
        refuse_given(_OF_A_FIT, "without effect in coprod sem compare")
        _compare([Path(file) for file in files[1:]], difference, json)
        return
    refuse_given({"difference"}, "only in coprod sem compare")
    if len(files) > 1:
        raise click.UsageError("one model at a time")
    if data is None:
        raise click.UsageError("a model needs --data")
    from coprod_stats.instruments.shipped import find_shipped

    data = find_shipped("sample_data", data)
    if rotation_target is not None:
        target = {"target": _target(rotation_target)}
        options["rotation_args"] = (options["rotation_args"] or {}) | target
    table = _Table(data, instrument, sheet)
    check = options["engine"] == "lavaan"
    if check:
        options["engine"] = "core"
    asked = _specification(files[0], options)
    if emit is not None:
        refuse_given(_OF_RESULTS, "without effect with --emit")
        _emit(asked, table, emit)
        return
    fit = _fit(asked, table)
    with committed_together():
        if scores is not None:
            _write_scores(fit, scores)
        _show(fit, json, table.document(), modindices=modindices, check=check)
        if scores is not None:
            when_committed(lambda: warn(f"factor scores: {scores}"))
    if not fit.proper:
        sys.exit(IMPROPER)


def _specification(model: str, options: dict[str, Any]) -> Specification:
    from coprod_stats.latent_models.specification import Specification

    given = {name: value for name, value in options.items() if value is not None}
    return Specification(_model_text(model), **given)


def _model_text(model: str) -> str:
    """Return a model given in place of its file, or read the file.

    Every model has a relation, whose operator holds ``~`` or ``|`` after the name of a variable.
    """
    is_text = any(sign in model[1:] for sign in "~|") and not os.path.isfile(model)  # noqa: PTH113 - false for what cannot be a path
    return model if is_text else _text(Path(model))


def _target(path: Path) -> list[list[float | None]]:
    """Read target loadings: a row per item, a column per factor, no header."""
    import csv

    rows = [row for row in csv.reader(_text(path).splitlines()) if row]
    try:
        return [[float(c) if c.strip() not in ("", "NA") else None for c in row] for row in rows]
    except ValueError as error:
        fail(f"{path}: target loadings must be numbers or blank: {error}")


def _text(path: Path) -> str:
    from coprod_stats.files.reading import decode, read_bytes
    from coprod_stats.latent_models.errors import LatentModelError

    content = read_bytes(path, error=LatentModelError)
    return decode(content, path.name, error=LatentModelError)[0]


class _Table(NamedTuple):
    """A file of answers, and how it is read."""

    path: Path
    instrument: str | None = None
    sheet: str | None = None

    def columns(self, asked: Specification) -> dict[str, Any]:
        """Return the columns that a model names."""
        if self.instrument is None:
            from coprod_stats.responses.plain_columns import read_plain_columns

            return read_plain_columns(
                self.path, asked.columns, labels=asked.labels, sheet=self.sheet, note=warn
            )
        from coprod_stats.cli.options import bound_answers
        from coprod_stats.latent_models.frames import frame_columns

        responses = bound_answers(self.path, self.instrument, None, sheet=self.sheet)
        report_rejected(responses)
        return frame_columns(responses.values(list(responses.answers.columns)), asked.columns)

    def names(self) -> list[str]:
        """Return the names of all columns."""
        if self.instrument is None:
            from coprod_stats.responses.table_files import read_table

            return [name for name in read_table(self.path, sheet=self.sheet).header if name]
        from coprod_stats.cli.options import bound_answers

        answers = bound_answers(self.path, self.instrument, None, sheet=self.sheet).answers
        return list(answers.columns)

    @property
    def is_text(self) -> bool:
        """Whether other software reads the file as a CSV."""
        from coprod_stats.responses.table_files import format_of

        return format_of(self.path) == "csv"

    def document(self) -> dict[str, str]:
        """Return what the JSON of a fit states of its data."""
        from coprod_stats.responses.raw_table import read_bytes

        read_by = {"instrument": self.instrument, "sheet": self.sheet}
        named = {"file": self.path.as_posix(), "sha256": read_bytes(self.path)[1]}
        return named | {key: value for key, value in read_by.items() if value is not None}


def _fit(asked: Specification, table: _Table) -> SemFit:
    from coprod_stats.latent_models.engines.choice import fit_specification

    try:
        return fit_specification(asked, table.columns(asked))
    except UnknownNameError as error:
        # only needed once something is wrong
        from coprod_stats.suggestions import closest

        raise error.followed_by(closest(error.name, table.names())) from error


def _emit(asked: Specification, table: _Table, peer: Peer) -> None:
    """Print a script for other software; data for Mplus are written to the working folder."""
    if peer == "lavaan":
        from coprod_stats.latent_models.peers.lavaan_script import lavaan_script

        if table.instrument is not None:
            fail(
                "--emit lavaan: R would read the table without --instrument, codes of missing "
                "answers included; write a table of numbers first"
            )
        if not table.is_text:
            fail("--emit lavaan: the script reads a CSV; write the table as one first")
        has_design = asked.group is not None or asked.cluster is not None
        columns = table.columns(asked) if has_design else None
        say(lavaan_script(asked, table.path.as_posix(), columns).rstrip())
        return
    from coprod_stats.latent_models.peers.mplus_script import mplus_file_name, mplus_input

    file = Path(mplus_file_name(table.path.stem))
    written = mplus_input(asked, table.columns(asked), file.name)
    write_file(file, written.data)
    say(written.text.rstrip())
    warn(f"data for Mplus: {file}; the commands above belong into a file beside it")


def _write_scores(fit: SemFit, path: Path) -> None:
    """Write regression or modal scores, a row per row of the data; blank for rows not used."""
    import csv
    import io

    from coprod_stats.sem.factor_scores import factor_scores

    found = factor_scores(fit.core)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(found.latent)
    for row in found.scores.tolist():
        writer.writerow("" if math.isnan(score) else score for score in row)
    write_file(path, text.getvalue())


def _show(
    fit: SemFit, json: str | None, data_file: dict[str, str], *, modindices: bool, check: bool
) -> None:
    from coprod_stats.latent_models.sem_json import as_json, fit_document

    indices = _modification_indices(fit) if modindices else None
    if json != STANDARD_OUTPUT:
        say(str(fit))
        for index in indices or ():
            say(
                f"  {index.lhs} {index.op} {index.rhs} [{index.group}]  MI {index.mi:.3f}  "
                f"EPC {index.epc:.3f}  SEPC {index.sepc_all:.3f}"
            )
    document = fit_document(fit, modification_indices=indices, data_file=data_file)
    if check:
        document["engine_differences"] = _checked(fit, quiet=json == STANDARD_OUTPUT)
    if json == STANDARD_OUTPUT:
        when_committed(lambda: say(as_json(document).rstrip()))
    elif json is not None:
        write_file(json, as_json(document))
        when_committed(lambda: warn(f"written: {json}"))


def _modification_indices(fit: SemFit) -> tuple[ModificationIndex, ...]:
    from coprod_stats.latent_models.modification import modification_indices

    return modification_indices(fit)


def _checked(fit: SemFit, *, quiet: bool) -> list[dict[str, Any]]:
    """Compare with lavaan, and print the largest differences; what lavaan has as NA comes last."""
    from coprod_stats.latent_models.engines.lavaan_engine import lavaan_check

    check = lavaan_check(fit)
    found = sorted(
        check.differences,
        key=lambda row: -1.0 if math.isnan(row.difference) else abs(row.difference),
        reverse=True,
    )
    if not quiet:
        say(f"\nLargest differences from lavaan {check.version} (relative above 1):")
        if not check.converged:
            say(
                "  lavaan did not converge: its numbers are no solution, and it has no fit measures"
            )
        for row in found[:10]:
            theirs = "NA" if math.isnan(row.theirs) else f"{row.theirs:.7f}"
            apart = "" if math.isnan(row.difference) else f"{row.difference:.1e}"
            say(f"  {row.name:<32}{row.what:<5}{row.ours:>14.7f}{theirs:>14}{apart:>12}".rstrip())
    return [
        {"name": row.name, "what": row.what}
        | {
            engine: value
            for engine, value in (("core", row.ours), ("lavaan", row.theirs))
            if math.isfinite(value)
        }
        for row in found
    ]


def _compare(paths: Sequence[Path], scaling: DifferenceScaling, json: str | None) -> None:
    from coprod_stats.cli.comparison_output import comparison_document, comparison_lines
    from coprod_stats.cli.output import write_json
    from coprod_stats.latent_models.comparison import compare_documents

    documents = {path.as_posix(): _stored_fit(path) for path in paths}
    compared = compare_documents(documents, _columns_again, scaling)
    if json != STANDARD_OUTPUT:
        for line in comparison_lines(compared):
            say(line)
    if json is not None:
        write_json(comparison_document(compared), json)


def _stored_fit(path: Path) -> dict[str, Any]:
    from coprod_stats.files.reading import parse_json
    from coprod_stats.latent_models.errors import LatentModelError

    try:
        document = parse_json(_text(path))
    except ValueError as error:
        raise LatentModelError(f"{path}: no JSON of a fit: {error}") from error
    if not isinstance(document, dict):
        raise LatentModelError(f"{path}: no JSON of a fit")
    return document


def _columns_again(data: Any, asked: Specification) -> dict[str, Any]:
    from coprod_stats.latent_models.errors import LatentModelError

    table = _Table(Path(data["file"]), data.get("instrument"), data.get("sheet"))
    if table.document()["sha256"] != data["sha256"]:
        raise LatentModelError(f"{table.path}: the data have changed since the models were fitted")
    return table.columns(asked)
