"""Checks of what else could have made a result."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One check, fired or not, with the statistic that it rests on.

    Attributes
    ----------
    leads : bool
        Whether its message belongs into the first lines of a report when it fires.
    variables : tuple of str
        Ids in the message for which a report prints titles.
    """

    code: str
    fires: bool
    statistic: float
    message: str
    leads: bool = False
    variables: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The message as a sentence."""
        return f"{self.message[:1].upper()}{self.message[1:]}."

    def titled(self, title: Callable[[str], str]) -> str:
        """Return the sentence with quoted titles in place of the ids of variables."""
        if not self.variables:
            return self.sentence
        ids = "|".join(map(re.escape, dict.fromkeys(self.variables)))
        return re.sub(rf"\b(?:{ids})\b", lambda found: f"“{title(found[0])}”", self.sentence)
