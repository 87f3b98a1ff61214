"""Whatever was answered, the rooms from quality to measurement give tables, not errors."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coprod_stats.instruments import read_instrument
from coprod_stats.measurement import item_analysis, reliability, scale_correlations
from coprod_stats.quality import careless_indices, flag_careless, missingness, screening
from coprod_stats.responses import Responses, read_responses
from coprod_stats.scoring import score

SURVEY = """
instrument: small
version: 1.0.0
title: A small survey
languages: [en]
constructs: carers_constructs.yaml
forms: {full: {title: Full}}
responses:
  five: {kind: unipolar, options: {1: a, 2: b, 3: c, 4: d, 5: e}, off_scale: {6: none}}
administrative:
  - {id: SECONDS, title: Time, role: seconds, kind: number}
pages:
  - page: one
    blocks:
      - block: grid
        responses: five
        items:
          - {id: Q1, text: one}
          - {id: Q2, text: two, reverse: true}
          - {id: Q3, text: three}
          - {id: Q4, text: four, attention_pass: 2}
  - page: two
    when: Q1 > 2
    blocks:
      - block: more
        responses: five
        items: [{id: Q5, text: five}, {id: Q6, text: six}, {id: Q7, text: seven}]
classification:
  title: Taking part
  classes: {strict: "Q1 > 3"}
"""
SCALES = """
scales:
  A: {title: A, construct: NEG, items: [Q1, Q2, Q3], min_answered: 2}
  B: {title: B, construct: NEG, items: [Q5, Q6], method: sum, min_answered: 1}
  C: {title: C, construct: POS, items: [Q7], min_answered: 1}
indices:
  N: {title: N, construct: NEG, value: "sum(Q1, Q2) / Q3"}
"""
HEADER = "SECONDS,Q1,Q2,Q3,Q4,Q5,Q6,Q7"
cell = st.sampled_from(["", "1", "2", "3", "4", "5", "6", "7", "-7", "-8", "-9"])
row = st.tuples(st.sampled_from(["", "0", "7", "100"]), *[cell] * 7).map(",".join)


def exercise(responses: Responses) -> None:
    for result in (
        careless_indices(responses),
        flag_careless(responses),
        missingness(responses),
        screening(responses),
        score(responses),
    ):
        assert str(result)
        result.tidy()
        assert len(result.glance()) == 1
        assert len(result.augment()) == responses.n_respondents
    missingness(responses).patterns()
    correlations = scale_correlations(score(responses))
    for result in (reliability(responses), item_analysis(responses), correlations):
        assert str(result)
        result.tidy()
        assert len(result.glance()) == 1
    reliability(responses).by_scale()
    item_analysis(responses).categories()
    item_analysis(responses).correlations()


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=st.lists(row, max_size=12))
def test_any_answers(tmp_path: Path, rows: list[str]) -> None:
    instrument, table = tmp_path / "survey.yaml", tmp_path / "answers.csv"
    instrument.write_text(SURVEY + SCALES)
    table.write_text("\n".join([HEADER, *rows]) + "\n")
    exercise(read_responses(table, read_instrument(instrument)))


@pytest.mark.parametrize("rows", ["", "50,1,2,3,4,5,1,2\n", "50,1,2,3,4,5,1,2\n60,2,2,3,4,5,1,2\n"])
@pytest.mark.parametrize("scales", ["", SCALES])
def test_few_answers_or_no_scales(
    bind: Callable[[str, str], Responses], rows: str, scales: str
) -> None:
    exercise(bind(SURVEY + scales, f"{HEADER}\n{rows}"))
