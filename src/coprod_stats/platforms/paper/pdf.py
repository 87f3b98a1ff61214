"""The printed questionnaire as a PDF, set by Typst."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coprod_stats.errors import CoprodError
from coprod_stats.platforms.paper.document import PaperDocument
from coprod_stats.platforms.paper.pictographs import are_pictographs, without_pictographs

if TYPE_CHECKING:
    from typst import Fonts

EMBEDDED = "Libertinus Serif"
"""Comes with Typst: Latin, Greek and Cyrillic letters, the same on every machine."""
SYSTEM_FONTS = (
    "Amiri",
    "Noto Naskh Arabic",
    "Noto Sans Arabic",
    "Scheherazade New",
    "Noto Serif",
    "Noto Sans",
    "Noto Sans Hebrew",
    "Noto Serif Hebrew",
    "Noto Sans Devanagari",
    "Noto Sans Bengali",
    "Noto Sans Thai",
    "Noto Serif CJK SC",
    "Noto Serif CJK JP",
    "Noto Serif CJK KR",
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Noto Sans CJK KR",
    "Arial",
    "DejaVu Sans",
    "Noto Emoji",
    "Noto Color Emoji",
    "Segoe UI Emoji",
    "Apple Color Emoji",
)
"""Fonts of the machine that are good enough to print with, better ones first."""
Families = tuple[str, ...]
_SHOWN_LETTERS = 20
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
"""How Typst writes a character that is invisible by itself."""
_UNDISPLAYED = re.compile(r'the text `?"(.+?)"`? could not be displayed')


class FontError(CoprodError):
    """Letters that no font at hand has."""

    def __init__(self, letters: str) -> None:
        self.letters = letters
        super().__init__(f"no font at hand has the letters '{letters[:_SHOWN_LETTERS]}'")

    def __reduce__(self) -> tuple[type[FontError], tuple[str]]:
        return type(self), (self.letters,)


def pdf_bytes(
    document: PaperDocument, *, font_paths: Sequence[Path] = (), system_fonts: bool = True
) -> tuple[bytes, bool]:
    """Set a document as an accessible PDF (PDF/UA-1: tagged, with title and language).

    The font that Typst carries is used as far as it has the letters; then fonts of
    ``font_paths``; only for letters that these lack, fonts of the machine. The bytes are the same
    every time unless a font of the machine was needed.

    Parameters
    ----------
    document : PaperDocument
    font_paths : sequence of Path
        Folders with fonts.
    system_fonts : bool
        Whether fonts of the machine may be used.

    Returns
    -------
    bytes, bool
        The PDF, and whether fonts of the machine were needed.

    Raises
    ------
    FontError
        If a letter is in none of the fonts.
    """
    portable, machine = _fonts(font_paths)
    try:
        return _compiled(document, *portable), False
    except FontError:
        if not system_fonts:
            raise
    return _compiled(document, *machine), True


def pdf_without_pictographs(
    document: PaperDocument, *, font_paths: Sequence[Path] = ()
) -> tuple[bytes, bool, str]:
    """Set a document as ``pdf_bytes`` does, without the emoji that no font at hand has.

    Returns
    -------
    bytes, bool, str
        The PDF, whether fonts of the machine were needed, and the characters left off.

    Raises
    ------
    FontError
        If a letter is in none of the fonts, or an emoji without which a text would be empty or
        the same as another one.
    """
    omitted = ""
    while True:
        try:
            return (*pdf_bytes(document, font_paths=font_paths), omitted)
        except FontError as error:
            known = are_pictographs(error.letters)
            bare = without_pictographs(document, error.letters) if known else None
            if bare is None:
                raise
            document, omitted = bare, omitted + error.letters


def _fonts(font_paths: Sequence[Path]) -> tuple[tuple[Fonts, Families], tuple[Fonts, Families]]:
    """Return the fonts that are the same everywhere, and those of this machine as well.

    Each come with their families in the order of preference.
    """
    # typst takes .1 s to load
    from typst import Fonts

    paths: list[Any] = list(map(str, font_paths))
    given = Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=paths)
    own = (EMBEDDED, *given.families())
    every = Fonts(font_paths=paths)
    known = set(every.families())
    of_machine = (family for family in SYSTEM_FONTS if family in known)
    return (Fonts(include_system_fonts=False, font_paths=paths), own), (every, (*own, *of_machine))


def _compiled(document: PaperDocument, fonts: Fonts, families: Families) -> bytes:
    import typst

    style = files("coprod_stats.platforms.paper").joinpath("style.typ").read_bytes()
    inputs = {
        "document": json.dumps(asdict(document), ensure_ascii=False),
        "fonts": json.dumps(families),
    }
    try:
        return typst.compile(
            style,
            font_paths=fonts,
            format="pdf",
            sys_inputs=inputs,
            pdf_standards="ua-1",
            timestamp=0,
        )
    except typst.TypstError as error:
        lacking = _UNDISPLAYED.findall(f"{error.message}\n{error.diagnostic}")
        if not lacking:
            raise
        letters = _ESCAPED.sub(lambda code: chr(int(code[1], 16)), "".join(lacking))
        raise FontError("".join(dict.fromkeys(letters))) from error
