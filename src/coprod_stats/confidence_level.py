"""The confidence level of intervals, checked where a function is entered."""

from __future__ import annotations

from coprod_stats.errors import CoprodError


def check_conf_level(conf_level: float, *, error: type[CoprodError]) -> None:
    """Refuse a confidence level that is no proportion, such as 95.

    Raises
    ------
    CoprodError
        Of the type ``error``, if the level does not lie between 0 and 1.
    """
    if not 0 < conf_level < 1:
        raise error(f"the confidence level must lie between 0 and 1, not {conf_level}")
