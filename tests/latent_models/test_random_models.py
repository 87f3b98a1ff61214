"""Random models, fitted here and by lavaan; ``make random-models`` takes many more of them."""

import shutil
from dataclasses import replace

import pytest
from random_models import KINDS, compared, differences, lavaan_answers, question, table

from coprod_stats.latent_models import fit_sem

NUMBER = 2 * len(KINDS)


@pytest.fixture(scope="module")
def rows():
    if shutil.which("Rscript") is None:
        pytest.skip("needs Rscript with lavaan")
    questions = [question(seed) for seed in range(NUMBER)]
    answered = {found["seed"]: found for found in lavaan_answers(questions)}
    return [compared(asked, answered[asked.seed]) for asked in questions]


@pytest.mark.r
def test_what_lavaan_fits_properly_is_fitted_here_and_agrees(rows):
    proper = [row for row in rows if row["lavaan"] == "proper"]
    assert len(proper) > NUMBER / 2
    for row in proper:
        assert row["here"] == "proper", row
        assert row.get("differences", []) == [], row


@pytest.mark.r
def test_the_table_counts_every_model_once(rows):
    *_, whole = (line for line in table(rows) if line.startswith("all"))
    assert int(whole.split()[1]) == NUMBER


def test_a_question_follows_from_its_seed_alone():
    first, again, other = question(5), question(5), question(18)
    assert (first.model, first.options) == (again.model, again.options)
    assert first.data.equals(again.data)
    assert first.kind == other.kind
    assert not first.data.equals(other.data)


def test_differences_beyond_the_limit_are_found():
    asked = question(0)
    fit = fit_sem(asked.model, asked.data, **asked.options)
    same = {
        "parameters": [
            [r.lhs, r.op, "" if r.op == "~1" else r.rhs, r.group, r.est, r.se]
            for r in fit.parameters
        ],
        "fit": dict(fit.fit),
    }
    assert list(differences(fit, same)) == []
    same["parameters"][2][4] *= 1.01
    same["fit"]["cfi"] += 0.01
    first, second = differences(fit, same)
    assert first.startswith(fit.parameters[2].term)
    assert second.startswith("cfi")


def test_a_question_that_is_refused_is_a_row_too():
    asked = replace(question(0), model="f0 =~ a1 + nobody")
    row = compared(asked, {"seed": 0, "error": "no such variable"})
    assert (row["lavaan"], row["here"]) == ("refused", "refused")
    assert "nobody" in row["reason"]
