"""The questionnaire with every kind of item, read."""

from __future__ import annotations

import pytest
from every_kind import CONSTRUCTS, SURVEY

from coprod_stats.instruments import Instrument, read_instrument


@pytest.fixture(scope="session")
def every_kind(tmp_path_factory: pytest.TempPathFactory) -> Instrument:
    folder = tmp_path_factory.mktemp("every_kind")
    (folder / "constructs.yaml").write_text(CONSTRUCTS, encoding="utf-8")
    (folder / "survey.yaml").write_text(SURVEY, encoding="utf-8")
    return read_instrument(folder / "survey.yaml").for_form("full")
