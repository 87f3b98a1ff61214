"""The page on coverage: the staircase of the shipped questionnaires, and what they can test.

``make documents`` writes ``docs/coverage.md`` anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from coprod_stats.study.coverage_staircase import STEPS, Coverage, Staircase, coverage_of
from coprod_stats.study.questionnaire_claims import readable_plans

PAGE = Path(__file__).parents[2] / "docs" / "coverage.md"
QUESTIONNAIRES = ("citizen", "provider")
HEAD = """# Coverage

Written by `make documents` from what `coprod instrument coverage` finds, and by nobody's hand.

A tag on a question is no measure. The staircase counts, for each construct of the article and each
questionnaire that it concerns, what is really there; each step is judged by itself:

| step | means |
|---|---|
| named | it is in the file of constructs |
| asked | a question or a column represents it, in the questionnaire or a module |
| scaled | three items or more in a scale or an index, in some form or module |
| scaled as fielded | the same in the form that the plans field (`core`) |
| asked of all | in that form, at least 95 % of simulated respondents are asked |
| analysed | a shipped plan uses it |
| seen on real answers | a plan uses it whose answers are real |

"Reliability" stands where one can be had: a reflective scale of three items or more in that form
that is not made of one item a facet. A share stands where not all are asked: of
simulated respondents who answer the filters at random. It tells who is routed past a question, and
is no forecast of how many in a population take part. "Apart" are questions
of the construct that none of its scales and indices has, as years of acquaintance beside ratings.
"""


def page() -> str:
    """Return the page as it is to be."""
    found = coverage_of(QUESTIONNAIRES, readable_plans())
    return "\n".join([HEAD, *_stairs(found), *_constructs(found), *_hypotheses(found)]) + "\n"


def _stairs(found: Coverage) -> Iterator[str]:
    yield "## The staircase\n"
    yield f"| step | {' | '.join(QUESTIONNAIRES)} |"
    yield f"|---|{'---|' * len(QUESTIONNAIRES)}"
    of = {name: [row for row in found.rows if row.questionnaire == name] for name in QUESTIONNAIRES}
    for step in STEPS:
        cells = [f"{sum(step in row.steps for row in rows)} of {len(rows)}" for rows in of.values()]
        yield f"| {step} | {' | '.join(cells)} |"


def _constructs(found: Coverage) -> Iterator[str]:
    for name in QUESTIONNAIRES:
        yield f"\n## Constructs in `{name}`\n"
        yield "| construct | reached without a gap | forms: items, of whom, kind | plans |"
        yield "|---|---|---|---|"
        yield from (_row(row) for row in found.rows if row.questionnaire == name)


def _row(row: Staircase) -> str:
    forms = "; ".join(map(str, row.forms)) or row.note or "nothing asks it"
    plans = ", ".join(row.plans)
    title = f"{row.construct.code}: {row.construct.label}".replace("|", "/")
    return f"| {title} | {row.reached} | {forms} | {plans} |"


def _hypotheses(found: Coverage) -> Iterator[str]:
    yield "\n## What cannot be tested, or not among all\n"
    yield (
        "What is not listed can be tested with the questionnaire, its modules included: its "
        "variables are asked of the people concerned. Whether this version also has the analysis "
        "is in the column *tested by* of [hypotheses and forms](hypotheses_and_forms.md).\n"
    )
    yield "| hypothesis | questionnaire | with this questionnaire | reason |"
    yield "|---|---|---|---|"
    for entry in found.hypotheses:
        if entry.status != "testable":
            cells = (entry.hypothesis, entry.questionnaire, entry.status, entry.reason)
            yield f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
