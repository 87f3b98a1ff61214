"""The files that a plan, a questionnaire or a stored fit names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from coprod_stats.instruments.shipped import Shelf, shelf
from coprod_stats.responses.table_files import format_of
from coprod_stats.study.plan_reading import HYPOTHESES_FILE

_DOCUMENTS = (".yaml", ".yml", ".json")
_LARGEST = 50_000_000
_PATH = re.compile(r"""[^\s"'\[\]{},#]*/[^"'\n\[\]{},#\0]{1,1000}""")
_BY_ID = re.compile(r"""\binstrument:\s*["']?([^\s"',}\0]{1,100})""")
_BEGINS_AS_DOCUMENT = re.compile(
    rb"""(?:\xef\xbb\xbf)?(?:\s|[#%][^\n]*\n|---)*(?:\{|["'\w-]+:\s)"""
)
_BEGINNING = 10_000


def files_behind(
    document: Path, *, answers: bool = True, any_suffix: bool = False
) -> tuple[Path, ...]:
    """Return the existing files that reading a document will read: those that it names, and theirs.

    Names are looked up beside the document and in the working folder; what is shipped names only
    what is shipped. The translations and modules beside a questionnaire, and the hypotheses beside
    a plan, belong to it without being named. Tables are omitted where a command reads no answers.

    Parameters
    ----------
    document : Path
    answers : bool
        Whether the answers that it names are read.
    any_suffix : bool
        Whether it is a questionnaire or a plan, whatever its suffix; otherwise a file of a suffix
        of tables names nothing.
    """
    if not (any_suffix or _is_document(document)):
        return ()
    found: dict[Path, None] = {}
    waiting = [document]
    while waiting:
        for path in _next(waiting.pop()):
            unread = not answers and _is_table(path)
            if path not in found and path != document and not unread:
                found[path] = None
                waiting += [path] if _is_document(path) else []
    return tuple(found)


def _next(document: Path) -> Iterator[Path]:
    if not document.is_file():
        return
    shipped = document.parent.resolve() in map(shelf, get_args(Shelf))
    if shipped or document.stat().st_size > _LARGEST:
        return
    for folder in ("translations", "modules"):
        yield from sorted((document.parent / folder).glob("*.yaml"))
    # names alone are wanted: parsing a questionnaire would take as long as many a command
    text = document.read_bytes().decode(errors="replace")
    if _names(text, "hypotheses") and (shared := document.parent / HYPOTHESES_FILE).is_file():
        yield shared
    paths = {match.strip() for match in _PATH.findall(text)}
    paths |= {f"{name}.yaml" for name in _BY_ID.findall(text)}
    for place in dict.fromkeys((document.parent, Path())):
        present = sorted(path.name for path in place.iterdir() if path.suffix)
        named = [name for name in present if _names(text, name)]
        yield from (path for name in (*paths, *named) if (path := place / name).is_file())


def _is_document(path: Path) -> bool:
    """Return whether a file is one in YAML or JSON, by its suffix or by how it begins."""
    if path.suffix.lower() in _DOCUMENTS:
        return True
    if _is_table(path) or not path.is_file():
        return False
    with path.open("rb") as stream:
        return _BEGINS_AS_DOCUMENT.match(stream.read(_BEGINNING)) is not None


def _is_table(path: Path) -> bool:
    """Return whether a file is one of answers; a plain text may be a questionnaire as well."""
    return format_of(path) is not None and path.suffix.lower() not in ("", ".txt")


def _names(text: str, name: str) -> bool:
    return name in text and re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])", text) is not None
