"""A study and its parts are shown in a few lines, not by all that they hold."""

from dataclasses import replace

import pytest

from coprod_stats.analyses.kind import NotEstimated
from coprod_stats.report.study import Study, run_study


@pytest.fixture(scope="module")
def study() -> Study:
    return run_study("carers")


def test_a_study_is_printed_with_a_line_per_analysis(study: Study) -> None:
    title, note, *lines = str(study).splitlines()
    assert title == study.title
    assert note == study.headline_note()
    assert [line.partition(":")[0] for line in lines] == [e.form.id for e in study.analyses]
    first = study.analyses[0]
    assert lines[0].endswith(f"{len(first.shown)} of {len(first.shown)} relations estimated")


def test_an_analysis_that_was_not_estimated_is_printed_with_the_reason(study: Study) -> None:
    failed = replace(study.analyses[0], result=NotEstimated("too few rows"))
    shown = str(replace(study, analyses=(failed, *study.analyses[1:])))
    assert "not estimated: too few rows" in shown.splitlines()[2]


def test_what_a_study_holds_has_a_short_repr(study: Study) -> None:
    assert repr(study) == "<Study 'carers': 1 analysis>"
    assert repr(study.analyses[0]) == (
        f"<AnalysisResult {study.analyses[0].form.id!r}: {len(study.analyses[0].shown)} relations>"
    )
    for part in (study.scores, study.flags, study.missing, study.reliability, study.items):
        assert repr(part).startswith(f"<{type(part).__name__}: ")
        assert len(repr(part)) < 200
    responses = study.responses
    version = responses.instrument.version
    n = responses.n_respondents
    assert repr(responses) == f"<Responses to 'carers', version {version}: {n:,} respondents>"
    n_questions = len(responses.instrument.questions)
    assert repr(responses.instrument) == (
        f"<Instrument 'carers', version {version}: {n_questions} questions>"
    )


def test_a_notebook_shows_the_findings(study: Study) -> None:
    shown = study._repr_html_()
    assert f"<caption>{study.title}</caption>" in shown
    assert "<th>conclusion</th>" in shown
