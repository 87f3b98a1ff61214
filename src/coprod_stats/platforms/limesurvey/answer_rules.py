"""What LimeSurvey checks in an answer, and what it fills in before there is one."""

from __future__ import annotations

from coprod_stats.errors import Fault
from coprod_stats.instruments.language.tree import Expression
from coprod_stats.instruments.model import Instrument, Item, Text
from coprod_stats.platforms.fields import (
    InexpressibleError,
    by_invitation,
    enough_chosen,
    not_prefilled,
)
from coprod_stats.platforms.limesurvey.codes import Codes
from coprod_stats.platforms.limesurvey.expressions import Translator, as_html
from coprod_stats.platforms.limesurvey.survey_structure import Row
from coprod_stats.platforms.phrases import least_said, only_for


class AnswerRules:
    """Writes the rules of answers, with what is said in one language.

    Attributes
    ----------
    losses : list of Fault
        Answers that only the invitation prefills, or that can be changed.
    """

    def __init__(
        self, instrument: Instrument, codes: Codes, translator: Translator, language: str
    ) -> None:
        self._instrument, self._codes = instrument, codes
        self._translator, self._language = translator, language
        self.losses: list[Fault] = []

    def validation(self, item: Item) -> Row:
        """Return the equation that an answer fulfils, and what is said where it does not."""
        rules = [enough_chosen(item)] if item.min_choices is not None else []
        rules += [check.condition for check in item.checks]
        filters = item.options_when if item.kind == "single" else ()
        if not rules and not filters:
            return {}
        try:
            parts = [self._translator.agrees(rules)] if rules else []
            parts += [self._only_where_shown(item, code, shown) for code, shown in filters]
        except InexpressibleError as error:
            self._translator.refuse(f"item {item.id}", error)
            return {}
        said = [] if item.min_choices is None else [as_html(least_said(item, self._language))]
        said += [self._text(check.message) for check in item.checks]
        said += [only_for(item, code, self._instrument, self._language) for code, _ in filters]
        equation = self._translator.joined("and", parts)
        return {"em_validation_q": equation, "em_validation_q_tip": " ".join(said)}

    def _only_where_shown(self, item: Item, code: int, shown: Expression) -> str:
        """Write that an option is not chosen, or is meant for the respondent."""
        chosen, meant = (self._translator.holds([tree]) for tree in (item.chosen(code), shown))
        return f"!({chosen}) or ({meant})"

    def prefilled(self, item: Item) -> Row:
        """Return the default answer, which an expression in braces may give."""
        given = item.prefill
        if given is None:
            return {}
        link = f"Add '&{self._codes.places[item.id].question}=' and the value to the link."
        self.losses += by_invitation(item, link)
        if given.read_only:
            said = "LimeSurvey has no questions that cannot be changed"
            self.losses.append(not_prefilled(item, said, "Reading rejects what was changed."))
        if given.answer is not None:
            return {"default": f"{{{self._translator.copied(given.answer, item.id)}}}"}
        if given.value is None:
            return {}
        if item.kind == "single":
            return {"default": self._codes.answers[item.id][int(given.value)]}
        try:
            return {"default": self._translator.unchanged(given.value, "{}")}
        except InexpressibleError as error:
            self._translator.refuse(f"item {item.id}", error)
            return {}

    def _text(self, text: Text) -> str:
        return self._translator.label(text.in_language(self._language), self._language)
