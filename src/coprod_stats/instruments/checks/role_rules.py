"""Rules for the words of a question that depend on what it measures, and on who can know.

They look at words, as all rules for one question do, but only where the construct has a role: an
outcome that asks for a cause has the hypothesis in its question, a driver that asks for an
evaluation shares it with every outcome.
"""

from __future__ import annotations

import re

from coprod_stats.instruments.constructs import Role

OUTCOMES: frozenset[Role] = frozenset({"impact", "value", "outcome", "benefit", "adverse"})
"""Roles of what is to be explained."""
CAUSES: frozenset[Role] = frozenset({"driver", "determinant"})
"""Roles of what is to explain it."""

_CAUSE = re.compile(
    r"\b(as an? (?:direct |indirect )?(?:result|consequence|effect)|as a consequence|because|"
    r"thanks to|owing to|due to(?! (?:arrive|begin|start|open|close|end)\b)|on account of|"
    r"in consequence of|after (?:taking|joining|working|helping|having taken|your (?:part|help))|"
    r"since (?:you|we|they|people|citizens|staff|then|taking|joining|working|it|the)|"
    r"(?:by|through|from) (?:taking|working(?! (?:hours|days|people|famil\w+|parents))|joining|"
    r"helping|co-producing|having taken|your (?:part|help|work|contribution))|"
    r"(?:led|driven) (?:to|you|them|people|staff|citizens)|"
    r"(?:caused|enabled|prompted) (?:to|by|you|them|people|staff|citizens)|"
    r"(?:has|have|did) (?:it|this|that|taking part|your part|working together|the work) "
    r"(?:made|helped|changed|improved|led|brought|given|let|raised|lowered)|"
    r"(?:made|makes|making) (?:you|them|people|staff|citizens|it|things)|"
    r"(?<!you )make (?:you|them|people|staff|citizens)|"
    r"(?:effect|impact) (?:\w+ ){0,4}(?:had|has|have) on|"
    r"(?:has|have) (?:\w+ ){1,4}(?:become|grown|improved|increased|decreased|fallen|risen)|"
    r"(?:does|do|did|has|have|is) (?:(?:your|their|the|citizens'|people's|residents') (?:\w+ )?"
    r"(?:part|participation|involvement|contribution|help|input|project|scheme|programme)|"
    r"co-production|taking part|helping|joining|"
    r"co-producing|(?:working|work|being) (?:with \w+|together|involved))(?: in (?:it|\[\w+\]))?"
    r"[. ]+(?:\w+ )?(?:add(?:ed|s)?|chang(?:e|es|ed)|give[ns]?|costs?|keeps?|kept|tak(?:e|es|en)|"
    r"tire[ds]?|weaken(?:ed|s)?|strengthen(?:ed|s)?|improve[ds]?|raise[ds]?|lower(?:ed)?|"
    r"increase[ds]?|reduce[ds]?|brings?|brought|makes?|made|leads?|led|leaves?|left|help(?:s|ed)?)|"
    r"brought about|contributed to|"
    r"(?:than|compared with|compared to) (?:before|earlier|in the past|it used to|they used to|you "
    r"used to|at the start))\b"
)


def causal_phrase(words: str, roles: frozenset[Role]) -> str:
    """Return the finding of an outcome that asks for a cause or a change, not for a level."""
    if not roles & OUTCOMES:
        return ""
    found = _CAUSE.search(words)
    if found is None:
        return ""
    return (
        f"'{found.group()}' asks respondents for a cause or a change; ask how it is now, and let "
        "the analysis find what it goes with"
    )


_NO_EVALUATION = re.compile(
    r"\b((?:good|bad) news|as well as|how well|(?:could|can|should|might) be (?:done|made) better|"
    r"well[- ]known|good deal|fair share|right (?:away|now|to|of)|rights?|best time|good morning|"
    r"clear(?:ed|ing)|clear (?:the|a|up|away|out)|as well(?=\W*$)|you improve|"
    r"how (?:clear|easy|useful|good)|well over|as good as)\b"
)
_EVALUATION = re.compile(
    r"\b(in (?:good )?time to|in good time|enough|sufficient(?:ly)?|adequate(?:ly)?|useful|usable|"
    r"helpful(?:ly)?|well|properly|appropriate(?:ly)?|good|better|best|great|excellent(?:ly)?|"
    r"poor(?:ly)?|bad(?:ly)?|fair(?:ly)?|unfair(?:ly)?|clear(?:ly)?|unclear|easy|easily|easier|"
    r"effective(?:ly)?|efficient(?:ly)?|successful(?:ly)?|valuable|worthwhile|meaningful(?:ly)?|"
    r"satisf\w+|pleasant(?:ly)?|fruitful|constructive(?:ly)?|suitable|fitting|reliable|reliably|"
    r"smooth(?:ly)?|competent(?:ly)?|convenient(?:ly)?|right|"
    r"(?:ir)?relevant|(?:in)?accurate(?:ly)?|(?:in)?correct(?:ly)?|timely|(?:un)?friendly|"
    r"(?:un)?comfortable|(?:un)?important|welcome|productive|practical|worth|pleased|happy|"
    r"of (?:high|good|poor|low) quality|too (?:long|short|late|early|few|many|much|little|slow)|"
    r"allows? (?:you|things|people|more)|lets? you|you can (?:use|understand|trust|rely)|"
    r"count on|rely on|trust(?:ed|s)?|rather than only|as it should|improve[sd]?)\b"
)


def evaluative_word(words: str, roles: frozenset[Role]) -> str:
    """Return the finding of a driver or determinant that asks for an evaluation."""
    if not roles & CAUSES or roles & OUTCOMES:
        return ""
    found = _EVALUATION.search(_NO_EVALUATION.sub(" ", words))
    if found is None:
        return ""
    return (
        f"'{found.group()}' evaluates, so that answers reflect general satisfaction; ask how "
        "often, how much, or whether"
    )


_OWN_EXPERIENCE = re.compile(
    r"\b(costs? (?:you|your|me|of living)|(?:you|your) (?:own )?(?:costs?|budget)|"
    r"(?:do|did|have|has|were|are) you (?:saved?|spent|paid|been (?:served|answered))|"
    r"(?:do|did|would|could|can|will) you (?:\w+ )?(?:spend|pay|drive)\b.*|"
    r"expensive (?:is|was) it for you|would you (?!have\b)(?:\w+ ){0,4}(?:without|if|otherwise)|"
    r"(?:did|do) you (?:\w+ ){0,2}without|"
    r"(?:answer|reply|repl|serv|help|see|call)\w* (?:to )?you\w*(?: back)? (?:quickly|fast|faster|"
    r"sooner)|time pass(?:es)? quickly|compared (?:with|to) (?:you|your))\b"
)
_UNKNOWABLE = (
    (
        "what it costs",
        re.compile(
            r"\b(costs?|costing|cheap(?:er|ly)?|budgets?|sav(?:e|es|ed|ing) money|"
            r"money (?:has |have )?(?:been |was |is |were )?(?:saved|spent)|money for|"
            r"value for money|profitab\w+|wast(?:e|es|ed|ing) (?:of )?(?:public )?(?:money|taxes|"
            r"time|resources)|money (?:is |was |been )?wasted|taxpayers?|tax money|"
            r"the same means|(?:cost|in)?-?efficien\w+|expens\w+|finances?)\b"
        ),
    ),
    (
        "how fast it works",
        re.compile(
            r"\b(quick(?:ly|er)?|fast(?:er)?|speed(?:y|ily)?|sooner|delays?|"
            r"how long (?:do|does|did|must|have) (?!you\b)(?:\w+ ){1,3}(?:to )?wait)\b"
        ),
    ),
    (
        "what would have been",
        re.compile(
            r"\b(compared (?:with|to) (?:the same|a |what|if|how|services?|other)|run by \w+ alone|"
            r"would (?:\w+ ){0,4}(?:have been|without|otherwise|if)|had (?:\w+ ){0,2}not\b|"
            r"without (?:your|citizens'?|their|residents'?|volunteers'?|the) (?:\w+ )?"
            r"(?:part|help|contribution|work|input)|otherwise (?:have|be)|in the absence of)"
        ),
    ),
    (
        "what others knew",
        re.compile(
            r"\b((?:nobody|no one|no-one|none of them) (?:else )?(?:knew|had|has|knows|ever)|"
            r"unknown (?:to (?:everybody|anyone|all)|before|until)|"
            r"(?:new|never seen) (?:to everybody|anywhere)|for the first time anywhere)\b"
        ),
    ),
)


def beyond_knowledge(words: str, *, offers_dont_know: bool) -> str:
    """Return the finding of a question on what most respondents cannot know."""
    if offers_dont_know:
        return ""
    words = _OWN_EXPERIENCE.sub(" ", words)
    for what, pattern in _UNKNOWABLE:
        if found := pattern.search(words):
            return (
                f"'{found.group().strip()}' asks {what}; offer \"don't know\", or ask those who "
                "have the records"
            )
    return ""
