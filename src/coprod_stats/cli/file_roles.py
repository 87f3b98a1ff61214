"""Which options of a command name files that it reads, and which files that it writes.

Every command states this by the types of its parameters. Before it reads anything, outputs that are
also inputs are refused, and so are those that could not be written.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import combinations, product
from pathlib import Path
from typing import Any, NamedTuple

import click
from click.types import StringParamType

from coprod_stats.cli.output import STANDARD_OUTPUT
from coprod_stats.files.commit import finish_interrupted
from coprod_stats.files.same_file import same_file
from coprod_stats.files.staged_file import refuse_unwritable
from coprod_stats.files.writing import inputs_kept, is_stream
from coprod_stats.instruments.shipped import Shelf, find_shipped

_WITHOUT_FOLDER = ("dev", "proc")
TABLE = (".csv", ".xlsx", ".parquet", ".pq")
"""Endings of names under which tables of answers, scores and flags are written."""
QUESTIONNAIRE = (".yaml", ".yml")
_STATES_A_FORMAT = frozenset(
    {
        *TABLE,
        *QUESTIONNAIRE,
        *(".xls", ".xlsm", ".xlsb", ".ods", ".sav", ".zsav", ".por", ".dta", ".sas7bdat", ".rds"),
        *(".rda", ".rdata", ".feather", ".json", ".jsonl", ".html", ".htm", ".pdf", ".doc"),
        *(".docx", ".odt", ".zip", ".gz"),
    }
)
"""Endings by which programs and people take a file for what it is."""


class InputFile(click.Path):
    """A file that a command reads; with a shelf, also a shipped one by its name.

    Parameters
    ----------
    shelf : str, optional
        Where it may be shipped.
    or_text : bool
        Whether the text itself may stand for a file with it; the value is then a ``str``.
    """

    def __init__(self, shelf: Shelf | None = None, *, or_text: bool = False) -> None:
        super().__init__(path_type=str if or_text else Path)
        self.shelf = shelf
        self.or_text = or_text


class InputName(StringParamType):
    """The shipped id or the path of a questionnaire or a plan.

    Parameters
    ----------
    shelf : str
        Where it is shipped.
    answers : bool
        Whether the command also reads the answers that the file names.
    """

    def __init__(self, shelf: Shelf, *, answers: bool = True) -> None:
        self.shelf: Shelf | None = shelf
        self.answers = answers


class OutputFile(click.Path):
    """A file that a command writes, with what it writes beside it.

    Parameters
    ----------
    path_type : type
        Class of the value.
    companions : callable
        From the path to those of the files written beside it.
    suffixes : collection of str
        Endings of names that state a format in which it is written; another ending that states a
        format is refused, since the file would not be what its name says.
    """

    def __init__(
        self,
        path_type: type = Path,
        *,
        companions: Companions | None = None,
        suffixes: Sequence[str] = (),
    ) -> None:
        super().__init__(path_type=path_type)
        self.companions = companions or (lambda _: ())
        self.suffixes = suffixes


Companions = Callable[[Path], Iterable[Path]]


class OutputFolder(click.Path):
    """A folder into which a command writes; made where there is none."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)


class NamedFile(NamedTuple):
    """A file that was named on the command line, with the parameter that named it."""

    path: Path
    parameter: click.Parameter

    @property
    def name(self) -> str:
        """The parameter as messages name it."""
        return self.parameter.get_error_hint(None)


class FileCommand(click.Command):
    """A command that leaves its inputs as they are."""

    def invoke(self, ctx: click.Context) -> Any:
        """Refuse outputs that are inputs, cannot be written or belie their name, then go on."""
        inputs, outputs = list(_inputs(ctx)), list(_outputs(ctx))
        for folder in sorted({file.path.parent for file in (*inputs, *outputs)}):
            finish_interrupted(folder)
        known = [(file.path, f"which {file.name} names") for file in inputs]
        if any(file.path.exists() for file in outputs):
            from coprod_stats.cli.named_files import files_behind

            known += [
                (path, f"which {document.name} reads")
                for document in inputs
                for path in files_behind(
                    document.path,
                    answers=getattr(document.parameter.type, "answers", True),
                    any_suffix=isinstance(document.parameter.type, InputName),
                )
            ]
        for (path, why), output in product(known, outputs):
            if same_file(path, output.path):
                _refuse(ctx, output, f"{output.path} is the file {why}: it would be overwritten")
        for one, other in combinations(outputs, 2):
            if same_file(one.path, other.path):
                _refuse(ctx, other, f"{other.path} is also written as {one.name}")
        _refuse_other_formats(ctx)
        for output in outputs:
            _refuse_unplaceable(output)
        with inputs_kept(path for path, _ in known):
            return super().invoke(ctx)


command = partial(click.command, cls=FileCommand)
"""As ``click.command``, for a command that names files."""


def _named(ctx: click.Context, *types: type) -> Iterator[tuple[click.Parameter, str]]:
    for parameter in ctx.command.params:
        if isinstance(parameter.type, types):
            value = ctx.params.get(parameter.name or "")
            for each in value if isinstance(value, tuple) else (value,):
                if each is not None and str(each) != STANDARD_OUTPUT:
                    yield parameter, str(each)


def _inputs(ctx: click.Context) -> Iterator[NamedFile]:
    for parameter, value in _named(ctx, InputFile, InputName):
        if getattr(parameter.type, "or_text", False) and not os.path.isfile(value):  # noqa: PTH113 - false for what cannot be a path
            continue
        shelf = getattr(parameter.type, "shelf", None)
        yield NamedFile(Path(value) if shelf is None else find_shipped(shelf, value), parameter)


def _outputs(ctx: click.Context) -> Iterator[NamedFile]:
    for parameter, value in _named(ctx, OutputFile, OutputFolder):
        path = Path(value)
        yield NamedFile(path, parameter)
        if isinstance(parameter.type, OutputFile) and path.name:  # "." is refused as a folder
            for beside in parameter.type.companions(path):
                if path.absolute().parts[1:2] and path.absolute().parts[1] in _WITHOUT_FOLDER:
                    _refuse(
                        ctx,
                        NamedFile(path, parameter),
                        f"there is no place for {beside.name} beside {path}; name a file",
                    )
                yield NamedFile(beside, parameter)


def _refuse_other_formats(ctx: click.Context) -> None:
    for parameter, value in _named(ctx, OutputFile):
        suffixes = getattr(parameter.type, "suffixes", ())
        suffix = Path(value).suffix.lower()
        if suffixes and suffix in _STATES_A_FORMAT.difference(suffixes):
            *others, last = suffixes
            written = f"{', '.join(others)} or {last}" if others else last
            _refuse(
                ctx, NamedFile(Path(value), parameter), f"{value}: what is written is {written}"
            )


def _refuse(ctx: click.Context, output: NamedFile, why: str) -> None:
    raise click.BadParameter(why, ctx=ctx, param=output.parameter)


def _refuse_unplaceable(output: NamedFile) -> None:
    """Raise the error that writing will raise, before the work of a command and not after it."""
    path = output.path
    folder = isinstance(output.parameter.type, OutputFolder)
    if folder and path.exists() and not path.is_dir():
        raise OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path))
    if folder or is_stream(path):
        return
    if path.exists():
        refuse_unwritable(path)
    place = Path(os.path.realpath(path)).parent
    if not place.is_dir():
        number = errno.ENOTDIR if place.exists() else errno.ENOENT
        raise OSError(number, os.strerror(number), str(path))
    if not os.access(place, os.W_OK | os.X_OK):
        raise OSError(errno.EACCES, os.strerror(errno.EACCES), str(place))
