from pathlib import Path

import pytest

from coprod_stats import export_form, read_instrument
from coprod_stats.instruments.model import InstrumentLookupError
from coprod_stats.platforms import PlatformError, compose_form, read_sidecar


def test_a_form_is_written_as_it_was_composed(tmp_path: Path) -> None:
    instrument = read_instrument("carers")
    written = export_form(instrument, "redcap", tmp_path / "form")
    composed = compose_form(instrument.for_form(instrument.forms[0].id), "redcap")
    assert {path.name: path.read_bytes() for path in written[:-1]} == dict(composed.files)
    assert written[-1] == tmp_path / "form" / "sidecar.json"
    sidecar = read_sidecar(written[-1])
    assert sidecar == composed.sidecar
    assert sidecar.losses == tuple(map(str, composed.losses))


def test_one_of_several_forms_is_chosen(tmp_path: Path) -> None:
    instrument = read_instrument("citizen")
    for form in ("core", "full"):
        written = export_form(instrument, "surveyjs", str(tmp_path / form), form)
        assert read_sidecar(written[-1]).form == form
    with pytest.raises(InstrumentLookupError, match="no form"):
        export_form(instrument, "surveyjs", tmp_path, "half")


def test_a_language_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match="no language 'xx'"):
        export_form(read_instrument("carers"), "redcap", tmp_path, languages=["xx"])
    assert not list(tmp_path.iterdir())
