"""Families are adjusted when all analyses have run, and conclusions follow from them."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from pydantic import ValidationError

from coprod_stats.analyses.findings import Finding, findings_table
from coprod_stats.plans.model import Family, Inference
from coprod_stats.structure.multiplicity import adjust_p_values
from coprod_stats.study.families import DEFAULT_FAMILY, conclude, decide

BLANK = Finding("H1", "H1", "A", "B", "+", "main", "one", "", "confirmatory")


def finding(id: str, p_value: float, **changes: object) -> Finding:
    estimates = {"estimate": 0.3, "std_error": 0.1, "p_value": p_value}
    return replace(BLANK, id=id, hypothesis=id, **(estimates | changes))


def test_confirmatory_tests_of_several_analyses_are_one_family_by_default() -> None:
    found = [finding("H1", 0.01), finding("H2", 0.03, analysis="two"), finding("H3", 0.04)]
    decided = decide(found, Inference())
    expected = adjust_p_values({"a": 0.01, "b": 0.03, "c": 0.04}, family="x", method="holm")
    assert tuple(entry.p_adjusted for entry in decided) == expected.p_adjusted
    assert {entry.family_size for entry in decided} == {3}
    assert {entry.family for entry in decided} == {"default family"}


def test_families_may_be_made_of_analyses_or_of_hypotheses() -> None:
    families = {
        "first": Family(analyses=("one",)),
        "rest": Family(hypotheses=("H3",), adjustment="fdr_bh"),
    }
    found = [finding("H1", 0.01), finding("H2", 0.02), finding("H3", 0.03, analysis="two")]
    decided = decide(found, Inference(families=families))
    assert [entry.family for entry in decided] == ["first", "first", "rest"]
    assert [entry.p_adjusted for entry in decided] == pytest.approx([0.02, 0.02, 0.03])


def test_a_family_of_any_name_holds_its_own_tests_alone() -> None:
    names = ("headline", "default")
    families = {name: Family(analyses=("one",), adjustment="fdr_bh") for name in names}
    outside = {"analysis": "two", "role": "exploratory"}
    found = [finding("H1", 0.01), finding("H2", 0.02, **outside), finding("H3", 0.03, **outside)]
    for name in names:
        decided = decide(found, Inference(families={name: families[name]}))
        assert [entry.family for entry in decided] == [name, DEFAULT_FAMILY, DEFAULT_FAMILY]
        assert [entry.p_adjusted for entry in decided] == pytest.approx([0.01, 0.04, 0.04])
    with pytest.raises(ValidationError):
        Inference(families={DEFAULT_FAMILY: Family()})


def test_other_roles_are_adjusted_within_their_own_specification() -> None:
    robust = {"role": "robustness", "specification": "other"}
    found = [finding("H1", 0.01), finding("H1", 0.01, **robust), finding("H2", 0.02, **robust)]
    decided = decide(found, Inference())
    assert [entry.family_size for entry in decided] == [1, 2, 2]
    assert decided[0].p_adjusted == 0.01


def test_what_was_not_estimated_counts_in_its_family() -> None:
    failed = replace(BLANK, id="H2", hypothesis="H2", reason="no answers")
    decided = decide([finding("H1", 0.01), failed], Inference())
    assert decided[0].p_adjusted == pytest.approx(0.02)
    assert math.isnan(decided[1].p_adjusted)
    assert [entry.conclusion for entry in decided] == ["supported", "not-estimated"]


@pytest.mark.parametrize(
    ("changes", "conclusion"),
    [
        ({"p_adjusted": 0.01, "estimate": 0.3}, "supported"),
        ({"p_adjusted": 0.01, "estimate": -0.3}, "opposite"),
        ({"p_adjusted": 0.2, "estimate": 0.3}, "inconclusive"),
        ({"p_adjusted": 0.01, "estimate": 0.3, "is_negligible": True}, "supported-negligible"),
        ({"p_adjusted": 0.2, "estimate": 0.3, "is_negligible": True}, "inconclusive"),
        ({"p_adjusted": 0.01, "estimate": 9, "std_all": -0.3}, "opposite"),
        ({"p_adjusted": 0.2, "std_all": 0.01, "p_equivalence_adjusted": 0.01}, "equivalent"),
        (
            {"p_adjusted": 0.2, "std_all": 0.01, "p_equivalence": 0.01}
            | {"p_equivalence_adjusted": 0.06},
            "inconclusive",
        ),
        (
            {"p_adjusted": 0.01, "std_all": 0.05, "p_equivalence_adjusted": 0.01},
            "supported-negligible",
        ),
        ({"p_adjusted": 0.01, "estimate": 0.3, "reason": "improper"}, "not-estimated"),
    ],
)
def test_conclusions(changes: dict[str, object], conclusion: str) -> None:
    assert conclude(replace(BLANK, **changes), Inference()) == conclusion


def test_a_standardised_effect_is_tested_for_being_negligible() -> None:
    large = finding("H1", 0.001, std_all=0.3, std_all_se=0.02, df=math.inf)
    small = finding("H2", 0.001, std_all=0.05, std_all_se=0.01, df=math.inf)
    found = decide([large, small], Inference())
    assert [entry.conclusion for entry in found] == ["supported", "supported-negligible"]
    assert found[1].conf_low_90 < 0.05 < found[1].conf_high_90 < 0.10


def test_a_table_without_findings_keeps_its_columns() -> None:
    assert list(findings_table([]).columns) == list(findings_table([BLANK]).columns)


def test_tests_of_equivalence_are_adjusted_as_those_against_zero() -> None:
    standardised = {"std_all": 0.0, "std_all_se": 0.045, "df": math.inf}
    found = [finding(f"H{k}", 0.8, **standardised) for k in (1, 2)]
    one, two = decide(found[:1], Inference()), decide(found, Inference())
    assert one[0].p_equivalence == two[0].p_equivalence < 0.05
    assert one[0].p_equivalence_adjusted == one[0].p_equivalence
    assert two[0].p_equivalence_adjusted == pytest.approx(2 * two[0].p_equivalence)
    assert one[0].conclusion == "equivalent"
    assert [entry.conclusion for entry in two] == ["equivalent", "equivalent"]
    many = decide([finding(f"H{k}", 0.8, **standardised) for k in range(9)], Inference())
    assert {entry.conclusion for entry in many} == {"inconclusive"}
    assert all(entry.conf_high_90 < 0.1 < entry.smallest_bound for entry in many)
    untested = decide([finding("H1", 0.8)], Inference())
    assert math.isnan(untested[0].p_equivalence_adjusted)
