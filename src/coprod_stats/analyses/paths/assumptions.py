"""What a specification assumes otherwise than the one that decides."""

from __future__ import annotations

from collections.abc import Iterator

from coprod_stats.analyses.paths.form import ScoresSpecification, SemSpecification
from coprod_stats.literals import Missing
from coprod_stats.plans.model import Respondents

Specification = SemSpecification | ScoresSpecification

_MISSING: dict[Missing, str] = {
    "fiml": "all available answers by FIML",
    "two-stage": "all available answers in two stages",
    "robust-two-stage": "all available answers in two stages",
    "pairwise": "answers available to each pair of questions",
    "listwise": "complete rows only",
}


def changed_assumptions(entry: Specification, base: Specification) -> tuple[str, ...]:
    """Return everything in which a specification differs from another, in words for readers."""
    return tuple(dict.fromkeys(_changed(entry, base)))


def _changed(entry: Specification, base: Specification) -> Iterator[str]:
    if isinstance(entry, ScoresSpecification) != isinstance(base, ScoresSpecification):
        scores = isinstance(entry, ScoresSpecification)
        yield "scale scores in place of factors" if scores else "factors in place of scale scores"
    elif isinstance(entry, SemSpecification) and isinstance(base, SemSpecification):
        yield from _of_method(entry, base)
        yield from _of_answers(entry, base)
    yield from _of_respondents(entry, base)
    for option in entry.without:
        if option not in base.without:
            yield f"without {option}"
    for option in base.without:
        if option not in entry.without:
            yield f"with {option}"


def _of_method(entry: SemSpecification, base: SemSpecification) -> Iterator[str]:
    if entry.engine != base.engine:
        yield f"engine {entry.engine}"
    if entry.ordered != base.ordered:
        answers = "ordered categories" if entry.ordered else "numbers"
        yield f"answers as {answers} ({entry.estimator})"
    elif entry.estimator != base.estimator:
        yield f"estimator {entry.estimator}"
    if entry.syntax != base.syntax:
        yield f"with {_on_a_line(entry.syntax)}" if entry.syntax else "without added statements"
    if entry.subgroups != base.subgroups:
        own = [id for part in entry.subgroups for id in part.hypotheses]
        yield f"{', '.join(own)} in their own group" if own else "all paths in one group"


def _of_answers(entry: SemSpecification, base: SemSpecification) -> Iterator[str]:
    if entry.missing != base.missing:
        yield _MISSING[entry.missing]
    if entry.rotating != base.rotating:
        yield "with rotating items" if entry.rotating else "without rotating items"
    omitted = [item for item in entry.omit if item not in base.omit]
    if omitted:
        yield f"without {', '.join(omitted)}"
    restored = [item for item in base.omit if item not in entry.omit]
    if restored:
        yield f"with {', '.join(restored)}"
    if entry.dont_know != base.dont_know:
        counted = "missing" if entry.dont_know == "missing" else f"the {entry.dont_know} answer"
        yield f"don't-knows as {counted}"


def _of_respondents(entry: Specification, base: Specification) -> Iterator[str]:
    if entry.respondents != base.respondents:
        yield f"respondents: {_who(entry.respondents)}"
    if entry.where != base.where:
        yield f"only {entry.where}" if entry.where else f"not only {base.where}"
    if entry.include_flagged != base.include_flagged:
        with_them = "with" if entry.include_flagged else "without"
        yield f"{with_them} flagged respondents"


def _who(chosen: Respondents | None) -> str:
    if chosen is None:
        return "those of the plan"
    return " and ".join(filter(None, (", ".join(chosen.classes), chosen.where))) or "everybody"


def _on_a_line(syntax: str) -> str:
    return "; ".join(filter(None, (line.strip() for line in syntax.splitlines())))
