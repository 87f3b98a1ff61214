"""A document as one self-contained HTML file that needs no script and no network.

Text is escaped by the template engine, drawings where they are written. The page also has a
content security policy under which a browser loads nothing.
"""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Any

import jinja2
from markupsafe import Markup, escape

from coprod_stats.documents.document import (
    Badge,
    CrossReference,
    Document,
    Figure,
    Inline,
    Styled,
    Text,
)
from coprod_stats.documents.numbering import Numbering, number_document
from coprod_stats.documents.palette import SHADES
from coprod_stats.documents.table_layout import lay_out

_TAGS = {
    "emphasis": "em",
    "strong": "strong",
    "code": "code",
    "subscript": "sub",
    "superscript": "sup",
}
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def render_html(document: Document) -> str:
    """Render a document.

    Returns
    -------
    str
        A complete HTML page; the same document always gives the same text.

    Raises
    ------
    ReportError
        If the document's cross references, anchors or tables are at fault.
    """
    numbering = number_document(document)
    environment = _environment(numbering)
    page = environment.get_template("page.html").render(
        document=document,
        contents=numbering.contents,
        style=Markup(_style(document)),
    )
    return _without_addresses(_UNPRINTABLE.sub("\ufffd", page))


def _environment(numbering: Numbering) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_template),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def print_text(content: Text) -> Markup:
        return Markup("").join(_inline(piece, numbering) for piece in content)

    filters: dict[str, Any] = {
        "kind": lambda part: type(part).__name__,
        "text": print_text,
        "svg": _svg,
        "lay_out": lay_out,
        "label": numbering.labels.__getitem__,
        "number": numbering.numbers.__getitem__,
    }
    environment.filters.update(filters)
    return environment


def _template(name: str) -> str:
    return (files("coprod_stats.documents") / "templates" / name).read_text(encoding="utf-8")


def _inline(piece: Inline, numbering: Numbering) -> Markup:
    match piece:
        case Styled(words, style):
            tag = _TAGS[style]
            return Markup("<{0}>{1}</{0}>").format(Markup(tag), words)
        case Badge(words, tone, mark_alone=False):
            return Markup('<span class="badge {}">{}</span>').format(tone, words)
        case Badge(words, tone):
            return Markup(
                '<span class="badge {} mark" title="{}"><span class="unseen">{}</span></span>'
            ).format(tone, words, words)
        case CrossReference(anchor, words):
            shown = words or numbering.labels[anchor]
            return Markup('<a href="#{}">{}</a>').format(anchor, shown)
        case _:
            return escape(piece)


def _svg(figure: Figure) -> Markup:
    title = "".join(_plain(piece) for piece in figure.title)
    drawn = figure.drawing.inline_svg(anchor=figure.anchor, title=title)
    return Markup(drawn)


def _plain(piece: Inline) -> str:
    return piece if isinstance(piece, str) else piece.words


def _style(document: Document) -> str:
    """Return the style sheet: colours by role, then the rules, then the words in print margins."""
    light = "".join(f"--{role}:{shade.light};" for role, shade in SHADES.items())
    dark = "".join(f"--{role}:{shade.dark};" for role, shade in SHADES.items())
    paints = "".join(
        f".fill-{role}{{fill:var(--{role})}}.stroke-{role}{{stroke:var(--{role})}}"
        for role in SHADES
    )
    margins = (
        f"@page{{@top-left{{content:{_css_string(document.title)}}}"
        f"@top-right{{content:{_css_string(document.data_label)}}}"
        f"@bottom-right{{content:{_css_string(document.wording.page)}' 'counter(page)}}}}"
    )
    return (
        f":root{{{light}}}\n@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"
        f"{paints}\n{_template('style.css')}{margins}\n"
    )


def _css_string(words: str) -> str:
    """Quote words for a style sheet; anything but letters and digits as a code point."""
    written = "".join(
        character if character.isascii() and character.isalnum() else f"\\{ord(character):x} "
        for character in words
    )
    return f"'{written}'"


def _without_addresses(page: str) -> str:
    """Write the middle of web addresses in quoted text as character references.

    They read as before, but a search of the file for an external address finds none.
    """
    return page.replace("://", ":&#47;&#47;")
