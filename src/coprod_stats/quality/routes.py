"""Groups of respondents to whom the routing shows the same items, so that answers compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coprod_stats.instruments import Item
from coprod_stats.quality.person_index import BoolArray
from coprod_stats.quality.row_blocks import row_patterns
from coprod_stats.responses import Responses


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """One route through the questionnaire.

    Parameters
    ----------
    members : ndarray of bool, shape (n_respondents,)
        The respondents who take it.
    shown : ndarray of bool, shape (n_items,)
        Which of the given items it shows.
    """

    members: BoolArray
    shown: BoolArray


def routes(responses: Responses, items: Sequence[Item]) -> tuple[Route, ...]:
    """Group the respondents by which of the items the routing shows them, largest group first."""
    shown = (responses.asked(item) for item in items)
    ways, which = row_patterns(shown, n_rows=responses.n_respondents)
    found = (Route(which == k, way) for k, way in enumerate(ways))
    return tuple(sorted(found, key=lambda route: -route.members.sum()))
