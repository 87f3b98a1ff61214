from pathlib import Path

import pytest

from coprod_stats.instruments import InstrumentError, check_instrument
from coprod_stats.instruments.source.copying import CopyError, copy_instrument


def test_a_copy_stands_by_itself(tmp_path: Path) -> None:
    copies = copy_instrument("carers", tmp_path / "mine")
    names = ["carers.yaml", "carers_constructs.yaml", "instrument.schema.json"]
    assert [path.name for path in copies] == names
    assert check_instrument(copies[0]) == ()


@pytest.mark.parametrize("name", ["citizen", "provider", "carers"])
def test_a_copy_has_no_fault_that_the_shipped_one_does_not_have(name: str, tmp_path: Path) -> None:
    """Constructs are shared: the table of meanings names items of questionnaires not copied."""
    assert check_instrument(copy_instrument(name, tmp_path)[0]) == ()


def test_constructs_from_another_source_are_shared_with_no_shipped_questionnaire(
    tmp_path: Path,
) -> None:
    copied, constructs, *_ = copy_instrument("citizen", tmp_path)
    text = constructs.read_text(encoding="utf-8")
    constructs.write_text(text.replace('source: "', 'source: "Not ', 1), encoding="utf-8")
    assert {fault.code for fault in check_instrument(copied)} == {"MEANING-001"}


def test_a_copy_of_a_copy_takes_its_own_constructs(tmp_path: Path) -> None:
    questionnaire, constructs, _ = copy_instrument("carers", tmp_path / "one")
    constructs.write_text(constructs.read_text() + "# mine\n")
    assert copy_instrument(questionnaire, tmp_path / "two")[1].read_text().endswith("# mine\n")


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "carers_constructs.yaml").write_text("mine\n")
    with pytest.raises(CopyError, match=r"already contains carers_constructs\.yaml"):
        copy_instrument("carers", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["carers_constructs.yaml"]


def test_what_cannot_be_read_is_not_copied(tmp_path: Path) -> None:
    with pytest.raises(InstrumentError):
        copy_instrument("nothing_of_this_name", tmp_path)
