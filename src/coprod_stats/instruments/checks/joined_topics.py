"""Rule for questions that ask about two topics at once: what is joined, and what is one thing."""

from __future__ import annotations

import re

_EXAMPLES = re.compile(
    r"\b(such as|for example|for instance|e\.g\.|like an?|beyond|rather than)\b.*"
)
_PAIRS = re.compile(
    r"\b(staff and citizens|citizens and staff|you and the (staff|citizens)|agree or disagree|"
    r"easy or difficult|whether or not|more or less|once or twice|now and then|more and more|"
    r"terms and conditions|\w+ing up and \w+ing down|"
    r"friends and family|family and friends|one or more|two or three|sooner or later|by and large|"
    r"website or app|leads and who follows|give and take|back and forth|"
    r"day and night|men and women|women and men|rich and poor|questions and answers|pros and cons|"
    r"again and again|trial and error|law and order|research and development|yes or no|or not|"
    r"true or false|right or wrong|alone or with|(?:for|with|to|by|in|on|of|from|at),? (?:and|or) "
    r"(?:for|with|without|to|by|in|on|of|from|at|against)|(?:s?he|him|her|his) or "
    r"(?:s?he|him|hers?|his)|(?:one|two|three|four|five|six|ten|\d+) or (?:two|three|four|five|six|"
    r"more|fewer|\d+))\b"
)
_OPPOSITES = re.compile(
    r"\b(\w{3})\w* or (un|dis|in|im)\1\w*|\b(easy|good|better|more|often|high|large) or "
    r"(difficult|bad|worse|less|rarely|low|small)\b"
)
"""The two poles of one scale, named for balance."""
_ONE_THING = " it "
"""Stands for what is named together and is one thing, so that what is joined to it is seen."""
_SIDES_BEGIN = re.compile(r"\b(?:between|both) ")
_SIDES_END = re.compile(r" and\b|[^\w' ]")
_SIDES_FOLLOW = re.compile(r"\b(reconcile|combine|compare|balance|match)\b.*")
_MUTUAL = re.compile(r"\b(each other|one another|match)\b")
_JOINED = re.compile(
    r"\b(\w+,? (and|or|as well as|and/or|but also|&) \w+|\w+/\w+|\w+, \w+, \w+)", re.IGNORECASE
)


def joined_topics(words: str) -> str:
    """Return the finding of a question that asks about two topics; its text in small letters."""
    if words.count("?") > 1:
        return "asks two questions"
    words = _PAIRS.sub(_ONE_THING, _EXAMPLES.sub("", _without_remarks(words)))
    words = " ".join(_OPPOSITES.sub(_ONE_THING, _without_relations(words)).split())
    found = _JOINED.search(words)
    return f"'{found.group()}' joins two topics in one question" if found else ""


def _without_remarks(words: str) -> str:
    """Remove what stands in round brackets, from an opening one to the next closing one."""
    kept, place = [], 0
    while (opening := words.find("(", place)) >= 0 and (closing := words.find(")", opening)) >= 0:
        kept.append(words[place:opening])
        place = closing + 1
    return "".join([*kept, words[place:]])


def _without_relations(words: str) -> str:
    """Remove relations, which cannot be asked about without naming two sides."""
    place = 0
    if (leading := _SIDES_FOLLOW.match(words)) is not None:
        place = leading.end()
    for mutual in _MUTUAL.finditer(words, place):
        place = mutual.end()
    left = f"{_ONE_THING.rstrip()}{words[place:]}" if place else words
    return _SIDES_FOLLOW.sub(" ", _without_sides(left))


def _without_sides(words: str) -> str:
    """Remove ``between … and`` and ``both … and`` where only words stand between the two."""
    kept, place = [], 0
    while opening := _SIDES_BEGIN.search(words, place):
        closing = _SIDES_END.search(words, opening.end())
        if closing is None:
            break
        joined = closing.group() == " and"
        kept += [words[place : opening.start()], " "] if joined else [words[place : closing.end()]]
        place = closing.end()
    return "".join([*kept, words[place:]])
