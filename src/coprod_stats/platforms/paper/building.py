"""A questionnaire laid out for paper: numbered, its routing in words, one version at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from coprod_stats.instruments.language.tree import Expression, Logic, Name
from coprod_stats.instruments.model import (
    Block,
    Instrument,
    Item,
    Option,
    Page,
    Roster,
    Text,
    Wording,
)
from coprod_stats.instruments.texts import direction
from coprod_stats.platforms.fields import choices, missing_choices
from coprod_stats.platforms.paper.bodies import (
    body_of,
    fits_side_by_side,
    instruction_of,
    specified,
    tick_of,
)
from coprod_stats.platforms.paper.checks import CheckBoxes
from coprod_stats.platforms.paper.document import (
    CheckBox,
    Element,
    Heading,
    Matrix,
    PaperDocument,
    Paragraph,
    Question,
    Row,
    Tick,
)
from coprod_stats.platforms.paper.routing import Routing, Unit, has_arrows, letter
from coprod_stats.platforms.paper.versions import Version
from coprod_stats.platforms.phrases import ENGLISH, Phrases, phrases_of

RESPONDENT_DIGITS = 6
Filters = tuple[Expression, ...]


def paper_document(
    version: Version, language: str, *, phrases: Phrases | None = None
) -> PaperDocument:
    """Compose one version of a questionnaire in one language, by its phrases unless others."""
    return _Layout(version, language, phrases or phrases_of(language) or ENGLISH).document()


def units_of(instrument: Instrument) -> tuple[Unit, ...]:
    """Assign numbers to a version's questions; rows that fit into one grid share one.

    The numbers are the same in every language.
    """
    units: list[Unit] = []
    number = 0
    for place, page in enumerate(instrument.pages):
        for block in page.blocks:
            for rows in _rows(block):
                grid = len(rows) > 1 and all(
                    fits_side_by_side(
                        [o.label.in_language(language) for o in _answers(rows, instrument)]
                    )
                    for language in instrument.languages
                )
                for items in [rows] if grid else [(item,) for item in rows]:
                    asks = items[0].kind != "note"
                    number += asks
                    units.append(Unit(number if asks else 0, items, place))
    return tuple(units)


def numbers_of(instrument: Instrument) -> dict[str, str]:
    """Return the number of each item in a version, rows of a grid with their letter."""
    numbers = {
        item.id: f"{unit.number}{letter(row) if len(unit.items) > 1 else ''}"
        for unit in units_of(instrument)
        for row, item in enumerate(unit.items)
        if unit.number
    }
    beside = [item for item in instrument.items if item.specifies in numbers]
    return numbers | {item.id: numbers[item.specifies or ""] for item in beside}


def _rows(block: Block) -> Iterator[tuple[Item, ...]]:
    """Return the items of a block, neighbours under its stem with the same scale together.

    Other than on a screen, a row that offers no "don't know" can stand among those that do, and
    the words for "other" are written beside their option.
    """
    items = [item for item in block.items if item.specifies is None]

    def key(place: int) -> object:
        return items[place].responses if items[place].in_grid else place

    for _, places in groupby(range(len(items)), key=key):
        yield tuple(items[place] for place in places)


def _answers(rows: Sequence[Item], instrument: Instrument) -> tuple[Option, ...]:
    """Return all answers of rows that share a scale, each once."""
    return tuple(dict.fromkeys(o for item in rows for o in choices(item, instrument)))


class _Layout:
    def __init__(self, version: Version, language: str, phrases: Phrases) -> None:
        self.version, self.language, self.phrases = version, language, phrases
        self.instrument = version.instrument
        self.units = units_of(self.instrument)
        self.routing = Routing(self.instrument, self.units)
        self.checks = CheckBoxes(self.instrument, self.phrases, language, self._names())
        self.page_filters = [self._page_filter(place) for place in range(len(self.units))]
        self.own_filters = [self._own_filter(place) for place in range(len(self.units))]
        self.checks.count(tree for trees in self._printed() for tree in trees)

    def words(self, text: Text) -> str:
        return self.version.words(text, self.language)

    def condition(self, trees: Sequence[Expression]) -> str:
        together = trees[0] if len(trees) == 1 else Logic("and", tuple(trees))
        return self.version.words(
            Text(((self.language, self.checks.words(together)),)), self.language
        )

    def document(self) -> PaperDocument:
        instrument, phrases = self.instrument, self.phrases
        known = next(entry for entry in instrument.translations if entry.code == self.language)
        remark = phrases.draft if known.status == "draft" else ""
        form, code = instrument.forms[0].id, self.version.code
        facts = [
            f"{instrument.id} {instrument.version}",
            form,
            self.language,
            *filter(None, [code]),
            instrument.sha256[:8],
        ]
        before, between, after = phrases.page_of.split("{}")
        office = [(phrases.respondent, RESPONDENT_DIGITS)]
        return PaperDocument(
            title=self.words(instrument.title),
            language=self.language,
            direction=direction(self.language),
            footer=" · ".join(facts),
            page_of=(before, between, after),
            office_title=phrases.office + (f" · {phrases.version} {code}" if code else ""),
            office=tuple(office),
            how_to=phrases.how_to,
            elements=tuple(self._elements()),
            closing=phrases.thanks,
            remark=remark,
        )

    def _names(self) -> dict[str, str]:
        numbers = numbers_of(self.instrument)
        return {id: self.phrases.question.format(number) for id, number in numbers.items()}

    def _page_filter(self, place: int) -> Filters:
        condition = self.instrument.pages[self.units[place].page].condition
        return () if condition is None else self.routing.needed([condition], place)

    def _own_filter(self, place: int) -> Filters:
        unit = self.units[place]
        page = self.instrument.pages[unit.page].condition
        own = [condition for condition in unit.shared if condition != page]
        return self.routing.needed(own, place)

    def _row_filter(self, unit: Unit, item: Item, place: int) -> Filters:
        own = [condition for condition in item.conditions if condition not in unit.shared]
        return self.routing.needed(own, place)

    def _printed(self) -> Iterator[Filters]:
        """Return every condition that will be printed, each as often as it is."""
        yield from (filters for filters, _ in groupby(self.page_filters))
        yield from (filters for filters, _ in groupby(self.own_filters))
        for place, unit in enumerate(self.units):
            for item in unit.items:
                yield self._row_filter(unit, item, place)
                yield tuple(wording.condition for wording in item.wordings)
                yield tuple(tree for _, tree in item.options_when)
            yield tuple(wording.condition for wording in unit.items[0].stem_wordings)

    def _elements(self) -> Iterator[Element]:
        page = -1
        if self.instrument.introduction is not None:
            yield Paragraph(self.words(self.instrument.introduction), "intro")
        ahead = sorted(self.instrument.rosters, key=lambda roster: roster.place)
        for place, unit in enumerate(self.units):
            while ahead and ahead[0].place <= unit.page:
                yield from self._sheet(ahead.pop(0))
            yield from self._checks(place, unit)
            yield from self._route(self.page_filters, place)
            if unit.page != page:
                page = unit.page
                yield from self._head(self.instrument.pages[page])
            yield from self._route(self.own_filters, place)
            yield self._unit(unit, place)
        for roster in ahead:
            yield from self._sheet(roster)

    def _sheet(self, roster: Roster) -> Iterator[Element]:
        """Lead to the sheet of a roster, and state for whom it is and how many parts it has."""
        title = self.words(roster.title)
        yield Heading(self.words(roster.page.title) if roster.page.title else title)
        said = self.phrases.roster.format(title, roster.most)
        if roster.count is not None:
            counted = self.checks.words(Name(roster.count))
            said = self.phrases.roster_counted.format(title, counted, roster.most)
        if roster.page.condition is not None:
            in_case = self.phrases.in_case.format(self.condition([roster.page.condition]))
            said = f"{in_case} {said}"
        yield Paragraph(said, "route")

    def _head(self, page: Page) -> Iterator[Element]:
        if page.title is not None:
            yield Heading(self.words(page.title))
        if page.intro is not None:
            yield Paragraph(self.words(page.intro), "intro")

    def _checks(self, place: int, unit: Unit) -> Iterator[CheckBox]:
        """Print the boxes that this unit's conditions are the first to refer to."""
        filters = [self.page_filters[place], self.own_filters[place]]
        filters += [self._row_filter(unit, item, place) for item in unit.items]
        filters += [
            tuple(w.condition for item in unit.items for w in (*item.wordings, *item.stem_wordings))
        ]
        filters += [tuple(tree for item in unit.items for _, tree in item.options_when)]
        for letter_, parts in self.checks.first_used(tree for trees in filters for tree in trees):
            yield self._check(letter_, parts)

    def _check(self, letter_: str, parts: Sequence[Expression]) -> CheckBox:
        """Print a box; of several conditions each is a line, and all of them must hold."""
        phrases, title = self.phrases, self.phrases.check.format(letter_)
        said = [self.condition([part]) for part in parts]
        if len(said) == 1:
            return CheckBox(title, phrases.check_lead, (said[0],))
        lines = (
            f"({words})" if isinstance(part, Logic) else words
            for part, words in zip(parts, said, strict=True)
        )
        first, *others = lines
        return CheckBox(
            title, phrases.check_lead_all, (first, *(phrases.check_and.format(o) for o in others))
        )

    def _route(self, filters: Sequence[Filters], place: int) -> Iterator[Paragraph]:
        """State for whom a run of questions is, before the first of them."""
        mine = filters[place]
        if not mine or self._runs_on(filters, place):
            return
        end = place + 1
        while end < len(filters) and self._runs_on(filters, end):
            end += 1
        numbers = [unit.number for unit in self.units[place:end] if unit.number]
        if not numbers:  # notes only
            yield Paragraph(self.phrases.in_case.format(self.condition(mine)), "route")
            return
        phrase = self.phrases.only_one if len(numbers) == 1 else self.phrases.only_several
        ends = numbers[:1] if len(numbers) == 1 else [numbers[0], numbers[-1]]
        follows = next((unit.number for unit in self.units[end:] if unit.number), 0)
        otherwise = self.phrases.otherwise if follows else self.phrases.otherwise_end
        said = phrase.format(*ends, self.condition(mine))
        yield Paragraph(f"{said} {otherwise.format(follows)}", "route")

    def _runs_on(self, filters: Sequence[Filters], place: int) -> bool:
        """Return whether the unit before is for the same respondents and nothing parts them."""
        if not place or filters[place - 1] != filters[place]:
            return False
        if filters is self.page_filters:
            return True
        return self.units[place - 1].page == self.units[place].page

    def _unit(self, unit: Unit, place: int) -> Element:
        first = unit.items[0]
        if not unit.number:
            return Paragraph(self.words(first.text), "note", self._alternatives(first.wordings))
        if len(unit.items) > 1:
            return self._grid(unit, place)
        go_to, only_if = self._go_to(first), self._only_if(first)
        body = body_of(first, self.instrument, self.words, self.phrases, go_to, only_if=only_if)
        return Question(
            number=str(unit.number),
            id=first.id,
            stem=self.words(first.stem) if first.stem else "",
            text=self.words(first.text),
            alternatives=(
                *self._alternatives(first.stem_wordings),
                *self._alternatives(first.wordings),
            ),
            hint=self.words(first.hint) if first.hint else "",
            instruction=instruction_of(first, self.words, self.phrases),
            body=body,
            beside=self._beside([first], go_to, only_if),
            consent=first.kind == "consent",
        )

    def _grid(self, unit: Unit, place: int) -> Question:
        first = unit.items[0]
        rows = tuple(
            Row(
                letter=letter(row),
                id=item.id,
                text=self.words(item.text),
                offered=tuple(tick.code for tick in self._beside([item])),
                conditions=tuple(
                    self.phrases.only_if.format(self.condition([tree]))
                    for tree in self._row_filter(unit, item, place)
                ),
                alternatives=self._alternatives(item.wordings),
                hint=self.words(item.hint) if item.hint else "",
            )
            for row, item in enumerate(unit.items)
        )
        options = first.responses.options if first.responses else ()
        return Question(
            number=str(unit.number),
            id="",
            text=self.words(first.stem) if first.stem else "",
            alternatives=self._alternatives(first.stem_wordings),
            instruction=self.phrases.tick_rows,
            body=Matrix(
                rows,
                tuple(Tick(self.words(option.label), str(option.value)) for option in options),
                self._beside(unit.items),
            ),
        )

    def _beside(
        self,
        rows: Sequence[Item],
        go_to: Mapping[int, str] | None = None,
        only_if: Mapping[int, str] | None = None,
    ) -> tuple[Tick, ...]:
        """Return the answers off the scale, of all rows together."""
        scale = rows[0].responses
        on_scale = scale.values if scale else ()
        beside = specified(rows[0], self.instrument)
        return tuple(
            tick_of(option, rows[0], self.words, go_to or {}, only_if or {}, beside=beside)
            for option in _answers(rows, self.instrument)
            if option.value not in on_scale
        )

    def _only_if(self, item: Item) -> dict[int, str]:
        """State for whom options are that not everybody is to choose."""
        return {
            code: self.phrases.only_if.format(self.condition([tree]))
            for code, tree in item.options_when
        }

    def _go_to(self, item: Item) -> dict[int, str]:
        """State after which answers a respondent does not go on to the next question."""
        if not has_arrows(item):
            return {}
        missing = {option.value for option in missing_choices(item, self.instrument)}
        following, found = self.routing.next_question(item), {}
        for option in choices(item, self.instrument):
            answer = None if option.value in missing else float(option.value)
            target = self.routing.target(item, answer)
            if target >= len(self.units) and following < len(self.units):
                found[option.value] = self.phrases.go_to_end
            elif target > following:
                found[option.value] = self.phrases.go_to.format(self.units[target].number)
        return found

    def _alternatives(self, wordings: Sequence[Wording]) -> tuple[str, ...]:
        return tuple(
            f"{self.phrases.in_case.format(self.condition([wording.condition]))} "
            f"{self.words(wording.text)}"
            for wording in wordings
        )
