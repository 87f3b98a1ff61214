"""``coprod sem``: fit a latent-variable model given as text, and compare nested models."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import click

from coprod_stats.cli.options import FILE, refuse_given, report_rejected, sheet_option
from coprod_stats.cli.output import STANDARD_OUTPUT, fail, say, warn
from coprod_stats.cli.sem_options import with_sem_options
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


@click.command(epilog="Example: coprod sem model.txt --data answers.csv --json fit.json")
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="MODEL|compare FIT.json...",
    help="File with the model in lavaan's syntax; or fits to compare.",
)
@click.option("--data", type=FILE, help="Answers: CSV, XLSX, SPSS or Parquet.")
@sheet_option
@click.option("--instrument", help="Read the table by a questionnaire.")
@with_sem_options
@click.option(
    "--rotation-target", type=FILE, help="CSV of target loadings, blank where unspecified."
)
@click.option("--modindices", is_flag=True, help="Modification indices.")
@click.option("--scores", type=FILE, help="Write factor scores as CSV.")
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
@click.option("--json", metavar="FILE", help="Write JSON to a file, or - for output.")
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
    asked = _specification(Path(files[0]), options)
    if emit is not None:
        refuse_given(_OF_RESULTS, "without effect with --emit")
        _emit(asked, table, emit)
        return
    fit = _fit(asked, table)
    _show(fit, json, table.document(), modindices=modindices, check=check)
    if scores is not None:
        _write_scores(fit, scores)
    if not fit.proper:
        sys.exit(IMPROPER)


def _specification(model: Path, options: dict[str, Any]) -> Specification:
    from coprod_stats.latent_models.specification import Specification

    given = {name: value for name, value in options.items() if value is not None}
    return Specification(_text(model), **given)


def _target(path: Path) -> list[list[float | None]]:
    """Read target loadings: a row per item, a column per factor, no header."""
    import csv

    rows = [row for row in csv.reader(_text(path).splitlines()) if row]
    try:
        return [[float(c) if c.strip() not in ("", "NA") else None for c in row] for row in rows]
    except ValueError as error:
        fail(f"{path}: target loadings must be numbers or blank: {error}")


def _text(path: Path) -> str:
    from coprod_stats.input_files import decode, read_bytes
    from coprod_stats.latent_models.errors import LatentModelError

    content = read_bytes(path, error=LatentModelError)
    return decode(content, path.name, error=LatentModelError)[0]


@dataclass(frozen=True, slots=True)
class _Table:
    """A file of answers, and how it is read."""

    path: Path
    instrument: str | None = None
    sheet: str | None = None

    def columns(self, asked: Specification) -> dict[str, Any]:
        """Return the columns that a model names."""
        if self.instrument is None:
            from coprod_stats.responses.plain_columns import read_plain_columns

            return read_plain_columns(
                self.path, asked.columns, labels=asked.labels, sheet=self.sheet
            )
        from coprod_stats.cli.options import bound_answers
        from coprod_stats.latent_models.frames import frame_columns

        responses = bound_answers(self.path, self.instrument, None, sheet=self.sheet)
        report_rejected(responses)
        return frame_columns(responses.values(list(responses.answers.columns)), asked.columns)

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

    return fit_specification(asked, table.columns(asked))


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
        say(lavaan_script(asked, table.path.as_posix()).rstrip())
        return
    from coprod_stats.latent_models.peers.mplus_script import mplus_input

    file = Path(f"{table.path.stem}.mplus.dat")
    written = mplus_input(asked, table.columns(asked), file.name)
    file.write_text(written.data, encoding="ascii")
    say(written.text.rstrip())
    warn(f"data for Mplus: {file}; the commands above belong into a file beside it")


def _write_scores(fit: SemFit, path: Path) -> None:
    """Write regression or modal scores, a row per row of the data; blank for rows not used."""
    import csv

    from coprod_stats.sem.factor_scores import factor_scores

    found = factor_scores(fit.core)
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(found.latent)
        for row in found.scores.tolist():
            writer.writerow("" if math.isnan(score) else score for score in row)


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
        say(as_json(document).rstrip())
    elif json is not None:
        Path(json).write_text(as_json(document), encoding="utf-8")


def _modification_indices(fit: SemFit) -> tuple[ModificationIndex, ...]:
    from coprod_stats.latent_models.modification import modification_indices

    return modification_indices(fit)


def _checked(fit: SemFit, *, quiet: bool) -> list[dict[str, Any]]:
    """Compare with lavaan, and print the largest differences."""
    from coprod_stats.latent_models.engines.comparison import engine_differences

    found = sorted(engine_differences(fit, "lavaan"), key=lambda row: -abs(row.difference))
    if not quiet:
        say("\nLargest differences from lavaan (relative above 1):")
        for row in found[:10]:
            say(
                f"  {row.name:<32}{row.what:<5}{row.ours:>14.7f}{row.theirs:>14.7f}"
                f"{row.difference:>12.1e}"
            )
    return [
        {"name": row.name, "what": row.what, "core": row.ours, "lavaan": row.theirs}
        for row in found
    ]


def _compare(paths: list[Path], scaling: DifferenceScaling, json: str | None) -> None:
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
    from coprod_stats.input_files import parse_json
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
