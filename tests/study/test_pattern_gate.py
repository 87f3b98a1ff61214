"""The gate before single paths, on two frozen samples: halo without paths, and paths."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from coprod_stats.analyses.findings import SHARED_MEANING, Finding
from coprod_stats.analyses.paths.binding import Paths
from coprod_stats.analyses.paths.rivals import fit_rivals
from coprod_stats.analyses.pattern_words import pattern_conclusion
from coprod_stats.analyses.sample import design_column, item_table
from coprod_stats.documents.html import render_html
from coprod_stats.instruments.shipped import shelf
from coprod_stats.report.study import Study, run_study
from coprod_stats.report.study_report import study_document as report_document
from coprod_stats.structure.marker_ladder import MarkerLadder
from coprod_stats.structure.pattern_bootstrap import bootstrap_pattern
from coprod_stats.structure.structural_models import StructuralPath
from coprod_stats.study.pattern_gate import dependent_on_overlap, gated, no_pattern_of, untested
from coprod_stats.study.study_json import study_document
from coprod_stats.study.synthetic_sample import draw_sample, write_sample

pytestmark = pytest.mark.any_python

FROZEN = Path(__file__).parents[1] / "oracles" / "driver_impact_0_2_0"


@pytest.fixture(scope="module")
def confirmatory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plan of version 0.2.0 with its confirmatory specification alone."""
    plan = yaml.safe_load((FROZEN / "driver_impact.yaml").read_text(encoding="utf-8"))
    plan["instrument"] = str(FROZEN / "citizen.yaml")
    plan["data"]["file"] = str(FROZEN / "citizen_synthetic.csv")
    first = plan["analyses"][0]["specifications"][0]
    plan["analyses"][0]["specifications"] = [first | {"subgroups": []}]
    path = tmp_path_factory.mktemp("plan") / "confirmatory.yaml"
    path.write_text(yaml.safe_dump(plan, allow_unicode=True), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def clean(confirmatory: Path) -> Study:
    return run_study(confirmatory)


@pytest.fixture(scope="module")
def halo(confirmatory: Path) -> Study:
    return run_study(confirmatory, data=FROZEN / "citizen_halo.csv")


def test_the_halo_sample_is_what_the_simulator_gives(tmp_path: Path) -> None:
    shipped = shelf("sample_data") / "citizen_halo.csv"
    drawn = draw_sample("driver_impact", population="citizen_halo_population.yaml")
    truth = write_sample(drawn, tmp_path / shipped.name)
    assert (tmp_path / shipped.name).read_bytes() == shipped.read_bytes()
    assert truth.read_bytes() == shipped.with_suffix(".truth.json").read_bytes()
    said = json.loads(truth.read_text(encoding="utf-8"))
    assert said["synthetic"] is True
    assert said["standardised_paths"] == {} == said["factor_correlations"]
    assert set(said["method_factors"]["evaluation"].values()) == {0.4}
    clean = shelf("sample_data") / "citizen_synthetic.truth.json"
    assert "method_factors" not in json.loads(clean.read_text(encoding="utf-8"))


def test_the_pattern_of_the_clean_sample_is_present_and_nothing_fires(clean: Study) -> None:
    pattern = clean.pattern
    assert pattern is not None
    assert pattern.conclusion == "present"
    assert pattern.mean_stated.estimate == pytest.approx(0.193, abs=5e-4)
    assert pattern.mean_unstated.estimate == pytest.approx(0.007, abs=5e-4)
    assert pattern.contrast.statistic > 10
    assert pattern.ratio is not None
    assert pattern.ratio.p_value > 0.3
    assert not any(found.fires for found in clean.diagnostics)
    assert sum(finding.conclusion == "supported" for finding in clean.analyses[0].findings) > 15


def test_the_halo_sample_has_no_pattern_and_supports_no_hypothesis(halo: Study) -> None:
    pattern = halo.pattern
    assert pattern is not None
    assert pattern.conclusion == "general-evaluation"
    assert abs(pattern.contrast.statistic) < 2
    assert pattern.ratio is not None
    assert pattern.ratio.chisq > 200
    assert [found.code for found in halo.diagnostics if found.fires] == [
        "HALO-001",
        "HALO-002",
    ]
    findings = halo.analyses[0].findings
    assert sum(finding.p_adjusted < 0.05 for finding in findings) > 15
    assert not any(finding.conclusion.startswith("supported") for finding in findings)
    assert sum(bool(finding.gate) for finding in findings) > 15


@pytest.fixture(scope="module")
def pages(clean: Study, halo: Study) -> tuple[str, str]:
    clean_page, halo_page = (render_html(report_document(study)) for study in (clean, halo))
    return clean_page, halo_page


def first_lines(study: Study) -> str:
    return opening(render_html(report_document(study)))


def opening(page: str) -> str:
    return page[page.index("<main") : page.index("Question and hypotheses</h2>")]


def test_the_first_lines_are_the_pattern_its_size_its_interval_and_n(
    pages: tuple[str, str],
) -> None:
    shown, doubted = map(opening, pages)
    for page in (shown, doubted):
        assert "difference" in page
        assert "95% CI [" in page
        assert "n = 1,2" in page
    assert "21 paths are tested one by one" in shown
    assert "of 21</" in shown
    assert "general evaluation" not in shown
    assert "a general evaluation of the service describes the data as well" in doubted
    assert "none of these paths is counted as supported" in doubted
    assert "one by one" not in doubted
    assert "of 21</" not in doubted


def test_the_section_states_what_the_pattern_allows(pages: tuple[str, str]) -> None:
    page, doubted = pages
    assert "fits no worse than the one with all paths" in page
    assert "fits worse than the one with all paths" in doubted
    assert "hypotheses are supported" in " ".join(page.split())
    assert "None of these paths is counted as supported" in doubted
    assert "None of these paths is counted as supported" not in page
    assert "by single tests" in doubted
    assert "by single tests" not in page
    assert "consistent with the model" in " ".join(page.split())
    assert "consistent with the model" not in " ".join(doubted.split())
    for report in (page, doubted):
        assert "cannot detect a general evaluation" in report
        assert "Every path without and with the factor" in report
        assert "is not claimed to be zero" in report


def test_the_json_begins_with_the_pattern(clean: Study, halo: Study) -> None:
    wanted = {
        "mean_stated",
        "mean_unstated",
        "contrast",
        "std_error",
        "conf_low",
        "conf_high",
        "statistic",
        "p_value",
        "lr_chisq",
        "lr_df",
        "lr_p_value",
        "n_analysed",
    }
    for study in (clean, halo):
        document = study_document(study)
        assert next(iter(document)) == "pattern"
        assert wanted <= document["pattern"].keys()
        assert document["pattern"]["lead"] == " ".join(study.lead)
        assert {row["code"] for row in document["diagnostics"]} == {
            "HALO-001",
            "HALO-002",
            "DISCRIMINANT-001",
            "OVERLAP-001",
            "COLLINEARITY-001",
            "CARELESS-001",
            "DONTKNOW-001",
        }
        tables = document["analyses"][0]["tables"]
        assert len(tables["all_paths"]) == 49
        assert len(tables["evaluative_factor_paths"]) == 21
        assert len(tables["omitted_causes"]) == 21


def test_the_halo_that_made_the_paths_is_the_one_that_takes_them_away(
    clean: Study, halo: Study
) -> None:
    """It has loadings of .40 on every item; the sample of real paths has none."""

    def table(study: Study) -> pd.DataFrame:
        return pd.DataFrame(study_document(study)["analyses"][0]["tables"]["omitted_causes"])

    assert table(halo)["halo"].median() == pytest.approx(0.40, abs=0.05)
    assert table(halo)["halo"].max() < 0.45
    supported = [f.id for f in clean.analyses[0].findings if f.conclusion == "supported"]
    needed = table(clean).set_index("term")["halo"][supported]
    assert (needed.isna() | (needed > 0.35)).mean() > 0.9
    pages = [" ".join(render_html(report_document(study)).split()) for study in (clean, halo)]
    assert ["supported paths only if every question" in page for page in pages] == [True, False]
    assert all("What would take each path to zero" in page for page in pages)


def test_a_plan_without_unstated_paths_has_no_pattern(tmp_path: Path) -> None:
    study = run_study("carers")
    assert study.pattern is None
    (lead,) = study.lead
    assert "not compared with unstated ones, since scores are regressed one equation" in lead
    assert any(finding.conclusion == "supported" for finding in study.analyses[0].findings)
    document = study_document(study)
    assert document["pattern"] == {"lead": lead}
    assert document["diagnostics"] == []
    assert "The pattern as a whole" not in render_html(report_document(study))


CONCLUSIONS = ("supported", "supported-negligible", "opposite", "equivalent", "inconclusive")


def test_the_gate_takes_support_and_nothing_else(clean: Study, halo: Study) -> None:
    (first, *_) = clean.analyses[0].findings
    findings = [replace(first, conclusion=conclusion) for conclusion in CONCLUSIONS]
    assert gated(findings, clean.pattern) == gated(findings, None) == tuple(findings)
    assert gated(findings, None, "it did not converge") == gated(findings, halo.pattern)
    closed = gated(findings, halo.pattern)
    assert [finding.conclusion for finding in closed] == [
        "inconclusive",
        "equivalent",
        "opposite",
        "equivalent",
        "inconclusive",
    ]
    assert [bool(finding.gate) for finding in closed] == [True, False, False, False, False]
    assert verdicts(closed)[0] == "inconclusive (not beyond a general evaluation)"


def test_items_that_share_a_meaning_take_support_and_nothing_else(
    clean: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    analysis = clean.analyses[0]
    first, second, *_ = analysis.findings
    findings = [replace(first, conclusion=conclusion) for conclusion in CONCLUSIONS]
    assert dependent_on_overlap(findings, analysis.form, analysis.result) == tuple(findings)
    other = replace(second, id="another", conclusion="supported")

    def resting(kind: Paths, result: object) -> frozenset[str]:
        del kind, result
        return frozenset({first.id})

    monkeypatch.setattr(Paths, "resting", resting)
    *taken, kept = dependent_on_overlap([*findings, other], analysis.form, analysis.result)
    assert [finding.conclusion for finding in taken] == [
        "inconclusive",
        "equivalent",
        "opposite",
        "equivalent",
        "inconclusive",
    ]
    assert [finding.gate for finding in taken] == [SHARED_MEANING, "", "", "", ""]
    assert kept == other


def verdicts(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.verdict for finding in findings]


def test_each_conclusion_has_its_own_words(clean: Study, halo: Study) -> None:
    present, general = clean.pattern, halo.pattern
    assert present is not None
    assert general is not None
    assert present.within is not None
    level = replace(present, mean_unstated=replace(present.mean_unstated, conf_low=0.01))
    uneven = replace(level, within=replace(present.within, conf_low=-0.01))
    nothing = replace(general, mean_unstated=replace(general.mean_unstated, conf_low=-0.01))
    none_stated = replace(nothing, mean_stated=replace(general.mean_stated, conf_low=-0.01))
    found = (present, level, uneven, general, nothing, none_stated)
    words = [pattern_conclusion(pattern, 21) for pattern in found]
    assert len(set(words)) == 6
    assert ["tested one by one" in said for said in words] == [True, True, *[False] * 4]
    assert ["none of these paths is counted" in said for said in words] == [
        *[False] * 2,
        *[True] * 4,
    ]
    assert ["general evaluation" in said for said in words] == [False, *[True] * 3, *[False] * 2]
    assert "do not lie above zero on average" in words[-1]
    assert pattern_conclusion(present, 1).startswith("The stated pattern is there, and the single")


def test_a_pattern_that_could_not_be_tested_is_said_first(clean: Study) -> None:
    result = clean.analyses[0].result
    (entry,) = result.specifications
    rivals = replace(entry.rivals, pattern=None, no_pattern="it did not converge")
    changed = replace(result, specifications=(replace(entry, rivals=rivals),))
    study = replace(clean, analyses=(replace(clean.analyses[0], result=changed),))
    assert study.pattern is None
    assert study.lead[0] == "Stated and unstated paths could not be compared: it did not converge."
    page = render_html(report_document(study))
    assert page.count("could not be compared: it did not converge") == 2
    assert study_document(study)["pattern"] == {"lead": " ".join(study.lead)}
    assert "could not be compared" not in render_html(report_document(clean))


def test_the_gate_is_closed_where_the_compared_specification_was_not_estimated(
    clean: Study,
) -> None:
    result = clean.analyses[0].result
    (entry,) = result.specifications
    failed = replace(entry, tests=None, reason="it did not converge", rivals=None)
    other = replace(entry, rivals=None)
    changed = replace(result, specifications=(failed, other))
    assert changed.no_pattern.startswith("the specification that is compared with all paths")
    (analysis,) = clean.analyses
    assert untested(analysis.form, changed) == ""
    closed = gated(analysis.findings, None, no_pattern_of(analysis.form, changed))
    assert all(finding.conclusion != "supported" for finding in closed)
    assert any(finding.gate for finding in closed)


def test_a_model_of_all_paths_has_none_to_compare(clean: Study) -> None:
    (analysis,) = clean.analyses
    (entry,) = analysis.result.specifications
    model = entry.tests.model
    added = [StructuralPath(f"{a} {b}", a, b) for a, b in model.unstated_pairs]
    full = replace(entry.tests, model=replace(model, paths=(*model.paths, *added)))
    changed = replace(analysis.result, specifications=(replace(entry, tests=full, rivals=None),))
    assert "a path is stated for every pair" in untested(analysis.form, changed)
    assert no_pattern_of(analysis.form, changed) == ""
    assert untested(analysis.form, analysis.result) == ""


def test_the_terminal_begins_with_the_pattern(confirmatory: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from coprod_stats.cli.main import run; run()"]
    halo = str(FROZEN / "citizen_halo.csv")
    asked = ["run", str(confirmatory), "--data", halo, "--out", str(tmp_path / "r")]
    done = subprocess.run([*command, *asked], capture_output=True, text=True, check=True)
    title, synthetic, size, conclusion, *rest = done.stdout.splitlines()
    assert title.startswith("Are the drivers")
    assert synthetic.startswith("SYNTHETIC DATA")
    assert "difference .00, 95% CI [−.02, .02]" in size
    assert size.endswith("n = 1,283.")
    assert "a general evaluation of the service describes the data as well" in conclusion
    assert "none of these paths is counted as supported" in conclusion
    assert not any(line.rstrip().endswith(" supported") for line in rest)


def with_rivals(study: Study, **changes: object) -> str:
    """Return the report of a study whose rival models came out otherwise."""
    (entry,) = study.analyses[0].result.specifications
    return report_with(study, rivals=replace(entry.rivals, **changes))


def report_with(study: Study, **changes: object) -> str:
    """Return the report of a study whose only specification came out otherwise."""
    (analysis,) = study.analyses
    (entry,) = analysis.result.specifications
    result = replace(analysis.result, specifications=(replace(entry, **changes),))
    page = render_html(
        report_document(replace(study, analyses=(replace(analysis, result=result),)))
    )
    return " ".join(page.split())


def test_an_evaluative_factor_without_variance_takes_nothing(halo: Study) -> None:
    rivals = halo.analyses[0].result.specifications[0].rivals
    assert rivals is not None
    nothing = replace(rivals.evaluation, share=0.0, variance=-0.01)
    taken, left = with_rivals(halo), with_rivals(halo, evaluation=nothing)
    failed = with_rivals(halo, evaluation=None, no_evaluation="it did not converge")
    sentence = "there is nothing that it could take from the paths"
    assert [sentence in page for page in (taken, left, failed)] == [False, True, False]
    assert ["Read with caution." in page for page in (taken, left, failed)] == [True, False, False]
    assert "by BIC the model is better with it" in taken
    assert "gave no estimate: it did not converge." in failed
    worse = replace(rivals.evaluation, aic_difference=-2.0, bic_difference=float("nan"))
    page = with_rivals(halo, evaluation=worse)
    assert "by AIC the model is no better with it (difference 2.0)" in page
    assert "by BIC" not in page


def test_what_the_pattern_lacks_is_said(clean: Study) -> None:
    pattern = clean.pattern
    assert pattern is not None
    whole = with_rivals(clean)
    assert "The difference within drivers and impacts takes out what whole scales" in whole
    confounded = with_rivals(clean, pattern=replace(pattern, within=None))
    assert "cannot be distinguished" in confounded
    assert "cannot be distinguished" not in whole
    untested = with_rivals(clean, pattern=replace(pattern, ratio=None, no_ratio="it was withheld"))
    assert "without the unstated paths was not tested: it was withheld." in untested
    assert "was not tested" not in whole


def test_bootstrap_intervals_stand_beside_those_by_formula(clean: Study) -> None:
    pattern = clean.pattern
    assert pattern is not None
    few = bootstrap_pattern(pattern, n_samples=3, rng=np.random.default_rng(1))
    page = with_rivals(clean, resampled=few)
    assert page.count("Bootstrap 95% CI") == 2  # of the means, and of HTMT2
    assert "percentiles of 3 samples of clusters" in page
    lost = with_rivals(clean, resampled=replace(few, n_samples=4))
    assert "1 of 4 bootstrap samples have no estimates" in lost
    failed = with_rivals(clean, no_resampled="weights")
    assert "The pattern could not be resampled: weights." in failed
    for said in ("Bootstrap 95% CI", "have no estimates", "could not be resampled"):
        assert said not in with_rivals(clean)


def test_the_marker_is_said_to_share_or_not_and_what_it_cannot_show(clean: Study) -> None:
    (entry,) = clean.analyses[0].result.specifications
    assert entry.others is not None
    found = entry.others.marker
    assert found is not None
    assert not found.is_shared
    quiet = with_marker(clean, found)
    assert "The items share nothing with it that this could show (p " in quiet
    assert "it cannot detect a general evaluation of the service" in quiet
    assert "or more. See" in quiet
    shared, unequal, distorting = found.tests
    loud = replace(
        found,
        tests=(replace(shared, p_value=0.001), unequal, replace(distorting, p_value=0.001)),
        changes=(replace(found.changes[0], rival=0.0), *found.changes[1:]),
    )
    page = with_marker(clean, loud)
    assert "All items share something with it (p = .001" in page
    assert "and this changes the correlations of the factors (p = .001)" in page
    assert f"{found.changes[0].id} changes most, from " in page
    uneven = with_marker(clean, replace(found, retained="unconstrained"))
    assert "Some items share more with it than others (p " in uneven
    failed = with_marker(clean, None, no_marker="it did not converge")
    assert "is not known: it did not converge." in failed
    none = with_marker(clean, None, marker_scale=None)
    assert "it cannot detect a general evaluation" not in none


def with_marker(study: Study, found: MarkerLadder | None, **changes: object) -> str:
    (entry,) = study.analyses[0].result.specifications
    others = replace(entry.others, marker=found, **changes)
    return report_with(study, others=others)


def test_the_plan_says_how_many_samples_are_drawn(clean: Study) -> None:
    (analysis,) = clean.analyses
    (entry,) = analysis.result.specifications
    tested = entry.tests
    assert entry.rivals is not None
    assert entry.rivals.resampled is None
    items = item_table(clean.analysed, tested.model.items)
    items = items.assign(POSTR=design_column(clean.analysed, "POSTR"))
    form = analysis.form.model_copy(update={"bootstrap": 2})
    drawn = fit_rivals(items, tested, form, np.random.default_rng(2))
    assert drawn is not None
    assert drawn.resampled is not None
    assert drawn.resampled.n_samples == 2


def test_the_overlap_sample_is_what_the_simulator_gives_and_is_named_first(
    tmp_path: Path,
) -> None:
    shipped = shelf("sample_data") / "citizen_overlap.csv"
    drawn = draw_sample("driver_impact", population="citizen_overlap_population.yaml")
    truth = write_sample(drawn, tmp_path / shipped.name)
    assert (tmp_path / shipped.name).read_bytes() == shipped.read_bytes()
    assert truth.read_bytes() == shipped.with_suffix(".truth.json").read_bytes()
    plan = yaml.safe_load((shelf("analyses") / "driver_impact.yaml").read_text(encoding="utf-8"))
    first = plan["analyses"][0]["specifications"][0]
    plan["analyses"][0]["specifications"] = [first | {"subgroups": []}]
    path = tmp_path / "shipped_plan.yaml"
    path.write_text(yaml.safe_dump(plan, allow_unicode=True), encoding="utf-8")
    overlapping, clean = run_study(path, data="citizen_overlap.csv"), run_study(path)
    fired = {found.code for found in overlapping.diagnostics if found.fires}
    assert fired == {"OVERLAP-001"}
    assert not any(found.fires for found in clean.diagnostics)
    named = {(p.driver_item, p.impact_item) for p in overlapping.analyses[0].result.overlap.pairs}
    assert named == {("DRKNO6", "KGN4"), ("DRKNO7", "KGN9"), ("DRKNO10", "KGN12")}
    (change,) = [p for p in overlapping.analyses[0].result.overlap.paths if p.id == "H12"]
    assert change.stated > 2 * change.rival_se > abs(change.rival)
    by_id = {finding.id: finding for finding in overlapping.analyses[0].findings}
    assert by_id["H12"].p_adjusted < 0.05
    assert by_id["H12"].conclusion == "inconclusive"
    assert by_id["H12"].gate == "rests on items that share a meaning"
    assert by_id["H13"].conclusion == "supported"
    assert not any(finding.gate for finding in clean.analyses[0].findings)
    page, other = first_lines(overlapping), first_lines(clean)
    assert "3 pairs of items at both ends of a path share more" in page
    assert "H12 changes from .11 to −.05" in page
    assert "pairs of items" not in other
    whole = render_html(report_document(overlapping))
    assert "Reword one item of each pair" in whole
    assert "So is a path that rests on items that share a meaning" in whole
    assert "of 21</" in page
    assert "one item of each pair" not in render_html(report_document(clean))
    assert "observed as it is (Individual value" in whole
    assert "No two of them share more" in render_html(report_document(clean))
