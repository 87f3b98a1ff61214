"""How a report describes the drawing of the sample, each statement with its opposite case."""

from pathlib import Path

from small_survey import answers, carried_out, page_of, small_plan, structural_plan

from coprod_stats.study.study_json import study_document

DATA = {"file": "small.csv", "population": "People."}


def test_what_nobody_recorded_is_said_not_to_be_recorded(tmp_path: Path) -> None:
    table = answers()
    table["TOWN"] = [""] * len(table["TOWN"])
    page = page_of(carried_out(tmp_path, table=table))
    for feature in ("Collection", "Recruitment", "Outcome rates", "Weights", "Strata", "Clusters"):
        assert f"{feature} not recorded" in page
    assert "Differences Between Clusters" not in page
    assert "AAPOR" not in page


def test_what_was_recorded_is_told(tmp_path: Path) -> None:
    data = DATA | {
        "collected": "In May 2026, on the web.",
        "recruitment": "By letter to 1,000 addresses drawn at random.",
        "dispositions": {"complete": 200, "refusal": 300, "unknown": 500},
    }
    table = answers()
    table["STRAT"] = ["a", "b"] * 100
    table["WGT"] = [1, 3] * 100
    plan = structural_plan(data=data, weights="WGT", cluster="TOWN")
    study = carried_out(tmp_path, plan, table)
    page = page_of(study)
    assert "Collection In May 2026, on the web." in page
    assert "Recruitment By letter to 1,000 addresses drawn at random." in page
    assert "Outcome rates response rate 1 20.0%, response rate 2 20.0%" in page
    assert "refusal rate 1 30.0%" in page
    assert "of 1,000 cases" in page
    assert "AAPOR (2023)" in page
    taken = "taken into account in the analyses, except where a specification states otherwise."
    # 1 + the squared coefficient of variation of 1 and 3 is 1.25
    assert (
        f"WGT (“Weight”); {taken} Kish’s design effect is 1.25: the answers are worth 160" in page
    )
    assert f"TOWN (“Town”): 10 clusters of 20 respondents each; {taken}" in page
    assert (
        "STRAT (“Stratum”): 2 strata of 100 respondents each; no analysis takes them into account."
        in page
    )
    assert "not recorded" not in page
    sample = study_document(study)["sample"]
    assert sample["design"]["n_clusters"] == 10
    assert sample["outcome_rates"][0] == {"term": "RR1", "estimate": 0.2}


def test_columns_that_no_analysis_uses_are_named(tmp_path: Path) -> None:
    page = page_of(carried_out(tmp_path))
    assert (
        "TOWN (“Town”): 10 clusters of 20 respondents each; no analysis takes them into account."
        in page
    )
    assert "Differences Between Clusters" in page
    assert "of the variance of a scale (“Trust”" in page


def test_clusters_of_unlike_size_have_a_range(tmp_path: Path) -> None:
    table = answers()
    table["TOWN"] = ["big"] * 150 + ["small"] * 50
    assert "TOWN (“Town”): 2 clusters of 50 to 150 respondents each (median 100)" in page_of(
        carried_out(tmp_path, table=table)
    )


def test_a_scale_that_describes_the_participants_alone_is_not_analysed(tmp_path: Path) -> None:
    outcome = [{"id": "A1", "predictor": "VISITS", "outcome": "U", "sign": "+"}]
    plan = small_plan(participants=["T"], hypotheses=outcome)
    page = page_of(carried_out(tmp_path, plan))
    assert "Correlations of the Scales" not in page
    assert "Trust M (SD) 200" in page
    assert "Correlations of the Scales" in page_of(carried_out(tmp_path))
