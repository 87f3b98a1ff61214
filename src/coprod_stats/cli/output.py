"""Output of commands: tables for people, JSON for programs, progress bars."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

from coprod_stats.control_characters import visible
from coprod_stats.files.writing import when_committed, write_file

if TYPE_CHECKING:
    import pandas as pd

STANDARD_OUTPUT = "-"
PIPED_WIDTH = 160
"""Width in characters of a table written to a file or program, unless ``COLUMNS`` is set."""


class Progress(Protocol):
    """Called with the progress of a long computation."""

    def __call__(self, done: int, total: int, what: str) -> None:
        """Report that ``done`` of ``total`` steps are done and ``what`` comes next."""
        ...


def say(text: str = "") -> None:
    """Print a line on standard output; no control character of the input reaches a terminal."""
    sys.stdout.write(f"{visible(text)}\n")


def warn(text: str) -> None:
    """Print a line on standard error."""
    sys.stderr.write(f"{visible(text)}\n")


def fail(message: str) -> NoReturn:
    """Report faulty input on standard error and exit with status 1."""
    sys.stderr.write(f"{visible(message)}\n")
    sys.exit(1)


def write_json(content: Any, target: str) -> None:
    """Write JSON to a file, or to standard output for ``-``; non-finite numbers are omitted."""
    text = json.dumps(_finite(content), indent=1, ensure_ascii=False, allow_nan=False)
    if target == STANDARD_OUTPUT:
        when_committed(lambda: say(text))
    else:
        write_file(target, f"{text}\n")
        when_committed(lambda: say_where(f"written: {target}", target))


def say_where(text: str, json: str | None) -> None:
    """Print where something was written: on standard error if JSON was asked for.

    Standard output then holds the JSON, or nothing.
    """
    (say if json is None else warn)(text)


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as plain values."""
    return [
        {str(name): value for name, value in row.items()} for row in table.to_dict(orient="records")
    ]


def print_table(
    table: pd.DataFrame, columns: Mapping[str, str], *, digits: int = 2, title: str = ""
) -> None:
    """Print the named columns of a table, numbers right-aligned."""
    # rich takes .1 s to load its tables
    from rich import box
    from rich.console import Console
    from rich.table import Table

    # a table without rows may have no columns either
    named = table[list(columns)] if len(table) else table.reindex(columns=list(columns))
    shown = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    rows = [
        [_cell(name, value, digits) for name, value in zip(columns, row, strict=True)]
        for row in named.itertuples(index=False)
    ]
    for name, label in columns.items():
        values = [value for value in named[name] if value is not None]
        number = bool(values) and all(isinstance(value, int | float) for value in values)
        shown.add_column(label, justify="right" if number else "left", overflow="fold")
    for row in rows:
        shown.add_row(*row)
    console = Console(file=sys.stdout, highlight=False, markup=False)
    if not sys.stdout.isatty() and "COLUMNS" not in os.environ:
        console.width = PIPED_WIDTH
    console.print(shown)


@contextmanager
def progress_bar(title: str) -> Iterator[Progress]:
    """Show a progress bar on a terminal, nothing when standard error is piped."""
    if not sys.stderr.isatty():
        yield _silent
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(file=sys.stderr), transient=True) as bar:
        task = bar.add_task(title, total=None)

        def show(done: int, total: int, what: str) -> None:
            bar.update(task, completed=done, total=total, description=f"{title}: {what}")

        yield show


def _silent(done: int, total: int, what: str) -> None:
    """Show nothing."""


def _cell(name: str, value: object, digits: int) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if name.startswith("p_") and isinstance(value, float) and value < 10.0**-digits:
        return f"<{10.0**-digits:.{digits}f}"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) >= 2 else f"{value:.{digits}f}"
    return visible(str(value))


def _finite(content: Any) -> Any:
    """Return plain values: non-finite numbers are omitted from mappings and null in sequences."""
    if isinstance(content, Mapping):
        plain = {str(key): _plain(value) for key, value in content.items()}
        return {key: _finite(value) for key, value in plain.items() if not _is_nan(value)}
    content = _plain(content)
    if isinstance(content, Sequence) and not isinstance(content, str):
        return [_finite(value) for value in content]
    return None if _is_nan(content) else content


def _plain(content: Any) -> Any:
    """Return arrays and scalars of NumPy as Python's own."""
    return content.tolist() if hasattr(content, "tolist") else content


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and not math.isfinite(value)
