"""What an XLSForm checks in an answer, and what it fills in before there is one."""

from __future__ import annotations

from coprod_stats.errors import Fault
from coprod_stats.instruments.model import Item
from coprod_stats.platforms.fields import InexpressibleError, by_invitation, together
from coprod_stats.platforms.xlsform.choice_lists import Row
from coprod_stats.platforms.xlsform.expressions import XPath, field
from coprod_stats.platforms.xlsform.texts import FormTexts


class AnswerRules:
    """Writes the rules of answers.

    Attributes
    ----------
    losses : list of Fault
        Answers that only the invitation prefills.
    """

    def __init__(self, xpath: XPath, texts: FormTexts) -> None:
        self._xpath, self._texts = xpath, texts
        self.losses: list[Fault] = []

    def prefilled(self, item: Item) -> Row:
        """Return what a field is filled with: when the form begins, or when an answer changes."""
        given = item.prefill
        if given is None:
            return {}
        fixed = {"readonly": "yes"} if given.read_only else {}
        path = f"/data/page_{item.page}/{field(item.id)}"
        self.losses += by_invitation(item, f"Add '&d[{path}]=' and the value to the link.")
        if given.value is not None:
            return fixed | {"default": self._default(item, given.value)}
        if given.answer is None:
            return fixed
        copied = {"calculation": self._xpath.copied(given.answer, item.id)}
        trigger = {} if given.read_only else {"trigger": f"${{{field(given.answer)}}}"}
        return fixed | copied | trigger

    def _default(self, item: Item, value: str) -> str:
        """Write a value; a text that could be read as an expression becomes one."""
        if item.kind == "single":
            return self._xpath.codes(item.id)[int(value)]
        if item.kind == "time":
            return f"{value}:00.000"
        if item.kind != "text" or value.replace(" ", "").isalnum():
            return value
        return f"concat({self._xpath.joined_literals(value)}, '')"

    def checked(self, item: Item, row: Row) -> Row:
        """Add the checks of an answer to its constraint, in which it is called ``.``."""
        if not item.checks:
            return row
        try:
            agrees = self._xpath.agrees([check.condition for check in item.checks])
        except InexpressibleError as error:
            self._xpath.refuse(f"item {item.id}", error)
            return row
        agrees = agrees.replace(f"${{{field(item.id)}}}", ".")
        limits = [row["constraint"]] if "constraint" in row else []
        texts = [check.message for check in item.checks]
        return row | {
            "constraint": self._xpath.joined("and", [*limits, agrees]),
            **self._texts.columns("constraint_message", together(texts)),
        }
