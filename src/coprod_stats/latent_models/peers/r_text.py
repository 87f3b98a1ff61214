"""Text as literals of R, such that no character of it can end the literal."""

from __future__ import annotations

from collections.abc import Iterable

from coprod_stats.latent_models.errors import LatentModelError

_NAMED = {"\\": "\\\\", '"': '\\"', "\n": "\\n"}


def r_string(text: str) -> str:
    r"""Write text as a string literal in printable ASCII.

    Quotes, backslashes and line ends are escaped, and every other character beyond printable
    ASCII is written as ``\u{e9}``, so that R reads the same text in any locale
    [rcore_quotes]_.

    Parameters
    ----------
    text : str

    Raises
    ------
    LatentModelError
        At a null character or half of a surrogate pair, which no string of R can hold.

    References
    ----------
    .. [rcore_quotes] R Core Team. R language: quotes, ``help("Quotes")``.
    """
    return f'"{"".join(map(_escaped, text))}"'


def r_lines(lines: Iterable[str]) -> str:
    """Write lines of text as one string literal that spans as many lines of the script.

    Parameters
    ----------
    lines : iterable of str

    Raises
    ------
    LatentModelError
        As in :func:`r_string`.
    """
    inner = "\n".join(r_string(line)[1:-1] for line in lines)
    return f'"\n{inner}\n"'


def r_vector(values: Iterable[str]) -> str:
    """Write texts as a character vector.

    Parameters
    ----------
    values : iterable of str

    Raises
    ------
    LatentModelError
        As in :func:`r_string`.
    """
    return f"c({', '.join(map(r_string, values))})"


def _escaped(character: str) -> str:
    if character in _NAMED:
        return _NAMED[character]
    if " " <= character <= "~":
        return character
    code = ord(character)
    if code == 0 or 0xD800 <= code <= 0xDFFF:
        raise LatentModelError(f"text for R: no string of R can hold the character U+{code:04X}")
    return f"\\u{{{code:x}}}" if code <= 0xFFFF else f"\\U{{{code:x}}}"
