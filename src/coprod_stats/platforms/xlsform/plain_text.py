"""Texts of an XLSForm that no client takes for references, Markdown or HTML.

``${`` begins a reference, and two grave accents are code to ODK Web Forms, for which XLSForm has no
escape: fields that hold the sign stand for it. Markdown has escapes; tags and character references,
which Collect renders, have none, and blocks of CommonMark, which ODK Web Forms reads, have others
than Enketo knows. An invisible word joiner (U+2060) behind or before their first character makes
them plain text in every client (https://docs.getodk.org/form-styling/).
"""

from __future__ import annotations

import re

SIGNS = {"dollar_sign": "$", "grave_accent": "`"}
"""Fields that hold a sign; ids of items have no underscore, so that the names are free."""
_WORD_JOINER = "\u2060"
_MARKUP = re.compile(r"<(?=[A-Za-z/!?])|&(?=#?[A-Za-z0-9]+;)|\](?=\()")
_BLOCK = re.compile(
    r"^(?=[ \t]*(?:>|[*+-](?:[ \t]|$)|(?:[*_-][ \t]*){3,}$|[=-]+[ \t]*$|`{3}|~{3}|\[[^\]\n]+\]:))"
    r"|^(?= {4}|\t)",
    re.MULTILINE,
)
_STYLED = re.compile(r"([*_])\S[^\n]*?\1|^#{1,6}[ \t]|\\(?=[!-/:-@\[-`{-~\n])", re.MULTILINE)
_MARKS = re.compile(r"[\\*_]|^#", re.MULTILINE)


def plain(text: str) -> str:
    """Write a text without tags, character references, links and blocks."""
    marked = _MARKUP.sub(lambda mark: mark.group() + _WORD_JOINER, text)
    return _BLOCK.sub(_WORD_JOINER, marked)


def is_styled(text: str) -> bool:
    """Return whether a part of a text would be shown in italics, in bold or as a heading."""
    return _STYLED.search(text) is not None


def unstyled(text: str) -> str:
    """Escape what would be styled by backslashes, which Markdown has for it."""
    return _MARKS.sub(r"\\\g<0>", text) if is_styled(text) else text


def by_reference(text: str) -> str:
    """Write a text in which what has no escape is a reference to one of ``SIGNS``."""
    accented = text.replace("`", "\0") if text.count("`") > 1 else text
    return accented.replace("${", "${dollar_sign}{").replace("\0", "${grave_accent}")


def form_title(text: str) -> str:
    """Write a title, which can refer to nothing."""
    return text.replace("${", f"${_WORD_JOINER}{{")
