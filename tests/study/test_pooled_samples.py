"""Waves, languages and modes are pooled only through a gate, and the report says so."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from coprod_stats.documents.html import render_html
from coprod_stats.report.manifest import read_manifest
from coprod_stats.report.study import run_study
from coprod_stats.report.study_report import study_document
from coprod_stats.responses import ResponsesError
from coprod_stats.study import carry_out
from coprod_stats.study.plan_reading import PlanError, read_plan

ROOT = Path(__file__).parents[2]
PLAN = """
plan: waves
title: Two waves of carers
question: Does dependency go with the burden of care?
instrument: second.yaml
form: full
data:
  population: Family carers.
  parts:
    - {part: wave 1, file: first.csv, instrument: first.yaml}
    - {part: wave 2, file: second.csv}
  accept: {ACCEPT}
quality: {exclude_flagged: false}
hypotheses:
  - {id: A1, predictor: DEP, outcome: NEG, sign: "+"}
analyses:
  - analysis: paths
    id: care
    specifications:
      - {specification: scores, title: Scores, role: confirmatory, scores: true}
"""
Written = Callable[..., Path]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Write two versions of a questionnaire, two halves of its answers, and a plan."""
    shelf = ROOT / "instruments"
    for name in ("carers_constructs.yaml", "second.yaml", "first.yaml"):
        source = shelf / ("carers.yaml" if name in ("second.yaml", "first.yaml") else name)
        (tmp_path / name).write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    with (ROOT / "sample_data" / "carers.csv").open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    for name, half in (("first", rows[:400]), ("second", rows[400:])):
        pd.DataFrame(half, columns=header).to_csv(tmp_path / f"{name}.csv", index=False)

    def plan(
        *changes: tuple[str, str], accept: str = "{}", samples: tuple[str, str] | None = None
    ) -> Path:
        text = (tmp_path / "first.yaml").read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (tmp_path / "first.yaml").write_text(text, encoding="utf-8")
        form = PLAN.replace("{ACCEPT}", accept)
        if samples:
            assert samples[0] in form
            form = form.replace(*samples)
        (tmp_path / "waves.yaml").write_text(form, encoding="utf-8")
        return tmp_path / "waves.yaml"

    return plan


REWORDED = ("How dependent on help is he or she?", "How much help does he or she need?")
REUSED = ("How dependent on help is he or she?", "Which colour suits your kitchen best?")


def faults(plan: Path) -> list[str]:
    with pytest.raises(PlanError) as caught:
        carry_out(plan)
    return [str(fault) for fault in caught.value.faults]


def test_equal_versions_are_put_together_to_the_same_numbers(written: Written) -> None:
    together, whole = (
        carry_out(written()),
        carry_out(
            written(
                samples=(
                    PLAN[PLAN.index("  parts:") : PLAN.index("quality:")].replace("{ACCEPT}", "{}"),
                    f"  file: {ROOT / 'sample_data' / 'carers.csv'}\n",
                )
            )
        ),
    )
    assert together.analysed.n_respondents == whole.analysed.n_respondents == 908
    pd.testing.assert_frame_equal(
        together.responses.answers.reset_index(drop=True),
        whole.responses.answers.reset_index(drop=True),
    )
    assert [part.n_respondents for part in together.pooled] == [400, 508]
    assert together.headline()["estimate"].tolist() == whole.headline()["estimate"].tolist()
    assert together.responses.provenance.file == "first.csv + second.csv"
    assert together.responses.answers.index.is_unique


def test_a_reworded_question_stops_the_study(written: Written) -> None:
    (fault,) = faults(written(REWORDED))
    assert fault.startswith(
        "POOL-001 waves.yaml:9, data.parts: 'wording DEP wave 1 / wave 2' prevents pooling "
        "of DEP: [threatens] DEP: wording"
    )


def test_a_code_reused_for_another_question_stops_the_study(written: Written) -> None:
    (fault,) = faults(written(REUSED))
    assert "'reused DEP wave 1 / wave 2'" in fault
    assert "the id now stands for another question" in fault


def test_answers_in_another_order_stop_the_study(written: Written) -> None:
    swapped = (
        "options: {1: Never, 2: Sometimes, 3: Often, 4: Always}",
        "options: {1: Always, 2: Often, 3: Sometimes, 4: Never}",
    )
    found = faults(written(swapped))
    assert "'codes COP2 wave 1 / wave 2' prevents pooling of NEG" in "\n".join(found)
    assert all("pooling of NEG" in fault for fault in found)


def test_what_is_accepted_by_name_is_told_with_its_reason(written: Written) -> None:
    plan = written(REWORDED, accept='{"wording DEP wave 1 / wave 2": "A pilot found no drift."}')
    study = run_study(plan)
    assert study.analysed.n_respondents == 908
    assert "Pooled from wave 1 (400), wave 2 (508)." in study.headline_note()
    assert "Accepted in the plan: wording DEP wave 1 / wave 2." in study.headline_note()
    page = render_html(study_document(study))
    for words in ("Pooled data", "A pilot found no drift.", "first.csv", "wave 2"):
        assert words in page


def test_the_manifest_names_every_file_and_version(written: Written, tmp_path: Path) -> None:
    plan = written(REWORDED, accept='{"wording DEP wave 1 / wave 2": "A pilot found no drift."}')
    run_study(plan).report(tmp_path / "report")
    provenance = read_manifest(tmp_path / "report").provenance
    assert provenance.command == "coprod run waves.yaml"
    assert [source.name for source in provenance.samples] == ["first.csv", "second.csv"]
    hashes = [
        hashlib.sha256((tmp_path / source.name).read_bytes()).hexdigest()
        for source in provenance.samples
    ]
    assert [source.sha256 for source in provenance.samples] == hashes
    assert [source.name for source in provenance.fielded] == ["carers"]
    page = (tmp_path / "report" / "waves.html").read_text(encoding="utf-8")
    assert "Instrument, as fielded" in page


def test_accepting_what_does_not_stand_in_the_way_is_a_fault(written: Written) -> None:
    (fault,) = faults(written(accept='{"wording DEP wave 1 / wave 2": "Why not."}'))
    assert fault.startswith("POOL-002 waves.yaml:12, data.accept: the plan accepts what is no")


def test_a_scale_that_the_plan_does_not_use_is_left_out(written: Written) -> None:
    plan = written(
        ("Do you feel you cope well as caregiver?", "Do you feel you manage well as caregiver?")
    )
    study = run_study(plan)
    assert study.plan.gate is not None
    assert study.plan.gate.not_pooled == ("POS",)
    assert [scale.id for scale in study.scores.scales] == ["NEG"]
    assert "Not pooled: POS." in study.headline_note()
    assert "Not pooled, and therefore not scored here: POS." in render_html(study_document(study))


def test_the_plan_s_own_version_counts_too(written: Written) -> None:
    both = (
        "    - {part: wave 2, file: second.csv}",
        "    - {part: wave 2, file: second.csv, instrument: first.yaml}",
    )
    found = faults(written(REWORDED, samples=both))
    assert any("'wording DEP wave 1 / the plan'" in fault for fault in found)


def test_modes_are_pooled_only_when_accepted(written: Written) -> None:
    paper = ("file: second.csv}", "file: second.csv, mode: paper}")
    (fault,) = faults(written(samples=paper))
    assert "'mode wave 1 / wave 2' prevents pooling of NEG, DEP" in fault


def test_answers_in_two_languages_are_counted_together_by_code(
    written: Written, tmp_path: Path
) -> None:
    """'Yes' and 'Ja' are one answer, whatever code each file gives them."""
    labels = (
        "gender:\n    kind: categorical\n    options: {1: Male, 2: Female}",
        "gender:\n    kind: categorical\n    options: {1: {en: Male, de: Mann}, "
        "2: {en: Female, de: Frau}}",
    )
    german = ("languages: [en]", "languages: [en, de]")
    plan = written(
        labels,
        german,
        accept='{"translation de missing wave 1": "Read aloud."}',
        samples=("instrument: first.yaml}", "instrument: first.yaml, language: de}"),
    )
    frame = pd.read_csv(tmp_path / "first.csv")
    frame["CSEX"] = frame["CSEX"].map({1: 7, 2: 8})
    pyreadstat.write_sav(
        frame, str(tmp_path / "first.sav"), variable_value_labels={"CSEX": {7: "Mann", 8: "Frau"}}
    )
    plan.write_text(plan.read_text().replace("first.csv", "first.sav"))
    study = carry_out(plan)
    given = pd.read_csv(ROOT / "sample_data" / "carers.csv")["CSEX"].value_counts()
    assert study.responses.answers["CSEX"].value_counts().to_dict() == given.to_dict()


def test_one_file_with_two_waves_is_taken_apart(written: Written, tmp_path: Path) -> None:
    both = pd.concat([pd.read_csv(tmp_path / "first.csv"), pd.read_csv(tmp_path / "second.csv")])
    both.to_csv(tmp_path / "both.csv", index=False)
    one_file = PLAN[PLAN.index("    - {part: wave 1") : PLAN.index("  accept")]
    samples = """\
    - {part: answered, file: both.csv, where: "answered(COP1)"}
    - {part: not, file: both.csv, where: "not answered(COP1)"}
"""
    study = carry_out(written(samples=(one_file, samples)))
    n_answered = int(both["COP1"].notna().sum())
    assert [part.n_respondents for part in study.pooled] == [n_answered, 908 - n_answered]
    assert study.responses.provenance.rows_read == study.responses.n_respondents == 908
    with pytest.raises(ResponsesError, match=r"both\.csv: .* rows belong to no sample"):
        carry_out(written(samples=(one_file, samples.replace("answered(COP1)", "COP1 > 2"))))
    with pytest.raises(ResponsesError, match="rows belong to several samples"):
        carry_out(
            written(
                samples=(
                    one_file,
                    samples.replace("not answered(COP1)", "answered(COP1) or not answered(COP1)"),
                )
            )
        )


def test_a_file_instead_of_the_samples_is_refused(written: Written, tmp_path: Path) -> None:
    with pytest.raises(PlanError, match=r"POOL-003 waves\.yaml: the plan pools several parts"):
        carry_out(written(), data=tmp_path / "first.csv")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("  population: Family carers.", "  population: P.\n  file: first.csv", "PLAN-012"),
        (PLAN[PLAN.index("  parts:") : PLAN.index("  accept")], "", "PLAN-012"),
        ("part: wave 2", "part: wave 1", "PLAN-013"),
        ("file: second.csv}", "file: second.csv, language: fr}", "PLAN-014"),
        ("file: second.csv}", "file: second.csv, form: short}", "PLAN-001"),
        ("file: second.csv}", 'file: second.csv, where: "NOBODY == 1"}', "PLAN-010"),
        ("file: second.csv}", 'file: second.csv, where: "1 +"}', "PLAN-010"),
    ],
)
def test_faults_of_samples_have_a_code(written: Written, old: str, new: str, code: str) -> None:
    with pytest.raises(PlanError, match=code):
        read_plan(written(samples=(old, new)))


def test_faults_of_a_fielded_version_are_told(written: Written) -> None:
    with pytest.raises(PlanError, match=r"first\.yaml"):
        read_plan(written(("kind: frequency", "kind: purple")))
