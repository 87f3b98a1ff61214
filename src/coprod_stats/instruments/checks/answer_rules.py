"""Rules for what respondents can answer from: the time they compare with, the answers offered."""

from __future__ import annotations

import re
from collections.abc import Sequence

_OWN_LIFE = re.compile(
    r"\byour (?:own )?(?:\w+ )?(?:health|income|home|household|family|children|weight|life|age)\b"
)
_NUMBER = r"(?:an?|one|two|three|four|five|six|ten|twenty|\d+|some|several|a few)"
_MOMENT = re.compile(
    rf"\b(?:{_NUMBER} (?:years?|months?) (?:ago|earlier|before)|"
    r"than (?:it (?:was|used to be)|they (?:were|used to be)|before (?:the|it)|when it was)|"
    r"(?:than|compared with|compared to) in the past|in the (?:19|20)?\d0s|"
    rf"(?:than|as|with|to|from|since) (?:it was |they were |(?:what|how) it was )?"
    r"(?:last (?:year|summer|winter|spring|autumn|season)|(?:in|during) (?:earlier|previous|"
    r"former) years|the (?:previous|preceding) year|(?:in )?(?:19|20)\d\d))\b"
)
_PERIOD = re.compile(
    r"\b(?:(?:in|over|during|within) (?:the course of )?the (?:past|last) (?:year|decade|"
    r"(?:two|three|four|five|six|ten|few|several|couple of|\d+) years|(?:18|24|36) months)|"
    r"in recent years|over the years|over time)\b"
)
_OWN_ACTS = re.compile(r"\b(?:have|did|do|had|were|are) you\b")


def earlier_time(words: str, *, asked_by_time: bool) -> str:
    """Return the finding of a comparison with a time at which some were not yet there.

    Parameters
    ----------
    words : str
        Stem and row, in small letters.
    asked_by_time : bool
        Whether a number, such as years of taking part, decides who is asked.
    """
    if asked_by_time or _OWN_LIFE.search(words):
        return ""
    found = _MOMENT.search(words)
    if found is None and not _OWN_ACTS.search(words):
        found = _PERIOD.search(words)
    if found is None:
        return ""
    return (
        f"'{found.group()}' asks about a time at which some were not yet there; ask how it is now, "
        "or only those who have been there as long"
    )


_CLAUSE = re.compile(r"[,.:;]\s+")
_WHETHER = re.compile(
    r"^(?:do|does|did|is|are|was|were|has|have|had|can|could|would|will|should|may|must) \w+"
)
_WHICH = re.compile(
    r"^(?:(?:in|at|to|by|for|with|from|of|on) )?(?:which|what|where|when|who|whom|whose|how|why)\b"
)
_ALTERNATIVES = re.compile(r"\b(?:or|rather|either|mostly|mainly|best)\b")
_YES_NO = re.compile(r"^(?:yes|no)\b")
_EXISTS = re.compile(r"\b(?:something|anything|anyone|anybody|ever|at all)\b")
_HALF = re.compile(r"^(?:partly|partially|in part|half)\b")


def unfitting_answers(text: str, labels: Sequence[str]) -> str:
    """Return the finding of a choice whose options do not answer its question.

    Parameters
    ----------
    text : str
        The question, in small letters.
    labels : sequence of str
        Its options, in small letters; rating scales are not judged.
    """
    asks = _last_question(text)
    yes_no = [bool(_YES_NO.search(label)) for label in labels]
    if _WHETHER.search(asks):
        if not any(yes_no) and not _ALTERNATIVES.search(asks):
            return f"asks whether, and '{labels[0]}' does not answer with yes or no"
        half = next((label for label in labels if _HALF.search(label)), None)
        if half and (there_is := _EXISTS.search(asks)):
            return f"'{there_is.group()}' is there or not, and cannot be answered '{half}'"
    elif _WHICH.search(asks) and all(yes_no):
        return f"asks '{asks.split()[0]}', and '{labels[0]}' does not answer that"
    return ""


def _last_question(text: str) -> str:
    """Return the last clause that begins as a question does; the whole text if none does."""
    clauses = _CLAUSE.split(text.rstrip(" ?"))
    begins = [clause for clause in clauses if _WHETHER.search(clause) or _WHICH.search(clause)]
    return begins[-1] if begins else text
