"""Warnings of a study in its report: each code once, the others of a code in a fold."""

from dataclasses import replace

import pytest
from small_survey import carried_out

from coprod_stats.documents.document import Details, ItemList
from coprod_stats.report.sections.deviations import deviations_section
from coprod_stats.report.study import Study
from coprod_stats.study.result import StudyWarning


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return carried_out(tmp_path_factory.mktemp("warned"))


def section_of(study: Study, *codes: str):
    warnings = tuple(StudyWarning(code, f"fit {n}") for n, code in enumerate(codes))
    return deviations_section(replace(study, warnings=warnings, deviations=()))


def words(block: ItemList) -> list[str]:
    return ["".join(getattr(piece, "words", piece) for piece in item) for item in block.items]


def test_one_warning_of_each_code_is_listed_without_a_fold(study: Study) -> None:
    (listed,) = section_of(study, "A-1", "B-1").content
    assert words(listed) == ["A-1 fit 0.", "B-1 fit 1."]


def test_several_of_one_code_are_folded_and_none_is_lost(study: Study) -> None:
    listed, folded = section_of(study, "A-1", "B-1", "A-1", "A-1").content
    assert words(listed) == ["A-1 fit 0. The fold has 2 others of this code.", "B-1 fit 1."]
    assert isinstance(folded, Details)
    (others,) = folded.content
    assert words(others) == ["A-1 fit 2.", "A-1 fit 3."]


def test_without_warnings_and_deviations_there_is_no_section(study: Study) -> None:
    assert section_of(study) is None
