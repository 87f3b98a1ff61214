"""Lists of choices, each written once however many questions share it."""

from __future__ import annotations

from coprod_stats.instruments.language.numbers import spell_number
from coprod_stats.instruments.model import Option, Text
from coprod_stats.platforms.xlsform.columns import choice_name
from coprod_stats.platforms.xlsform.texts import FormTexts

Row = dict[str, str]


class ChoiceLists:
    """The sheet of choices being written.

    Attributes
    ----------
    rows : list of dict
        Its rows.
    """

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self._names: dict[tuple[object, ...], str] = {}

    def of_options(self, options: tuple[Option, ...], texts: FormTexts) -> str:
        """Name the list of some choices."""
        named = ((choice_name(option), option.label) for option in options)
        return self._list(options, tuple(named), texts)

    def of_numbers(self, labels: tuple[tuple[float, Text], ...], texts: FormTexts) -> str:
        """Name the list of the labels of some numbers."""
        named = ((spell_number(number), label) for number, label in labels)
        return self._list(labels, tuple(named), texts)

    def _list(
        self, key: tuple[object, ...], named: tuple[tuple[str, Text], ...], texts: FormTexts
    ) -> str:
        if key not in self._names:
            self._names[key] = f"list_{len(self._names) + 1}"
            for name, label in named:
                words = texts.columns("label", label, markdown=False)
                self.rows.append({"list_name": self._names[key], "name": name, **words})
        return self._names[key]
