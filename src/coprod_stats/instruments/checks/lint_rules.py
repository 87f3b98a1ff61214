"""Rules of the questionnaire linter for one question: from its text and answers to findings.

The rules look at words, not meaning: they point at what survey methodology advises against and
leave the judgement to the author, who rewords the question or records an exemption with a reason.
Every rule takes time in proportion to the length of the text: a pattern that begins with a word or
spans a text is tried at the beginnings of words only, or once.
Their accuracy is measured on a labelled bank (``docs/methods/questionnaire_linting.md``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from coprod_stats.instruments.checks.answer_rules import earlier_time, unfitting_answers
from coprod_stats.instruments.checks.joined_topics import joined_topics
from coprod_stats.instruments.checks.role_rules import (
    beyond_knowledge,
    causal_phrase,
    evaluative_word,
)
from coprod_stats.instruments.constructs import Role
from coprod_stats.instruments.questions import ResponseKind

MAX_WORDS = 25
"""Most words in a sentence of a question (Payne, 1951, ch. 8)."""

RULES: dict[str, tuple[str, str]] = {
    "LINT-001": (
        "double-barrelled",
        "Krosnick & Presser (2010), Question and questionnaire design, p. 264; Menold (2020), "
        "Sociological Methods & Research 49(1), 79-107",
    ),
    "LINT-002": (
        "negation",
        "Belson (1981), The design and understanding of survey questions; "
        "Swain, Weathers & Niedrich (2008), J. of Marketing Research 45(1), 116-131",
    ),
    "LINT-003": (
        "leading",
        "Loftus & Zanni (1975), Bull. Psychonomic Society 5(1), 86-88; Payne "
        "(1951), The art of asking questions, ch. 11",
    ),
    "LINT-004": (
        "mixed polarity",
        "Saris & Gallhofer (2014), Design, evaluation, and analysis of "
        "questionnaires, ch. 5; Krosnick & Presser (2010), p. 275",
    ),
    "LINT-005": (
        "agree-disagree",
        "Saris, Revilla, Krosnick & Shaeffer (2010), Survey Research Methods 4(1), 61-79",
    ),
    "LINT-006": (
        "no off-scale option",
        "Schuman & Presser (1981), Questions and answers in "
        "attitude surveys, ch. 4; DeCastellarnau (2018), Quality & Quantity 52(4), "
        "1523-1559",
    ),
    "LINT-007": ("too long", "Payne (1951), ch. 8; Lenzner (2012), Field Methods 24(4), 409-428"),
    "LINT-008": (
        "scale of fewer than three items",
        "Bollen (1989), Structural equations with latent variables, p. 244 (three-indicator rule)",
    ),
    "LINT-009": (
        "reverse item without polar opposite",
        "Weijters & Baumgartner (2012), J. of "
        "Marketing Research 49(5), 737-747; Swain et al. (2008)",
    ),
    "LINT-010": (
        "construct without item",
        "Adcock & Collier (2001), American Political Science Review 95(3), 529-546",
    ),
    "LINT-011": (
        "exemption without effect",
        "own rule: a stale exemption hides the next finding",
    ),
    "LINT-012": (
        "number that stands for no answer",
        "own rule: -7, -8 and -9 are codes of missing answers in every column",
    ),
    "LINT-013": (
        "cause in an outcome",
        "Nisbett & Wilson (1977), Psychological Review 84(3), 231-259; Ross (1989), Psychological "
        "Review 96(2), 341-357",
    ),
    "LINT-014": (
        "evaluation in a driver",
        "Podsakoff, MacKenzie & Podsakoff (2012), Annual Review of Psychology 63, 539-569",
    ),
    "LINT-015": (
        "shared meaning across a tested path",
        "Arnulf, Larsen, Martinsen & Bong (2014), PLoS ONE 9(9), e106361",
    ),
    "LINT-016": (
        "beyond respondents' knowledge",
        "Tourangeau, Rips & Rasinski (2000), The psychology of survey response, ch. 3; Beatty & "
        "Herrmann (2002), in Groves et al., Survey nonresponse, 71-85",
    ),
    "LINT-017": (
        "too few reverse-worded items",
        "Weijters, Baumgartner & Schillewaert (2013), Psychological Methods 18(3), 320-334",
    ),
    "LINT-018": (
        "reflective scale of one item a facet",
        "Jarvis, MacKenzie & Podsakoff (2003), J. of Consumer Research 30(2), 199-218",
    ),
    "LINT-019": (
        "not asked of all whom a hypothesis is about",
        "Heckman (1979), Econometrica 47(1), 153-161; King, Keohane & Verba (1994), Designing "
        "social inquiry, ch. 4",
    ),
    "LINT-020": (
        "class or filter by an outcome",
        "Elwert & Winship (2014), Annual Review of Sociology 40, 31-53",
    ),
    "LINT-021": (
        "necessity or configuration without a measure",
        "Dul (2016), Organizational Research Methods 19(1), 10-52",
    ),
    "LINT-022": (
        "fewer than four items in a tested scale",
        "Marsh, Hau, Balla & Grayson (1998), Multivariate Behavioral Research 33(2), 181-220",
    ),
    "LINT-023": (
        "a time before respondents were there",
        "Tourangeau, Rips & Rasinski (2000), ch. 4 and 5; Beatty & Herrmann (2002)",
    ),
    "LINT-024": (
        "class of those who did not answer",
        "de Leeuw, Hox & Huisman (2003), J. of Official Statistics 19(2), 153-176",
    ),
    "LINT-025": (
        "predictor worded by the outcome",
        "Schwarz (1999), American Psychologist 54(2), 93-105",
    ),
    "LINT-026": (
        "answers that do not fit the question",
        "Dillman, Smyth & Christian (2014), Internet, phone, mail, and mixed-mode surveys, ch. 4",
    ),
}
"""Rules by code: name and reference."""


@dataclass(frozen=True, slots=True)
class Question:
    """The parts of a question that the rules use.

    Attributes
    ----------
    labels : tuple of str
        Labels of the answers in order; empty for numbers, texts and notes.
    kind : str or None
        Kind of the response scale.
    has_way_out : bool
        Whether an off-scale option is offered.
    is_rating : bool
        Whether one answer on an ordered scale is asked for.
    roles : frozenset of str
        Roles of the constructs that it measures.
    offers_dont_know : bool
        Whether "don't know" or another answer off the scale is offered.
    asked_by_time : bool
        Whether a number, such as years of taking part, decides who is asked.
    """

    text: str
    stem: str = ""
    labels: tuple[str, ...] = ()
    kind: ResponseKind | None = None
    reverse: bool = False
    has_way_out: bool = True
    is_rating: bool = False
    roles: frozenset[Role] = frozenset()
    offers_dont_know: bool = True
    asked_by_time: bool = False


def question_findings(question: Question) -> Iterator[tuple[str, str]]:
    """Return the code and the finding of each rule that a question breaks."""
    for code, rule in _RULES.items():
        if found := rule(question):
            yield code, found


_NEGATION = re.compile(
    r"\b(not|never|nobody|no one|nothing|none|nowhere|neither|nor|cannot|no longer|no|hardly|"
    r"scarcely|barely|seldom|rarely|without any|unable to|fail(?:s|ed)? to)\b|"
    r"\b\w+n't\b"
)
_NO_NEGATION = re.compile(
    r"\bwhether or not\b|\bnot only\b|\bno more than\b|\bno matter\b|\byes or no\b|"
    r"\bwhy not\b|\bno\. ?\d+|"
    r"\b(don't|do not) know\b"
)


def _double_barrelled(question: Question) -> str:
    return joined_topics(_plain(question.text))


def _negated(question: Question) -> str:
    words = _NO_NEGATION.sub(" ", _plain(question.text))
    found = _NEGATION.search(words)
    return (
        f"'{found.group()}' makes it hard to distinguish an answer from its opposite"
        if found
        else ""
    )


_LEADING = re.compile(
    r"\b((don't|do not|wouldn't|would not|isn't|aren't|shouldn't|won't) (you|we|it|they)|"
    r"as (everyone|everybody|most people|experts|we all|studies) (know|agree|believe|say|show)\w*|"
    r"(most|many|sensible|reasonable|responsible|right-minded) (people|citizens|experts) "
    r"(think|believe|agree|say|know|feel)|"
    r"(it is|it's) (well[- ]known|obvious|clear) that|surely|obviously|of course|undoubtedly|"
    r"needless to say|how (good|great|excellent|wonderful|bad|terrible|helpful|unfair|pleased|much "
    r"better|much worse|beneficial|harmful)(?! or )|so-called|outrageous|shameful|"
    r"wonderful|excellent|terrible|dreadful|fantastic|brilliant|wasteful|bloated|hard-working|"
    r"dedicated|greedy|lazy|reckless|disastrous|innocent|right to be (angry|proud)|"
    r"you (surely|certainly)|everyone knows|like most people|long overdue|urgently needed)\b"
)


def _leading(question: Question) -> str:
    found = _LEADING.search(_plain(f"{question.stem} {question.text}"))
    return f"'{found.group()}' suggests the answer" if found else ""


_NEGATIVE_POLE = re.compile(
    r"\b(dis(agree|satisfied|like|approve)\w*|un(likely|important|happy|fair|satisf\w+|favou?rable)|"
    r"worse|worst|poor|bad|badly|difficult|decreased?|against|oppose[sd]?|fail(ed)?|less|weaker|"
    r"harmful|negative)\b"
)
_POSITIVE_POLE = re.compile(
    r"\b(agree|satisfied|likes?|approves?|likely|important|happy|fair|favou?rable|better|best|good|"
    r"well|easy|increased?|for|support[s]?|succeeded|more|stronger|helpful|positive|excellent)\b"
)


def _mixed_polarity(question: Question) -> str:
    if question.kind not in ("unipolar", "bipolar", "frequency") or len(question.labels) < 3:
        return ""
    labels = [_plain(label) for label in question.labels]
    if len(labels) % 2 == 1 and question.kind == "bipolar":
        del labels[len(labels) // 2]  # the midpoint belongs to neither side
    negative = [bool(_NEGATIVE_POLE.search(label)) for label in labels]
    positive = [
        bool(_POSITIVE_POLE.search(label)) and not negative[place]
        for place, label in enumerate(labels)
    ]
    if question.kind == "bipolar":
        if any(negative) and any(positive) and sum(negative) != sum(positive):
            return f"{sum(negative)} answers on one side, {sum(positive)} on the other"
        return ""
    if negative[0] and positive[-1]:
        return f"declared {question.kind}, but runs from '{labels[0]}' to '{labels[-1]}'"
    return ""


def _agree_disagree(question: Question) -> str:
    labels = " ".join(map(_plain, question.labels))
    if re.search(r"\bdisagree|\btotally agree|\bstrongly agree", labels):
        return "asks for agreement instead of the construct itself"
    return ""


def _no_way_out(question: Question) -> str:
    if question.is_rating and not question.has_way_out:
        return "offers no option for those who cannot say"
    return ""


def _too_long(question: Question) -> str:
    text = f"{question.stem.rstrip('. …')} {question.text}"
    sentences = re.split(r"(?<=[.?!:])\s+", re.sub(r"\[[A-Z0-9]+\]", "it", text))
    longest = max((len(re.findall(r"[\w'’-]+", sentence)) for sentence in sentences), default=0)
    return f"a sentence of {longest} words" if longest > MAX_WORDS else ""


_POLAR_PREFIX = re.compile(r"\b(not|never|no|nobody|nothing|none|hardly|cannot)\b|\b\w+n't\b")


def _reversed_by_not(question: Question) -> str:
    if not question.reverse:
        return ""
    found = _POLAR_PREFIX.search(_NO_NEGATION.sub(" ", _plain(question.text)))
    return f"reversed by '{found.group()}', not by an opposite" if found else ""


def _causal(question: Question) -> str:
    return causal_phrase(_plain(f"{question.stem} {question.text}"), question.roles)


def _evaluative(question: Question) -> str:
    return evaluative_word(_plain(question.text), question.roles)


def _beyond_knowledge(question: Question) -> str:
    words = _plain(f"{question.stem} {question.text}")
    return beyond_knowledge(words, offers_dont_know=question.offers_dont_know)


def _earlier_time(question: Question) -> str:
    words = _plain(f"{question.stem} {question.text}")
    return earlier_time(words, asked_by_time=question.asked_by_time)


def _unfitting(question: Question) -> str:
    if question.stem or question.kind not in (None, "categorical") or len(question.labels) < 2:
        return ""
    return unfitting_answers(_plain(question.text), [*map(_plain, question.labels)])


def _plain(text: str) -> str:
    return " ".join(text.replace("’", "'").casefold().split())


_RULES: dict[str, Callable[[Question], str]] = {
    "LINT-001": _double_barrelled,
    "LINT-002": _negated,
    "LINT-003": _leading,
    "LINT-004": _mixed_polarity,
    "LINT-005": _agree_disagree,
    "LINT-006": _no_way_out,
    "LINT-007": _too_long,
    "LINT-009": _reversed_by_not,
    "LINT-013": _causal,
    "LINT-014": _evaluative,
    "LINT-016": _beyond_knowledge,
    "LINT-023": _earlier_time,
    "LINT-026": _unfitting,
}
