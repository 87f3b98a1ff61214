"""SPSS files parsed in a process of their own: how it may end, and what it imports."""

from __future__ import annotations

import pytest

from coprod_stats.responses import ResponsesError, spss_parser
from coprod_stats.responses.spss import read_spss


@pytest.mark.parametrize(
    ("parser", "said"),
    [
        ("import os; os.abort()", "not a readable SPSS file: it is damaged"),
        ("raise SystemExit(3)", "not a readable SPSS file: it is damaged"),
        (spss_parser._PARSER, "answers.sav: not a readable SPSS file: "),
    ],
)
def test_a_file_that_ends_its_parser_is_refused(tmp_path, monkeypatch, parser, said) -> None:
    monkeypatch.setattr(spss_parser, "_PARSER", parser)
    path = tmp_path / "answers.sav"
    path.write_bytes(b"$FL2 and nothing that belongs there")
    with pytest.raises(ResponsesError, match=said):
        read_spss(path)


def test_nothing_is_imported_from_the_working_folder(tmp_path, monkeypatch) -> None:
    (tmp_path / "pyreadstat.py").write_text("raise SystemExit('imported')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "answers.sav"
    path.write_bytes(b"no SPSS file")
    with pytest.raises(ResponsesError, match=r"not a readable SPSS file: (?!it is damaged)"):
        read_spss(path)
