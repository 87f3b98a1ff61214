"""XLSForm's type of each kind of question, with its limits (https://xlsform.org/en/)."""

from __future__ import annotations

from collections.abc import Iterator

from coprod_stats.instruments.language.numbers import spell_number
from coprod_stats.instruments.model import TEXT_KINDS, Instrument, Item, NumberRange
from coprod_stats.platforms.fields import alone, choices, shuffles
from coprod_stats.platforms.xlsform.choice_lists import ChoiceLists, Row
from coprod_stats.platforms.xlsform.columns import choice_name, fields_of
from coprod_stats.platforms.xlsform.expressions import XPath, field
from coprod_stats.platforms.xlsform.texts import FormTexts

MOST_TICKS = 20
"""Steps of a slider that are marked one by one."""


class QuestionTypes:
    """Writes the types of the questions of one form."""

    def __init__(
        self, instrument: Instrument, xpath: XPath, texts: FormTexts, lists: ChoiceLists
    ) -> None:
        self._instrument, self._xpath = instrument, xpath
        self._texts, self._lists = texts, lists

    def chosen(self, item: Item) -> Row:
        """Write what is chosen from a list."""
        kind = "select_multiple" if item.kind == "multiple" else "select_one"
        row = {
            "type": f"{kind} {self._lists.of_options(choices(item, self._instrument), self._texts)}"
        }
        row |= self._shuffled(item) | self._filtered(item)
        if item.responses is not None and item.responses.numbered and not item.in_grid:
            row["appearance"] = "columns-pack"
        if item.kind != "multiple":
            return row
        names = [choice_name(option) for option in alone(item, self._instrument)]
        limits = [f"not(selected(., '{name}') and count-selected(.) > 1)" for name in names]
        if item.max_choices is not None:
            limits.append(f"count-selected(.) <= {item.max_choices}")
        if item.min_choices is not None:
            enough = [f"count-selected(.) >= {item.min_choices}"]
            enough += [f"selected(., '{name}')" for name in names]
            limits.append(f"({' or '.join(enough)})")
        return row | ({"constraint": " and ".join(limits)} if limits else {})

    def _filtered(self, item: Item) -> Row:
        """Return the filter of the choices, which knows each by its name."""
        filters = []
        for option in item.responses.all_options if item.responses else ():
            shown = item.option_conditions(option.value)
            holds = self._xpath.shown(f"item {item.id}", shown)
            if holds != self._xpath.always:
                filters.append(f"name != '{choice_name(option)}' or ({holds})")
        return {"choice_filter": self._xpath.joined("and", filters)} if filters else {}

    def _shuffled(self, item: Item) -> Row:
        return {"parameters": "randomize=true"} if shuffles(item, self._instrument) else {}

    def entered(self, item: Item, row: Row, required: Row) -> Iterator[Row]:
        """Write what is typed or put in order."""
        if item.kind in TEXT_KINDS:
            typed = _date_limits(item) | self._text_limits(item)
            yield {**row, **required, **typed, "type": item.kind}
        elif item.kind == "rank":
            options = item.responses.options if item.responses else ()
            order = self._shuffled(item)
            yield {
                **row,
                **required,
                **order,
                "type": f"rank {self._lists.of_options(options, self._texts)}",
            }
        elif item.kind == "number" and item.number is not None and item.number.slider is not None:
            yield {**row, **required, **self._line(item.number), "type": "range"}
        elif item.kind == "number" and item.number is not None:
            limits = [
                f". {sign} {spell_number(bound)}"
                for sign, bound in ((">=", item.number.minimum), ("<=", item.number.maximum))
                if bound is not None
            ]
            kind = "integer" if item.number.whole else "decimal"
            limit = {"constraint": " and ".join(limits)} if limits else {}
            yield {**row, **required, **limit, "type": kind}
        elif item.responses is not None:
            yield from self._allocation(item, row, required)

    def _line(self, number: NumberRange) -> Row:
        """Return ends, step and labels of a slider; many ticks would run into each other."""
        assert number.slider is not None
        (low, high), step = number.ends, number.slider.step
        parts = {"start": low, "end": high, "step": step}
        many = number.n_steps > MOST_TICKS
        if many and number.slider.middle is not None:
            parts["tick_interval"] = (high - low) / 2
        written = [f"{name}={spell_number(value)}" for name, value in parts.items()]
        written.append(f"tick_labelset={self._lists.of_numbers(number.labels, self._texts)}")
        bare = many and number.slider.middle is None
        return {"parameters": " ".join(written)} | ({"appearance": "no-ticks"} if bare else {})

    def _text_limits(self, item: Item) -> Row:
        if item.rule is None:
            return {}
        ends = ((">=", item.rule.shortest), ("<=", item.rule.longest))
        limits = [f"string-length(.) {sign} {end}" for sign, end in ends if end is not None]
        if item.rule.pattern is not None:
            limits.append(f"regex(., {self._xpath.quoted(f'^({item.rule.pattern})$')})")
        return {"constraint": " and ".join(limits)}

    def _allocation(self, item: Item, row: Row, required: Row) -> Iterator[Row]:
        assert item.responses is not None
        relevant = {"relevant": row["relevant"]} if "relevant" in row else {}
        yield {**row, "type": "note", "name": f"note_{field(item.id)}"}
        entries = fields_of(item)
        others = " + ".join(f"number(${{{entry}}})" for entry in entries[:-1])
        for entry, option in zip(entries, item.responses.options, strict=True):
            limit = f". >= 0 and . <= {item.total}"
            if entry == entries[-1] and others:
                limit = f"{others} + . = {item.total}"
            yield {
                "type": "decimal",
                "name": entry,
                **relevant,
                **required,
                "constraint": limit,
                **self._texts.columns("label", option.label),
            }


def _date_limits(item: Item) -> Row:
    if item.dates is None:
        return {}
    ends = ((">=", item.dates.first), ("<=", item.dates.last))
    limits = [f". {sign} date('{end}')" for sign, end in ends if end is not None]
    return {"constraint": " and ".join(limits)} if limits else {}
