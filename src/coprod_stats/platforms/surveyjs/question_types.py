"""SurveyJS's type of each kind of question, with its answers and limits.

https://surveyjs.io/form-library/documentation/api-reference/question
"""

from __future__ import annotations

from collections.abc import Sequence

from coprod_stats.instruments.model import Item, Option
from coprod_stats.platforms.fields import alone, choices, enough_chosen, patterns
from coprod_stats.platforms.phrases import least_said
from coprod_stats.platforms.surveyjs.expressions import Translator, visible_if
from coprod_stats.platforms.surveyjs.texts import FormTexts, Json, localized


class QuestionTypes:
    """Writes the types of the questions of a form, or of the panel of a roster.

    Parameters
    ----------
    scope : str
        What the names of questions begin with in expressions, as ``panel.`` within a panel.
    """

    def __init__(self, translator: Translator, texts: FormTexts, *, scope: str) -> None:
        self._translator, self._texts, self._scope = translator, texts, scope
        self._instrument, self._languages = translator.instrument, texts.languages

    def of_item(self, item: Item) -> Json:
        """Return the type of a question, with its answers and limits."""
        options = [
            choice(option, self._texts) | self._visible(item, option)
            for option in choices(item, self._instrument)
        ]
        match item.kind:
            case "multiple":
                return self._checkbox(item, options)
            case "rank":
                own = item.responses.options if item.responses else ()
                return {
                    "type": "ranking",
                    "selectToRankEnabled": True,
                    "maxSelectedChoices": item.top,
                    "choices": [choice(option, self._texts) for option in own],
                }
            case "allocate":
                return self._allocation(item)
            case "number":
                return self._number(item)
            case "text":
                kind = {"type": "comment" if item.specifies is None else "text"}
                return kind | _text_rule(item)
            case "date" | "time":
                return {"type": "text", "inputType": item.kind} | _date_limits(item)
            case _:
                numbered = item.responses is not None and item.responses.numbered
                side_by_side = {"colCount": 0} if numbered else {}
                return {"type": "radiogroup", "choices": options, **side_by_side}

    def _checkbox(self, item: Item, options: Sequence[Json]) -> Json:
        apart = [value_of(option) for option in alone(item, self._instrument)]
        listed = [
            option | ({"isExclusive": True} if option["value"] in apart else {})
            for option in options
        ]
        made: Json = {"type": "checkbox", "choices": listed}
        if item.max_choices is not None:
            made["maxSelectedChoices"] = item.max_choices
        if item.min_choices is not None:
            # SurveyJS's minSelectedChoices would demand as many of who chose what stands alone,
            # and of who leaves a question that may be left
            rule = self._translator.holds([enough_chosen(item)])
            said = localized((code, least_said(item, code)) for code in self._languages)
            made["validators"] = [{"type": "expression", "text": said, "expression": rule}]
        return made

    def _allocation(self, item: Item) -> Json:
        options = item.responses.options if item.responses else ()
        fields = [f"{{{self._scope}{item.id}.o{option.value}}}" for option in options]
        blank = " and ".join(f"{field} empty" for field in fields)
        return {
            "type": "multipletext",
            "items": [
                {
                    "name": f"o{option.value}",
                    "title": self._texts.text(option.label),
                    "inputType": "number",
                    "validators": [{"type": "numeric", "minValue": 0, "maxValue": item.total}],
                }
                for option in options
            ],
            "validators": [
                {
                    "type": "expression",
                    "text": str(item.total),
                    "expression": f"({blank}) or sum({', '.join(fields)}) = {item.total}",
                }
            ],
        }

    def _number(self, item: Item) -> Json:
        made: Json = {"type": "text", "inputType": "number"}
        allowed = item.number
        if allowed is None:
            return made
        if allowed.slider is not None:
            low, high = allowed.ends
            labels = [{"value": n, "text": self._texts.text(text)} for n, text in allowed.labels]
            ends = {"min": low, "max": high, "step": allowed.slider.step}
            return {"type": "slider", **ends, "customLabels": labels}
        if allowed.minimum is not None:
            made["min"] = allowed.minimum
        if allowed.maximum is not None:
            made["max"] = allowed.maximum
        if not allowed.whole:
            return made | {"step": "any"}
        whole = {"type": "expression", "expression": f"{{{self._scope}{item.id}}} % 1 = 0"}
        return made | {"step": 1, "validators": [whole]}

    def _visible(self, item: Item, option: Option) -> Json:
        shown = item.option_conditions(option.value)
        return visible_if(self._translator, f"item {item.id}", shown)


def value_of(option: Option) -> str | int:
    """Return the value by which a form knows an option: its letters or its number."""
    return option.code or option.value


def choice(option: Option, texts: FormTexts) -> Json:
    """Return an option of a list."""
    return {"value": value_of(option), "text": texts.text(option.label)}


def _date_limits(item: Item) -> Json:
    if item.dates is None:
        return {}
    ends = (("min", item.dates.first), ("max", item.dates.last))
    return {name: str(end) for name, end in ends if end is not None}


def _text_rule(item: Item) -> Json:
    if item.rule is None:
        return {}
    longest = {} if item.rule.longest is None else {"maxLength": item.rule.longest}
    rules = [{"type": "regex", "regex": pattern} for pattern in patterns(item.rule)]
    return {**longest, "validators": rules}
