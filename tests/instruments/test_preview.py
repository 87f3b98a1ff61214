"""The preview of a questionnaire: its length, its routing in words, what it can test."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from inline_questionnaires import SURVEY, Read

from coprod_stats.instruments import Instrument, read_instrument
from coprod_stats.instruments.coverage import form_coverage
from coprod_stats.instruments.language.expressions import parse_expression
from coprod_stats.instruments.language.wording import condition_in_words
from coprod_stats.instruments.model import InstrumentLookupError
from coprod_stats.instruments.preview import WIDTH, preview
from coprod_stats.instruments.routes import draw_routes
from coprod_stats.instruments.timing import item_seconds, route_lengths
from coprod_stats.study.coverage_staircase import staircase

EXPECTED = """\
A survey
========
survey 1.2.3, piloted; form: long (Long); languages: en, de
Translation: 2 of 29 texts are in 'de'; the others are shown in 'en'.
The translation into 'de' is a draft, not validated.

Length: 8 questions on 2 pages
  deep  8 questions, about 1 minute
  keen  8 questions, about 1 minute
  none  5 to 8 questions, about 1 minute
  Estimated from seconds per type of question and per word of introductions and hints,
  to be replaced by medians of a pilot.

Page 1: first
-------------

  USED     Have you used it? [must be answered]
           -> 1 Yes | 2 No || Don't know
  NAME     What is it called?
           -> open answer
  DUTY     What does it do?
           -> open answer || Don't know
  MEANS    How?
           -> at most 1 of: 1 Web | 2 Phone || Don't know
  YEARS    Since when?
           -> a whole number from 0 (years) || Don't know
  THANKS   Thank you.

Page 2: Trust
-------------
  Shown if USED is "Yes".
  In random order: the groups of questions.

  Asked if MEANS includes "Web".
  To what extent
    If YEARS is 0: So far
  TRU1     do you rely on [ORG]?
           -> 1 Not at all | 2 A little | 3 Some | 4 Much | 5 Completely ||
           8 Too early to say | Don't know | Prefer not to say
  TRU2     do you doubt it? [reverse-scored]
           Asked if YEARS is above 1.
           -> 1 Not at all | 2 A little | 3 Some | 4 Much | 5 Completely ||
           8 Too early to say | Don't know | Prefer not to say
  TRU3     is it kind?
           -> 1 Not at all | 2 A little | 3 Some | 4 Much | 5 Completely ||
           8 Too early to say | 9 Kind to whom? | Don't know | Prefer not to say

Computed from the answers
-------------------------
  LOYAL    Loyal
           = USED is "Yes" and YEARS is above 2
  KEEN     Keen
           = LOYAL holds and TRU1 is above "Some"
  DEEP     Deep
           = KEEN holds and TRU3 is above "Some"
  AMT      Amount
           = YEARS + TRU1
  AMT3     Amount
           = YEARS + TRU3
  Who: deep if DEEP holds; else keen if KEEN holds; else none.

Scales
------
  TRU      Trust (impact): mean of TRU1, TRU2, TRU3, at least 2 answered.
  TR3      Kindness (value): mean of TRU3, at least 1 answered.
  TR1      Reliance (impact): mean of TRU1, at least 1 answered.

What this form can test
-----------------------
  2 of 2 headline relations, to latent variables or indices: H1, H2.
  Scales of three or more items, usable as latent variables: TRU.
  Power at given numbers of respondents: not computed yet.

What it cannot
--------------
  Scales of one or two items, scored but not modelled by themselves: TR3 (1), TR1 (1).
"""


@dataclass(frozen=True)
class Path:
    """A relation as a plan has it."""

    id: str
    predictor: str
    outcome: str


@pytest.fixture
def survey(read: Read) -> Instrument:
    return read(SURVEY)


@pytest.fixture(scope="module")
def citizen() -> Instrument:
    return read_instrument("citizen").for_form("core")


def test_a_small_questionnaire_reads_like_this(survey: Instrument) -> None:
    paths = [Path("H1", "TRU", "USE"), Path("H2", "TRU", "TRU"), Path("H3", "TRU", "ELSE")]
    text = preview(survey, "long", relations=paths)
    assert text == EXPECTED


def test_a_relation_from_an_index_cannot_be_tested(survey: Instrument) -> None:
    words = "Relations without a latent predictor, or without a latent or index outcome: H1 (needs"
    text = preview(survey, "long", relations=[Path("H1", "USE", "TRU")])
    assert f"{words} USE)." in " ".join(text.split())


def test_nothing_is_wider_than_a_terminal(citizen: Instrument) -> None:
    assert max(map(len, preview(citizen).splitlines())) <= WIDTH + 2


def test_an_unknown_form_is_refused(survey: Instrument) -> None:
    with pytest.raises(InstrumentLookupError):
        preview(survey, "huge")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("USED == 1", 'USED is "Yes"'),
        ("USED != 1", 'USED is not "Yes"'),
        ("USED in (1, 2)", 'USED is "Yes" or "No"'),
        ("YEARS in (1, 2, 3)", "YEARS is 1, 2 or 3"),
        ("YEARS + 1 in (2, 3)", "(YEARS + 1) is 2 or 3"),
        ("YEARS > 3", "YEARS is above 3"),
        ("YEARS >= TRU1", "YEARS is at least TRU1"),
        ("YEARS / 2 - 1 < 5", "((YEARS / 2) - 1) is below 5"),
        ("TRU1 <= 2", 'TRU1 is at most "A little"'),
        ("LOYAL == 1", "LOYAL holds"),
        ("LOYAL == 0", "LOYAL does not hold"),
        ("LOYAL != 0", "LOYAL holds"),
        ("LOYAL == 2", "LOYAL is 2"),
        ("not answered(NAME)", "NAME is not known"),
        ("answered(NAME)", "NAME is known"),
        ("not (USED == 1 or YEARS > 1)", 'not (USED is "Yes" or YEARS is above 1)'),
        (
            "USED == 1 and (YEARS > 1 or YEARS == 0)",
            'USED is "Yes" and (YEARS is above 1 or YEARS is 0)',
        ),
        ("includes(MEANS, 1)", 'MEANS includes "Web"'),
        ("includes(MEANS, 1, 2)", 'MEANS includes "Web" or "Phone"'),
        (
            "count(includes(MEANS, 1), includes(MEANS, 2)) > 1",
            "the number of answers chosen in MEANS is above 1",
        ),
        (
            "count(TRU1..TRU3 > 1, includes(MEANS, 1), includes(MEANS, 2))",
            'the number of [TRU1 to TRU3 is above "Not at all"; answers chosen in MEANS]',
        ),
        (
            "count(includes(MEANS, 1), USED == 1)",
            'the number of [MEANS includes "Web"; USED is "Yes"]',
        ),
        ("any(TRU1..TRU3 > 1)", 'any of [TRU1 to TRU3 is above "Not at all"]'),
        ("all(USED == 1, YEARS > 1)", 'all of [USED is "Yes"; YEARS is above 1]'),
        ("sum(TRU1..TRU3)", "the sum of [TRU1 to TRU3]"),
        ("mean(TRU1, 3)", "the mean of [TRU1; 3]"),
        ("sum(TRU1, TRU3, TRU2, YEARS)", "the sum of [TRU1; TRU3; TRU2; YEARS]"),
        (
            "any(TRU1 > 1, TRU2 > 2)",
            'any of [TRU1 is above "Not at all"; TRU2 is above "A little"]',
        ),
        (
            "min(TRU1, TRU2) + max(TRU1, TRU2)",
            "the lowest of [TRU1 to TRU2] + the highest of [TRU1 to TRU2]",
        ),
        ("if(USED == 1, YEARS, 0)", 'YEARS if USED is "Yes", else 0'),
        ("abs(YEARS - 3)", "the absolute value of YEARS - 3"),
    ],
)
def test_conditions_in_words(survey: Instrument, text: str, words: str) -> None:
    assert condition_in_words(parse_expression(text), survey) == words


def test_seconds_follow_the_kind_of_question(survey: Instrument) -> None:
    assert {item.id: item_seconds(item, survey.timing) for item in survey.items} == {
        "USED": 6,
        "NAME": 15,
        "DUTY": 15,
        "MEANS": 8,
        "YEARS": 10,
        "THANKS": 8,
        "TRU1": 7.5,
        "TRU2": 7.5,
        "TRU3": 7.5,
    }


def test_what_is_read_before_the_answer_counts(survey: Instrument, read: Read) -> None:
    read_first = "word " * 240
    longer = {
        "introduction": read(
            SURVEY.replace("\nlanguages:", f"\nintroduction: {read_first}\nlanguages:")
        ),
        "intro": read(
            SURVEY.replace("Trust\n    when", f"Trust\n    intro: {read_first}\n    when")
        ),
    }
    (before,) = {
        length.minutes[1] for length in route_lengths(survey) if length.respondents == "deep"
    }
    for kind, instrument in longer.items():
        lengths = {length.respondents: length.minutes[1] for length in route_lengths(instrument)}
        assert lengths["deep"] == pytest.approx(before + 1), kind
    hinted = replace(survey.items[0], hint=longer["introduction"].introduction)
    seconds = item_seconds(hinted, survey.timing) - item_seconds(survey.items[0], survey.timing)
    assert seconds == pytest.approx(60)


def test_length_of_the_citizen_questionnaire_by_class(citizen: Instrument) -> None:
    lengths = {length.respondents: length for length in route_lengths(citizen)}
    assert list(lengths) == ["strict", "broad", "obliged", "inside", "none"]
    # every branch that the definition leaves open is met by the draws
    assert lengths["broad"].n_questions == (95, 99)
    assert lengths["inside"].n_questions == (44, 45)
    assert lengths["none"].n_questions == (30, 44)
    assert lengths["strict"].minutes == pytest.approx((14.1, 14.7), abs=0.05)
    assert lengths["none"].minutes == pytest.approx((4.6, 7.1), abs=0.3)
    form = citizen.forms[0]
    assert form.minutes_at_most is not None
    assert lengths["broad"].minutes[1] < form.minutes_at_most


def test_drawn_routes_respect_the_routing(survey: Instrument) -> None:
    routes = draw_routes(survey, n_respondents=500, rng=np.random.default_rng(3))
    asked = {item.id: routes.asked[:, i] for i, item in enumerate(routes.items)}
    assert routes.asked.shape == (500, 8)
    assert asked["USED"].all()
    assert (asked["TRU2"] <= asked["TRU1"]).all()
    assert 0 < asked["TRU2"].sum() < asked["TRU1"].sum() < 500
    assert set(routes.classes) == {"deep", "keen", "none"}
    assert asked["TRU3"][routes.classes == "deep"].all()
    again = draw_routes(survey, n_respondents=500, rng=np.random.default_rng(3))
    np.testing.assert_array_equal(again.asked, routes.asked)


def test_without_classes_everyone_is_one_group(read: Read) -> None:
    plain = read(SURVEY.replace("deep: DEEP == 1, keen: KEEN == 1", "all: USED == 1")).for_form(
        "short"
    )
    assert [length.respondents for length in route_lengths(plain)] == ["all", "none"]
    short = read(SURVEY).for_form("short")
    assert [length.respondents for length in route_lengths(short)] == ["everyone"]


def test_a_form_that_takes_too_long_says_so(read: Read) -> None:
    hurried = read(SURVEY.replace("minutes_at_most: 5", "minutes_at_most: 0.5"))
    assert "Longer than the 0.5 minutes that this form should take." in preview(hurried, "short")


FACETS = ["IVEST", "IVENJ", "IVSOC", "IVLOY", "MVREL", "MVECO", "MVNOR", "MVPUB"]


def test_coverage_of_the_citizen_questionnaire(citizen: Instrument) -> None:
    paths = [Path("H01", "DRACT", "QUA"), Path("H10", "DRFLO", "IV"), Path("HX", "WIL", "DTHUM")]
    coverage = form_coverage(citizen, paths)
    assert coverage.testable == ("H01", "H10")
    assert coverage.untestable == (("HX", "DTHUM"),)
    assert [scale.id for scale in coverage.short_scales] == FACETS
    assert coverage.thin_constructs == ()
    unmeasured = {construct.code for construct in coverage.unmeasured}
    assert {"VATRU", "DTACC", "FAOPA", "CPWAY", "CPWHI"} <= unmeasured
    assert not {"DFDIR", "DFSTG", "SEC_HEA", "SES", "CPCRE", "DTDIV", "FPAWR"} & unmeasured
    assert "ADWKL" not in unmeasured, "a construct of staff"
    assert not {"PDCON", "GAP3", "PDASY"} & unmeasured, "a column, a plan, a later analysis"


@pytest.mark.parametrize("side", ["citizen", "provider"])
def test_preview_and_coverage_call_the_same_constructs_unmeasured(side: str) -> None:
    whole = read_instrument(side)
    rows = [
        row
        for row in staircase([whole], [whole], ())
        if not (row.construct.steps or row.construct.planned)
    ]
    for form in whole.forms:
        shown = {entry.code for entry in form_coverage(whole.for_form(form.id)).unmeasured}
        assert shown == {
            row.construct.code for row in rows if form.id not in {one.form for one in row.forms}
        }
