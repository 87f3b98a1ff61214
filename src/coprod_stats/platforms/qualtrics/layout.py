"""How a questionnaire is laid out for Qualtrics: blocks, questions with their ids, their texts.

Qualtrics fills texts when a page is built, and checks the logic of single rows of a matrix and of
single choices then too. Where one of them depends on an answer on the same page, the page is cut:
what follows is a block of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from coprod_stats.instruments.language.tree import names
from coprod_stats.instruments.model import Block, Instrument, Item, Page, Wording
from coprod_stats.instruments.texts import Text
from coprod_stats.platforms.fields import (
    INTRODUCTION,
    Alternatives,
    Answer,
    Insert,
    companion,
    entry_hint,
    instead_of_answer,
    needs_companion,
    pieces,
    placeholder_texts,
    rows_together,
    wording_texts,
)
from coprod_stats.platforms.qualtrics.codes import Place

_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": None, "\n": "<br>"})


def as_html(text: str) -> str:
    """Write a text so that it is neither HTML nor piped text."""
    return text.translate(_ENTITIES).replace("${", "&#36;{").replace("$e{", "&#36;e{")


def embedded(key: str, language: str) -> str:
    """Name the embedded data that hold a text in one language."""
    return f"{key}_{language}".replace("-", "_")


def piped_words(text: Text, language: str) -> str:
    """Write a text in one language, what it inserts as piped embedded data."""
    return "".join(
        f"${{e://Field/{embedded(f'P_{piece.name}', language)}}}"
        if isinstance(piece, Insert)
        else as_html(piece)
        for piece in pieces(text.in_language(language))
    )


@dataclass(frozen=True, slots=True)
class Element:
    """A question of Qualtrics.

    Attributes
    ----------
    kind : str
        ``note``, ``matrix``, ``question`` or ``companion``.
    tag : str
        Name of its column, the export tag.
    wordings : tuple of Wording
        Other wordings of ``text``, and the name they go by in ``texts``.
    """

    kind: str
    qid: str
    tag: str
    text: Text
    items: tuple[Item, ...] = ()
    hint: Text | None = None
    wordings: tuple[Wording, ...] = ()
    key: str = ""


@dataclass(slots=True)
class Segment:
    """A block of Qualtrics: a page, or a part of one."""

    name: str
    page: Page
    elements: list[Element] = field(default_factory=list)

    @property
    def items(self) -> set[str]:
        """Ids of the items that are asked here."""
        return {item.id for element in self.elements for item in element.items}


class DependentTexts:
    """Texts that depend on answers, each with the items it needs."""

    def __init__(self, instrument: Instrument) -> None:
        self.known: dict[str, Alternatives] = {
            f"P_{alternatives.name}": alternatives for alternatives in placeholder_texts(instrument)
        }
        for item in instrument.items:
            stem = item.stem or item.text
            for key, wordings, text in (
                (f"W_{item.id}", item.wordings, item.text),
                (f"S_{item.id}", item.stem_wordings, stem),
            ):
                if wordings:
                    self.known[key] = wording_texts(key, wordings, text)

    def of(self, texts: Iterable[Text | None]) -> Iterator[str]:
        """Name what texts insert."""
        for text in texts:
            for _, words in () if text is None else text.by_language:
                yield from (f"P_{p.name}" for p in pieces(words) if isinstance(p, Insert))

    def inner(self, key: str) -> tuple[str, ...]:
        """Name what a dependent text inserts itself."""
        alternatives = self.known[key]
        texts = [text for _, text in alternatives.cases if isinstance(text, Text)]
        return tuple(dict.fromkeys(self.of([*texts, alternatives.otherwise])))

    def needs(self, key: str) -> set[str]:
        """Return the items and variables on which a text depends."""
        cases = self.known[key].cases
        found = {name for condition, _ in cases for name in names(condition)}
        found |= {text.item for _, text in cases if isinstance(text, Answer)}
        return found.union(*(self.needs(inner) for inner in self.inner(key)))

    def with_inner(self, keys: Iterable[str]) -> tuple[str, ...]:
        """Return texts with what they insert, which comes first."""
        ordered: dict[str, None] = {}
        for key in keys:
            ordered |= dict.fromkeys((*self.with_inner(self.inner(key)), key))
        return tuple(ordered)


class Layout:
    """The blocks of a form.

    Attributes
    ----------
    places : mapping of str to Place
        Place of each item; ``companions`` of the question that asks why there is no answer.
    """

    def __init__(self, instrument: Instrument) -> None:
        self._instrument = instrument
        self.texts = DependentTexts(instrument)
        self.places: dict[str, Place] = {}
        self.companions: dict[str, Place] = {}
        self.segments: list[Segment] = []
        self._questions = 0
        self._cuts: Counter[str] = Counter()
        self._asked_here: set[str] = set()  # items of the questions of the last segment
        first, *others = instrument.pages
        self._page(first, instrument.introduction)
        for page in others:
            self._page(page)

    def keys(self, element: Element) -> tuple[str, ...]:
        """Name the dependent texts that a question shows."""
        rows = element.items if element.kind == "matrix" else ()
        first = element.items[0] if element.items else None
        scale = first.responses if first is not None and element.kind != "note" else None
        options = scale.all_options if scale is not None else ()
        texts = [element.text, element.hint, *(row.text for row in rows)]
        labels = [option.label for option in options]
        if element.kind == "question" and first is not None and first.number is not None:
            labels += [label for _, label in first.number.labels]
        found = [*self.texts.of([*texts, *labels])]
        found += [element.key] if element.wordings else []
        found += [f"W_{row.id}" for row in rows if row.wordings]
        return tuple(dict.fromkeys(found))

    def needed(self, key: str) -> set[str]:
        """Return the items on which a dependent text depends, through derived variables too."""
        return self._resolved(self.texts.needs(key))

    def _page(self, page: Page, introduction: Text | None = None) -> None:
        self._cut(page)
        if introduction is not None:
            self._add(Element("note", self._qid(), INTRODUCTION, introduction))
        if page.title is not None or page.intro is not None:
            title, intro = (page.title, page.intro) if page.title else (page.intro, None)
            assert title is not None
            self._add(Element("note", self._qid(), f"T_{page.id}", title, hint=intro))
        for block in page.blocks:
            self._block(page, block)

    def _block(self, page: Page, block: Block) -> None:
        single = tuple(item for item in block.items if not item.in_grid)
        if block.stem is not None and single:
            first = single[0]
            self._add(
                Element(
                    "note",
                    self._qid(),
                    f"S_{first.id}",
                    block.stem,
                    single,
                    wordings=first.stem_wordings,
                    key=f"S_{first.id}",
                )
            )
        for rows in rows_together(block):
            if rows[0].in_grid:
                self._matrix(page, block, rows)
            else:
                self._question(rows[0])

    def _matrix(self, page: Page, block: Block, rows: tuple[Item, ...]) -> None:
        alike = len({row.conditions for row in rows}) == 1
        ids = {row.id for row in rows}
        for row in rows:
            assert row.stem is not None
            own = () if alike else (name for tree in row.conditions for name in names(tree))
            late = self._resolved(own)
            wording = [f"W_{row.id}"] if row.wordings else []
            late |= self._needed((*self.texts.of([row.text]), *wording))
            last = self.segments[-1].elements[-1] if self.segments[-1].elements else None
            joins = last is not None and last.kind == "matrix" and last.items[-1].id in ids
            if late & self._asked_here:
                self._cut(page)
                joins = False
            if joins and last is not None:
                place = Place(last.qid, str(len(last.items) + 1))
                grown = Element(
                    "matrix",
                    last.qid,
                    last.tag,
                    last.text,
                    (*last.items, row),
                    wordings=last.wordings,
                    key=last.key,
                )
                self.segments[-1].elements[-1] = grown
                self._asked_here.add(row.id)
            else:
                qid = self._qid()
                tag = f"G_{page.id}_{block.id}_{qid.removeprefix('QID')}"
                self._add(
                    Element(
                        "matrix",
                        qid,
                        tag,
                        row.stem,
                        (row,),
                        wordings=row.stem_wordings,
                        key=f"S_{row.id}",
                    )
                )
                place = Place(qid, "1")
            self.places[row.id] = place

    def _question(self, item: Item) -> None:
        kind = "note" if item.kind == "note" else "question"
        self._add(
            Element(
                kind,
                self._qid(),
                item.id,
                item.text,
                (item,),
                entry_hint(item),
                item.wordings,
                f"W_{item.id}",
            )
        )
        self.places[item.id] = Place(self.segments[-1].elements[-1].qid)
        if needs_companion(item):
            self.companions[item.id] = Place(self._qid())
            self._append(
                Element(
                    "companion",
                    self.companions[item.id].question,
                    companion(item),
                    instead_of_answer(self._instrument),
                    (item,),
                )
            )

    def _add(self, element: Element) -> None:
        needed = self._needed(self.keys(element))
        if element.kind == "question":
            filters = (tree for item in element.items for _, tree in item.options_when)
            needed |= self._resolved(name for tree in filters for name in names(tree))
        if needed & self._asked_here:
            self._cut(self.segments[-1].page)
        self._append(element)

    def _append(self, element: Element) -> None:
        self.segments[-1].elements.append(element)
        if element.kind != "note":
            self._asked_here |= {item.id for item in element.items}

    def _cut(self, page: Page) -> None:
        self._cuts[page.id] += 1
        number = self._cuts[page.id]
        name = page.id if number == 1 else f"{page.id}_{number}"
        self.segments.append(Segment(name, page))
        self._asked_here = set()

    def _qid(self) -> str:
        self._questions += 1
        return f"QID{self._questions}"

    def _needed(self, keys: Iterable[str]) -> set[str]:
        return set().union(*map(self.needed, keys))

    def _resolved(self, needed: Iterable[str]) -> set[str]:
        """Return the items behind derived variables, which conditions may name."""
        derived: Mapping[str, tuple[str, ...]] = {
            entry.id: names(entry.value) for entry in self._instrument.derived
        }
        found: set[str] = set()
        for name in needed:
            found |= self._resolved(derived[name]) if name in derived else {name}
        return found
