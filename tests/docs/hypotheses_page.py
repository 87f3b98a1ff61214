"""``docs/hypotheses_and_forms.md``: what each hypothesis rests on, and what the core form costs.

Written from the hypotheses, the questionnaires with their modules, and the plans: ``make
hypotheses``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from coprod_stats.analyses.checks import known_variables
from coprod_stats.analyses.registry import kinds_that_claim
from coprod_stats.instruments import Instrument, read_instrument
from coprod_stats.instruments.checks.path_rules import names_in_wordings, worded_by_outcome
from coprod_stats.instruments.language.tree import names
from coprod_stats.instruments.score_items import items_behind, measuring_items
from coprod_stats.instruments.shipped import list_modules, list_shipped
from coprod_stats.instruments.timing import route_lengths
from coprod_stats.plans.hypotheses import Hypothesis
from coprod_stats.study.coverage_staircase import coverage_of
from coprod_stats.study.plan_reading import read_hypotheses, read_plan
from coprod_stats.study.question_costs import question_costs
from coprod_stats.study.questionnaire_claims import claimed_paths, readable_plans

PAGE = Path(__file__).parents[2] / "docs" / "hypotheses_and_forms.md"
SIDES = ("citizen", "provider")
PEOPLE = (
    ("DIGITAL", "who took part by a digital channel"),
    ("DFTOOK", "who took part"),
    ("DFPART", "who contributed"),
    ("SCANY", "who have a service in mind"),
)
"""Variables in conditions, the narrowest first, and whom they leave."""
EVERYBODY = "everybody"
AIM_QUESTIONS, AIM_MINUTES = 90, 12
"""Silent reading of non-fiction: Brysbaert (2019), Journal of Memory and Language 109, 104047."""
BEYOND = (
    ("the fourth question of each scale", "a bad question shows, and wording can be modelled"),
    (
        "FPAWR5 FPAWR6 FPAWR7",
        "awareness of those who took part, beside that of those who did not",
    ),
    ("WOR5 WOR3", "a claim of necessity needs three questions"),
    ("CAP6 CAP7", "know-how and self-efficacy, the best predictors in the literature"),
    ("SUCRUN SUCSTP", "what became of the service, and who stopped"),
    ("DRRELY", "how long staff have been known"),
    ("WIL4", "a third question, so that willingness is a scale"),
    ("DFPOS", "the article's “sometimes positive”, as a variable"),
)
"""Questions that the form could do without, with what they are for."""


@cache
def whole(side: str, form: str, modules: tuple[str, ...] = ()) -> Instrument:
    """Return a questionnaire in one form, with modules."""
    return _read(side, modules).for_form(form)


@cache
def _read(side: str, modules: tuple[str, ...]) -> Instrument:
    return read_instrument(side, modules=modules)


def page() -> str:
    """Return the text of the page."""
    return "\n".join(
        [
            "# Hypotheses and forms",
            "",
            "What each hypothesis of `analyses/hypotheses.yaml` rests on: the smallest form of a "
            "questionnaire, with a module where one is needed, that asks for all of its "
            "variables; of whom they are asked; the kinds of analysis that can test it, or the "
            "method that the literature suggests where none can yet, or why no questionnaire can "
            "by itself, as `coprod instrument coverage` judges; and the shipped plans that "
            "test it. This page is written from these files (`make hypotheses`), and nothing that "
            "it names is dropped from a questionnaire.",
            "",
            *_hypotheses(),
            "",
            "## Predictors in other words for some",
            "",
            "Hypotheses marked * have a predictor whose words depend on answers that are part of "
            "the outcome: who has no service in mind has no amount of co-production, and can only "
            "be asked about services in general. A path then contains the difference in words. "
            "It is read beside the same path among those who were asked in the same words, "
            "and is no evidence without it. Whether somebody took part changes no wording.",
            "",
            *_wordings(),
            "",
            "## Variables and their questions",
            "",
            "Questions in the order of the scale or formula; those of the full form alone in "
            "brackets, rotating ones with °.",
            "",
            *_variables(),
            "",
            "## What the core form costs",
            "",
            *_costs(),
            "",
        ]
    )


def _hypotheses() -> Iterator[str]:
    worded = _worded()
    yield "| | claim | kind | form | asked of those | tested by | plans |"
    yield "|---|---|---|---|---|---|---|"
    plans = {
        path.stem: read_plan(path.stem).hypotheses
        for path in list_shipped("analyses")
        if _is_plan(path)
    }
    untestable = _untestable()
    for hypothesis in read_hypotheses():
        form, people = _where(hypothesis)
        kinds = ", ".join(kinds_that_claim(hypothesis.kind)) or f"not yet: {hypothesis.approach}"
        if hypothesis.id in untestable:
            method = f" ({hypothesis.approach})" if kinds.startswith("not yet") else ""
            kinds = f"not testable: {untestable[hypothesis.id]}{method}"
        tested = ", ".join(
            name
            for name, plan in plans.items()
            if any(entry.id.startswith(hypothesis.id) for entry in plan)
        )
        mark = " \\*" if hypothesis.id in worded else ""
        yield (
            f"| {hypothesis.id} | {_claim(hypothesis)}{mark} | {hypothesis.kind} | {form} "
            f"| {people} | {kinds} | {tested or '–'} |"
        )


def _wordings() -> Iterator[str]:
    """Return the hypotheses whose predictors' words depend on the outcome, and for whom."""
    titles = {entry.id: str(entry.title) for entry in whole("citizen", "full").derived}
    yield "| | predictors | other words for a respondent who |"
    yield "|---|---|---|"
    for id, predictors in _worded().items():
        conditions = dict.fromkeys(
            name for names_used in predictors.values() for name in names_used
        )
        people = "; ".join(titles[name][0].lower() + titles[name][1:] for name in conditions)
        yield f"| {id} | {', '.join(predictors)} | {people} |"


@cache
def _worded() -> dict[str, dict[str, tuple[str, ...]]]:
    """Return, by hypothesis, predictors and the variables on which their words depend."""
    instrument = _read("citizen", tuple(list_modules()))
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for path in claimed_paths(instrument):
        if any(worded_by_outcome(instrument, [path])):
            used = names_in_wordings(instrument, path.predictor)
            found.setdefault(path.hypothesis, {})[path.predictor] = used
    return found


def _untestable() -> dict[str, str]:
    """Return the hypotheses that no questionnaire can test by itself, each with the reason."""
    judged = coverage_of(SIDES, readable_plans()).hypotheses
    testable = {entry.hypothesis for entry in judged if entry.status != "not testable"}
    return {entry.hypothesis: entry.reason for entry in judged if entry.hypothesis not in testable}


def _is_plan(path: Path) -> bool:
    return path.read_text(encoding="utf-8").startswith(("# yaml-language-server: $schema=plan",))


def _claim(hypothesis: Hypothesis) -> str:
    through = f" → {', '.join(hypothesis.through)}" if hypothesis.through else ""
    moderator = f" × {hypothesis.moderator}" if hypothesis.moderator else ""
    ends = (", ".join(hypothesis.predictors), ", ".join(hypothesis.outcomes))
    return f"{ends[0]}{moderator}{through} → {ends[1]}"


def _where(hypothesis: Hypothesis) -> tuple[str, str]:
    """Return the smallest form with all variables, and whom it asks."""
    wanted = set(hypothesis.variables) - {"SIDE"}
    if hypothesis.kind != "cross-source":
        for form, modules in _choices():
            sides = [side for side in SIDES if wanted <= _known(whole(side, form, modules))]
            if sides:
                asked = _people(whole(sides[0], form, modules), wanted)
                people = asked if sides[0] == "citizen" else "who are staff"
                title = f"{form} and module `{modules[0]}`" if modules else form
                return f"{' or '.join(sides)}, {title}", people
    known = (_known(whole(side, "full", tuple(list_modules()))) for side in SIDES)
    lacking = wanted.difference(*known)
    if lacking:
        return f"not asked: {', '.join(sorted(lacking))}", "–"
    return "citizen and provider, joined by UNITID", "who took part, and staff of the same unit"


def _choices() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield forms with modules, the smaller first."""
    for form in ("core", "full"):
        yield form, ()
        yield from ((form, (module,)) for module in list_modules())


def _known(instrument: Instrument) -> frozenset[str]:
    return known_variables(instrument) | {item.id for item in instrument.items}


def _people(instrument: Instrument, variables: set[str]) -> str:
    """Return the narrowest group that is asked of all variables.

    An index that says itself what holds of those who took no part is there for everybody.
    """
    for_all = {entry.id for entry in instrument.indices if "DFTOOK" in names(entry.value)}
    behind = set(items_behind(instrument, variables - for_all))
    used = {
        name
        for item in instrument.items
        if item.id in behind
        for condition in item.conditions
        for name in names(condition)
    }
    return next((words for name, words in PEOPLE if name in used), EVERYBODY)


def _variables() -> Iterator[str]:
    yield "| variable | citizen | asked of those | provider |"
    yield "|---|---|---|---|"
    modules = tuple(list_modules())
    full = {side: whole(side, "full", modules) for side in SIDES}
    named = dict.fromkeys(name for h in read_hypotheses() for name in h.variables)
    for name in named:
        cells = [_questions(side, full[side], name) for side in SIDES]
        if cells != ["–", "–"]:
            known = name in _known(full["citizen"])
            people = _people(full["citizen"], {name}) if known else "–"
            yield f"| {name} | {cells[0]} | {people} | {cells[1]} |"


def _questions(side: str, full: Instrument, name: str) -> str:
    if name not in _known(full):
        return "–"
    core = {item.id for item in whole(side, "core", tuple(list_modules())).items}
    asked = {item.id: item for item in full.items}
    own = _own_items(full, name)
    words = [
        f"{id}{'°' if asked[id].rotation else ''}" if id in core else f"({id})"
        for id in own
        if id in asked
    ]
    return " ".join(words) or f"column {name}"


def _own_items(instrument: Instrument, name: str) -> tuple[str, ...]:
    """Return the questions of a variable, without those that only decide between values."""
    return measuring_items(instrument).get(name) or items_behind(instrument, (name,))


def _costs() -> Iterator[str]:
    core = whole("citizen", "core")
    lengths = route_lengths(core)
    most = max(length.n_questions[1] for length in lengths)
    minutes = max(length.minutes[1] for length in lengths)
    yield (
        f"The citizen core form asks anybody at most {most} questions, {minutes:.1f} minutes with "
        f"introductions and hints. The aims are {AIM_QUESTIONS} and {AIM_MINUTES}, "
        "the limits 105 and 15. What is beyond the aims, in the order in which it could go:"
    )
    yield ""
    yield "| questions | asked of anybody | seconds | for | hypotheses |"
    yield "|---|--:|--:|---|---|"
    costs = question_costs(core, read_hypotheses())
    seconds = {id: cost.seconds / len(cost.items) for cost in costs for id in cost.items}
    served = {id: cost.hypotheses for cost in costs for id in cost.items}
    for what, purpose in BEYOND:
        rotating = [item.id for item in core.items if item.rotation]
        ids = what.split() if what[0].isupper() else rotating
        n_asked = len(ids) if ids != rotating else len(ids) * 2 // 3
        time = sum(seconds[id] for id in ids) * n_asked / len(ids)
        serves = dict.fromkeys(h for id in ids for h in served[id])
        more = f" and {len(serves) - 6} more" if len(serves) > 6 else ""
        listed = ", ".join(list(serves)[:6]) + more
        yield f"| {what} | {n_asked} | {time:.0f} | {purpose} | {listed or '–'} |"
    yield ""
    yield "All questions, as `coprod instrument show citizen --form core` prints them:"
    yield ""
    yield "| part | questions | rotating | seconds | hypotheses |"
    yield "|---|--:|--:|--:|---|"
    for cost in costs:
        yield (
            f"| {cost.part} | {len(cost.items)} | {cost.n_rotating or ''} | {cost.seconds:.0f} "
            f"| {', '.join(cost.hypotheses) or '–'} |"
        )


if __name__ == "__main__":
    sys.path.insert(0, str(PAGE.parents[1] / "src"))
    PAGE.write_text(page(), encoding="utf-8")
