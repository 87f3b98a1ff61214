"""The survey flow of Qualtrics: arms, texts that depend on answers, the end for who declines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from coprod_stats.errors import Fault
from coprod_stats.instruments.language.numbers import spell_number
from coprod_stats.instruments.language.tree import (
    Binary,
    Call,
    Compare,
    Expression,
    Logic,
    Name,
    Number,
)
from coprod_stats.instruments.model import Assigned, Derived, Instrument, Item
from coprod_stats.platforms.fields import Answer, InexpressibleError, not_calculated
from coprod_stats.platforms.qualtrics.codes import choice_ids, entered_at
from coprod_stats.platforms.qualtrics.conditions import Translator
from coprod_stats.platforms.qualtrics.layout import Layout, Segment, embedded, piped_words
from coprod_stats.platforms.qualtrics.logic import ALWAYS, NEVER, Formula, logic_json, negated
from coprod_stats.platforms.two_valued_conditions import known_to_hold

Json = dict[str, Any]


class Flow:
    """Writes the survey flow of one form."""

    def __init__(
        self,
        instrument: Instrument,
        layout: Layout,
        conditions: Translator,
        languages: tuple[str, ...],
        *,
        block_id: Callable[[Segment], str],
    ) -> None:
        self._instrument, self._layout, self._languages = instrument, layout, languages
        self._conditions, self._block_id = conditions, block_id
        self._nodes = 1
        self.losses: list[Fault] = []

    def json(self) -> Json:
        """Write the flow."""
        flow = [self._drawn(variable) for variable in self._instrument.assigned]
        written: dict[str, int] = {}
        for number, segment in enumerate(self._layout.segments):
            for key in self._stale(segment, number, written):
                flow += self._text(key)
                written[key] = number
            kind = "Standard" if number else "Block"
            flow.append(self._node(Type=kind, ID=self._block_id(segment), Autofill=[]))
            flow += self._gate(segment)
        for entry in self._instrument.derived:
            flow += self._derived(entry)
        return {
            "Type": "Root",
            "FlowID": "FL_1",
            "Flow": flow,
            "Properties": {"Count": self._nodes, "RemovedFieldsets": []},
        }

    def _node(self, **settings: Any) -> Json:
        self._nodes += 1
        return settings | {"FlowID": f"FL_{self._nodes}"}

    def _data(self, values: Mapping[str, str]) -> Json:
        entries = [
            {
                "Description": name,
                "Type": "Custom",
                "Field": name,
                "VariableType": "String",
                "DataVisibility": [],
                "AnalyzeText": False,
                "Value": value,
            }
            for name, value in values.items()
        ]
        return self._node(Type="EmbeddedData", EmbeddedData=entries)

    def _branch(self, formula: Formula, flow: list[Json], description: str) -> Json:
        if formula == ALWAYS:
            return self._node(Type="Group", Description=description, Flow=flow)
        logic = logic_json(formula)
        del logic["inPage"]
        return self._node(Type="Branch", Description=description, BranchLogic=logic, Flow=flow)

    def _drawn(self, variable: Assigned) -> Json:
        levels = [self._data({variable.id: str(level)}) for level in variable.values]
        return self._node(Type="BlockRandomizer", SubSet=1, EvenPresentation=True, Flow=levels)

    def _stale(self, segment: Segment, number: int, written: dict[str, int]) -> Iterator[str]:
        """Name the texts that a block shows and that answers may have changed meanwhile."""
        keys = [key for element in segment.elements for key in self._layout.keys(element)]
        for key in self._layout.texts.with_inner(keys):
            since = self._layout.segments[written.get(key, 0) : number]
            asked = set().union(*(part.items for part in since))
            if key not in written or asked & self._layout.needed(key):
                yield key

    def _text(self, key: str) -> Iterator[Json]:
        """Set a text in each language: the last wording first, so that the first one wins."""
        alternatives = self._layout.texts.known[key]
        yield self._data(
            {
                embedded(key, language): piped_words(alternatives.otherwise, language)
                for language in self._languages
            }
        )
        for condition, text in reversed(alternatives.cases):
            try:
                formula = self._conditions.holds([condition])
                if formula == NEVER:
                    continue
                values = {
                    embedded(key, language): self._answer(text.item)
                    if isinstance(text, Answer)
                    else piped_words(text, language)
                    for language in self._languages
                }
                yield self._branch(formula, [self._data(values)], key)
            except InexpressibleError as error:
                self._conditions.refuse(f"text {key}", error)

    def _answer(self, item: str) -> str:
        place = self._layout.places[item].question
        return f"${{{entered_at(self._instrument.item(item), place)}}}"

    def _gate(self, segment: Segment) -> Iterator[Json]:
        """End the survey for who does not consent, where nothing would be asked any more."""
        for element in segment.elements:
            for item in element.items:
                accepted = _gate_value(item, self._instrument)
                if accepted is not None:
                    passed = Compare("==", Name(item.id), Number(accepted))
                    end = self._node(Type="EndSurvey")
                    yield self._branch(negated(self._conditions.condition(passed)), [end], item.id)

    def _derived(self, entry: Derived) -> Iterator[Json]:
        """Calculate a derived variable from what was answered; blank where it is unknown."""
        try:
            cases = self._conditions.values(entry.value)
            values = [(known, self._calculated(value)) for known, value in cases]
            branches = [(logic_json(formula), value) for formula, value in values]
        except InexpressibleError as error:
            self.losses.append(not_calculated("PLATFORM-161", entry.id, error))
            return
        yield self._data({entry.id: ""})
        for (formula, value), _ in zip(values, branches, strict=True):
            yield self._branch(formula, [self._data({entry.id: value})], entry.id)

    def _calculated(self, tree: Expression) -> str:
        if isinstance(tree, Number):
            return spell_number(tree.value)
        return f"$e{{ {self._arithmetic(tree)} }}"

    def _arithmetic(self, tree: Expression) -> str:
        match tree:
            case Number(value):
                return spell_number(value)
            case Name(id=id):
                return self._piped_number(id)
            case Binary(sign, left, right):
                return f"( {self._arithmetic(left)} {sign} {self._arithmetic(right)} )"
            case Call("sum" | "mean" as function, parts):
                total = " + ".join(map(self._arithmetic, parts))
                return f"( {total} )" if function == "sum" else f"( ( {total} ) / {len(parts)} )"
            case Call("option", (Name(id=id), Number(value))):
                item = self._instrument.item(id)
                if item.kind == "allocate":
                    choice = choice_ids(item, self._instrument)[int(value)]
                    qid = self._layout.places[id].question
                    return f"${{q://{qid}/ChoiceNumericEntryValue/{choice}}}"
        raise InexpressibleError("Qualtrics calculates with + - * / only")

    def _piped_number(self, id: str) -> str:
        if any(variable.id == id for variable in self._instrument.assigned):
            return f"${{e://Field/{id}}}"
        place = self._layout.places[id]
        if self._instrument.item(id).kind == "number":
            return f"${{{entered_at(self._instrument.item(id), place.question)}}}"
        answer = f"SelectedAnswerRecode/{place.row}" if place.row else "SelectedChoicesRecode"
        return f"${{q://{place.question}/{answer}}}"


def _gate_value(item: Item, instrument: Instrument) -> float | None:
    """Return the answer without which nothing else is asked, if there is one."""
    if item.kind != "consent":
        return None
    later = instrument.items[instrument.items.index(item) + 1 :]
    demands = [set(_conjuncts(known_to_hold(i.conditions, instrument))) for i in later]
    for tree in demands[0] if demands else ():
        match tree:
            case Compare("==", Name(id=id), Number(value)) if id == item.id:
                return value if all(tree in demand for demand in demands) else None
    return None


def _conjuncts(tree: Expression) -> Iterable[Expression]:
    return tree.parts if isinstance(tree, Logic) and tree.operator == "and" else (tree,)
