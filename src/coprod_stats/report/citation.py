"""References in APA style and BibTeX, without web addresses."""

from __future__ import annotations

import re
from dataclasses import dataclass

from coprod_stats.documents.document import Inline, Text, emphasis


@dataclass(frozen=True, slots=True)
class Reference:
    """A work to cite.

    Parameters
    ----------
    key : str
        Key in the bibliography, such as ``khine2021``.
    authors : tuple of str
        Family name and initials, such as ``Khine, P. K.``; a group author is its name alone.
    title : str
        Title in sentence case.
    year : int, optional
        Year of publication; "n.d." if there is none.
    container : str
        Journal, or empty.
    volume, issue, pages : str
        As printed; ``pages`` may be an article number.
    version : str
        Version of software; the reference is then marked as software.
    doi : str
        Bare identifier, such as ``10.3390/su13126730``.
    """

    key: str
    authors: tuple[str, ...]
    title: str
    year: int | None = None
    container: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    version: str = ""
    doi: str = ""


PAPER = Reference(
    key="khine2021",
    authors=("Khine, P. K.", "Mi, J.", "Shahid, R."),
    title="A comparative analysis of co-production in public services",
    year=2021,
    container="Sustainability",
    volume="13",
    issue="12",
    pages="6730",
    doi="10.3390/su13126730",
)
"""The article whose drivers and impacts the questionnaires ask about."""


def software(version: str) -> Reference:
    """Return the reference of a version of this package."""
    return Reference(
        key="coprodstats",
        authors=("The coprod-stats developers",),
        title="coprod-stats",
        version=version,
    )


def apa_entry(reference: Reference) -> Text:
    """Return an entry of the list of references (APA 7, section 9.5 onwards)."""
    head = f"{_name_list(reference.authors)} ({reference.year or 'n.d.'}). "
    pieces: list[Inline] = [head]
    if reference.version:
        pieces += [
            emphasis(reference.title),
            f" (Version {reference.version}) [Computer software].",
        ]
    elif reference.container:
        pieces += [f"{reference.title}. ", emphasis(reference.container), *_place(reference), "."]
    else:
        pieces += [emphasis(reference.title), "."]
    if reference.doi:
        pieces.append(f" doi:{reference.doi}")
    return tuple(pieces)


def bibtex_entry(reference: Reference) -> str:
    """Return a BibTeX entry."""
    given = {
        "author": " and ".join(map(_bibtex_author, reference.authors)),
        "title": f"{{{_bibtex_text(reference.title)}}}",
        "year": str(reference.year or ""),
        "journal": _bibtex_text(reference.container),
        "volume": reference.volume,
        "number": reference.issue,
        "pages": reference.pages.replace("–", "--"),
        "version": reference.version,
        "doi": reference.doi,
    }
    kind = "article" if reference.container else "software" if reference.version else "misc"
    fields = [f"  {name} = {{{value}}}," for name, value in given.items() if value]
    return "\n".join([f"@{kind}{{{reference.key},", *fields, "}"])


def _name_list(authors: tuple[str, ...]) -> str:
    """Join names with commas and an ampersand before the last."""
    if len(authors) == 1:
        return authors[0]
    return f"{', '.join(authors[:-1])}, & {authors[-1]}"


def _place(reference: Reference) -> tuple[Inline, ...]:
    issue = f"({reference.issue})" if reference.issue else ""
    pages = f", {reference.pages}" if reference.pages else ""
    volume: tuple[Inline, ...] = (", ", emphasis(reference.volume)) if reference.volume else ()
    return (*volume, f"{issue}{pages}")


def _bibtex_author(author: str) -> str:
    """Keep a group's name together: without a comma BibTeX would take it for a person's."""
    return _bibtex_text(author) if "," in author else f"{{{_bibtex_text(author)}}}"


def _bibtex_text(words: str) -> str:
    return re.sub(r"([&%$#_])", r"\\\1", words)
