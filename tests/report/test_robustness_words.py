"""What a report says of specifications that agree or do not, and of the first screen."""

from dataclasses import replace
from pathlib import Path

import pytest
from small_survey import QUESTIONNAIRE, carried_out, page_of, small_plan, structural_plan

from coprod_stats.documents.html import render_html
from coprod_stats.report.study import Study
from coprod_stats.report.study_report import study_document

TWO = [
    {"id": "A1", "predictor": "T", "outcome": "U", "sign": "+"},
    {"id": "A2", "predictor": "VISITS", "outcome": "U", "sign": "+"},
]


def of_specifications(n: int, hypotheses: list[dict[str, str]]) -> dict[str, object]:
    plan = small_plan(hypotheses=hypotheses)
    (first,) = plan["analyses"][0]["specifications"]
    others = [
        first | {"specification": f"other{k}", "title": f"Other {k}", "role": "robustness"}
        for k in range(n - 1)
    ]
    plan["analyses"][0]["specifications"] = [first, *others]
    return plan


def with_conclusion(study: Study, name: str, conclusion: str) -> Study:
    """Return a study in which other specifications conclude otherwise on a hypothesis."""
    (entry,) = study.analyses
    findings = tuple(
        replace(one, conclusion=conclusion)
        if one.id == name and one.specification != "scores"
        else one
        for one in entry.findings
    )
    return replace(study, analyses=(replace(entry, findings=findings),))


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return carried_out(tmp_path_factory.mktemp("two"), of_specifications(2, TWO))


def test_where_all_specifications_agree_it_is_said_twice(two: Study) -> None:
    page = page_of(two)
    assert page.count("All 2 conclusions are the same in every specification.") == 2
    assert "; not those on" not in page


def test_where_they_disagree_the_paths_and_the_other_conclusions_are_named(two: Study) -> None:
    page = page_of(with_conclusion(two, "A1", "equivalent"))
    said = "1 of 2 conclusions are the same in every specification; not those on A1."
    assert page.count(said) == 2
    assert "A1: equivalent" in page
    assert "All 2 conclusions" not in page


def test_one_hypothesis_has_one_conclusion(tmp_path: Path) -> None:
    study = carried_out(tmp_path, of_specifications(2, TWO[:1]))
    assert "The conclusion is the same in every specification." in page_of(study)
    other = page_of(with_conclusion(study, "A1", "opposite"))
    assert "The conclusion is not the same in every specification." in other


def test_one_specification_agrees_with_nothing(tmp_path: Path) -> None:
    assert "in every specification" not in page_of(carried_out(tmp_path))


def test_no_coefficient_is_called_the_largest(two: Study) -> None:
    page = page_of(two)
    assert "coefficients range from" in page
    assert "largest coefficient" not in page.lower()


def test_the_tile_of_reliability_has_one_coefficient(tmp_path: Path) -> None:
    short = QUESTIONNAIRE.replace("items: [U1, U2, U3]", "items: [U1, U2]")
    for questionnaire, n in ((QUESTIONNAIRE, 2), (short, 1)):
        study = carried_out(tmp_path, questionnaire=questionnaire)
        omegas = [
            scale.headline.estimate
            for scale in study.reliability.scales
            if scale.headline is not None and scale.headline.term == "omega"
        ]
        assert len(omegas) == n
        low, high = (f"{value:.2f}"[1:] for value in (min(omegas), max(omegas)))
        said = f"reliability of the scales {low} to {high} ω of the scales of three items or more"
        assert said in page_of(study)


def test_without_a_scale_of_three_items_there_is_no_tile(tmp_path: Path) -> None:
    short = QUESTIONNAIRE.replace("[U1, U2, U3]", "[U1, U2]").replace("[T1, T2, T3]", "[T1, T2]")
    page = page_of(carried_out(tmp_path, questionnaire=short))
    assert "ω of the scales of three items or more" not in page
    assert "Spearman–Brown" in page


def test_equivalence_is_adjusted_and_shown_with_the_interval_that_decides(tmp_path: Path) -> None:
    study = carried_out(tmp_path, structural_plan())
    page = page_of(study)
    assert "b 95% CI β 90% CI p adjusted" in page
    assert "which pass where the 90% interval lies within ±.10" in page
    assert "by Holm’s method over 1 test" in page
    wider = page_of(carried_out(tmp_path, structural_plan(inference={"alpha": 0.1})))
    assert "b 90% CI β 80% CI p adjusted" in wider


def test_pairs_of_scales_are_folded(two: Study) -> None:
    source = render_html(study_document(two))
    fold = source.index("<summary>Each pair with its interval</summary>")
    assert source.index("Pairs of Scales") > fold
