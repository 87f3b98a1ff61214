"""What the checks of answers say, each with its opposite case."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from coprod_stats.analyses.paths.departure_diagnostics import check_of, collinearity_check
from coprod_stats.analyses.paths.departures import Departure, Departures
from coprod_stats.quality.flagged_share import FlaggedShare
from coprod_stats.structure import DecisionRules
from coprod_stats.structure.alternative_paths import AlternativePaths
from coprod_stats.structure.collinearity import Collinearity, PathPrecision
from coprod_stats.structure.measurement_invariance import DifferingQuestion, MeasurementInvariance
from coprod_stats.structure.path_changes import PathChange
from coprod_stats.structure.selected_respondents import AskedDifference, SelectedRespondents
from coprod_stats.structure.unknown_answers import Dependence, UnknownAnswers
from coprod_stats.structure.wording_factor import WordingFactor


def otherwise(rival: float) -> AlternativePaths:
    change = PathChange("H1", "A", "Y", 0.3, rival, 0.05)
    return AlternativePaths("otherwise", (change,), math.inf, DecisionRules())


def test_many_dont_knows_that_go_with_nothing_do_not_fire() -> None:
    shares = {"A": 0.12, "B": 0.01}
    unrelated = UnknownAnswers(shares, (Dependence("A", "AGE", 0.01, 0.8, 1.0),), 0.05)
    quiet = check_of(Departure(unrelated, False, "g"))
    assert not quiet.fires
    assert "go with nothing that is known" in quiet.message
    related = UnknownAnswers(
        shares,
        (
            Dependence("A", "A", -0.4, 0.0, 0.0),
            *(Dependence("A", name, 0.3, 0.0, 0.0) for name in ("B", "C", "D", "E")),
        ),
        0.05,
    )
    loud = check_of(Departure(related, True, "g", (otherwise(0.2), otherwise(0.1))))
    assert loud.leads
    assert "(A 12%), and not at random" in loud.message
    assert "A with B, A with C, A with D and 1 more" in loud.message
    assert "H1 changes most, from .30 to .10 (SE .05), and what would not" in loud.message
    own = UnknownAnswers(shares, related.dependences[:1], 0.05)
    assert "(A with A)" in check_of(Departure(own, True, "g", (otherwise(0.2),))).message
    rare = check_of(Departure(UnknownAnswers({"A": 0.01}, (), 0.05), False, "g"))
    assert "are rare, below 5%" in rare.message


def test_paths_that_are_not_known_otherwise_are_said_to_be_so() -> None:
    share = FlaggedShare(1000, 100, 0.082, 0.12)
    known = check_of(Departure(share, True, "", (otherwise(0.2),)))
    assert "are excluded; otherwise, H1 changes most, from .30 to .20 (SE .05)" in known.message
    assert "not concluded" not in known.message
    failed = check_of(Departure(share, True, "g", no_alternatives="it did not converge"))
    assert "are in the analysis; what the paths are otherwise is not known, since it did not" in (
        failed.message
    )
    assert failed.message.endswith(", and none is concluded from")
    few = check_of(Departure(FlaggedShare(1000, 40, 0.03, 0.05), False, ""))
    assert "4.0% of the respondents are flagged as careless, not more than the 5%" in few.message


def test_what_is_not_known_to_survive_is_held_back() -> None:
    share = FlaggedShare(1000, 100, 0.082, 0.12)
    kept = Departure(share, True, "g", (otherwise(0.2),))
    undone = Departure(share, True, "g", (otherwise(0.01),))
    unknown = Departure(share, True, "g", no_alternatives="it did not converge")
    excluded = Departure(share, True, "", no_alternatives="it did not converge")
    quiet = Departure(share, False, "g", no_alternatives="it did not converge")
    held = [each.undoes("H1", "supported") for each in (kept, undone, unknown, excluded, quiet)]
    assert held == [False, True, True, False, False]


def test_those_asked_and_the_paths_concerned_are_named() -> None:
    unlike = AskedDifference("Y", 0.5, 5.0, 100.0, 0.0, 0.0)
    alike = AskedDifference("X", 0.01, 0.1, 100.0, 0.9, 1.0)
    found = SelectedRespondents("users", 80, 20, (unlike, alike), 0.05)
    loud = check_of(Departure(found, True, "g", concerned=frozenset({"H2", "H1"})))
    assert "(Y d = 0.50)" in loud.message
    assert loud.message.endswith("they are H1, H2")
    assert "they are" not in check_of(Departure(found, True, "g")).message
    same = SelectedRespondents("users", 80, 20, (alike,), 0.05)
    quiet = check_of(Departure(same, False, "g"))
    assert quiet.sentence == "Users, who were asked more, are like those who were not asked."
    elsewhere = check_of(Departure(found, False, "g"))
    assert not elsewhere.fires
    assert elsewhere.message.endswith("in the outcomes of their paths, though not in Y d = 0.50")


def test_what_reverse_worded_questions_share_is_said_in_shares_of_their_variance() -> None:
    fit: Any = None
    styled = WordingFactor(("A3", "B3", "C3"), 0.3, 0.05, 0.2, 0.4, 0.21, fit)
    assert styled.is_notable
    loud = check_of(Departure(styled, True, "g", (otherwise(0.01),)))
    assert loud.code == "METHOD-001"
    assert loud.leads
    assert "3 reverse-worded questions share something beside their factors" in loud.message
    assert "21% of their variance" in loud.message
    assert "H1 changes most, from .30 to .01" in loud.message
    trace, imprecise = replace(styled, share=0.04), replace(styled, conf_low=-0.01)
    for quiet, said in (
        (trace, "no more than a trace"),
        (imprecise, "21% of their variance, may be"),
    ):
        assert not quiet.is_notable
        check = check_of(Departure(quiet, False, "g"))
        assert not check.fires
        assert said in check.message


@pytest.mark.parametrize(("n", "said"), [(1, "1 question measures otherwise"), (2, "2 questions")])
def test_questions_are_counted(n: int, said: str) -> None:
    questions = tuple(DifferingQuestion("A", f"A{i}", "intercept", 30.0, 0.5) for i in range(n))
    found = MeasurementInvariance("LANG", ("en", "xx"), (), questions)
    assert said in check_of(Departure(found, True, "g", (otherwise(0.2),))).message
    alike = MeasurementInvariance("LANG", ("en", "xx"), (), ())
    assert "measure alike in 2 groups of LANG" in check_of(Departure(alike, False, "g")).message


def test_blurred_paths_are_counted_and_the_widest_is_named() -> None:
    paths = (
        PathPrecision("H1", "A", "Y", 2.5, 0.12),
        PathPrecision("H2", "B", "Y", 2.5, 0.15),
        PathPrecision("H3", "C", "Y", 1.2, 0.20),
    )
    loud = collinearity_check(Collinearity(paths, 0.10))
    assert "2 of 3 paths would not exclude an effect of .10" in loud.message
    assert "H2 ±.15" in loud.message
    quiet = collinearity_check(Collinearity(paths[2:], 0.10))
    assert not quiet.fires
    assert "more than 1.2 times" in quiet.message


def test_the_first_departure_that_undoes_a_conclusion_is_its_reason() -> None:
    share = FlaggedShare(1000, 100, 0.082, 0.12)
    first = Departure(share, True, "careless", (otherwise(0.3),))
    second = Departure(UnknownAnswers({}, (), 0.05), True, "unknown", (otherwise(0.0),))
    both = Departures(None, first, second, (), (), {})
    assert both.held_back("H1", "supported") == "unknown"
    assert both.held_back("H1", "inconclusive") == ""
    excluded = Departure(share, True, "", (otherwise(0.0),))
    assert Departures(None, excluded, None, (), (), {}).held_back("H1", "supported") == ""
    assert set(both.tables()) == {"careless.paths_1", "unknown_answers.paths_1"}


def test_every_population_that_was_asked_is_in_the_tables() -> None:
    unlike = AskedDifference("Y", 0.5, 5.0, 100.0, 0.0, 0.0)
    asked = tuple(
        Departure(
            SelectedRespondents(name, 80, 20, (unlike,), 0.05),
            True,
            "g",
            (replace(otherwise(rival), title=f"among {name}"),),
        )
        for name, rival in (("users", 0.2), ("members", 0.1))
    )
    tables = Departures(None, None, None, asked, (), {}).tables()
    assert tables["selected_respondents"]["population"].tolist() == ["users", "members"]
    paths = tables["selected_respondents.paths_1"]
    assert paths["assumption"].tolist() == ["among users", "among members"]
    assert paths["rival"].tolist() == [0.2, 0.1]
