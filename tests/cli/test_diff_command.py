"""`coprod instrument diff`: few lines, each change on request."""

from __future__ import annotations

from pathlib import Path

import pytest

from coprod_stats.instruments.shipped import shelf


@pytest.fixture
def bare_copy(tmp_path: Path) -> Path:
    path = tmp_path / "citizen.yaml"
    path.write_bytes((shelf("instruments") / "citizen.yaml").read_bytes())
    return path


def test_the_command_sums_up_and_lists_all_when_asked(coprod, bare_copy: Path) -> None:
    done = coprod("instrument", "diff", "citizen", bare_copy)
    *lines, last = done.stdout.splitlines()
    assert (done.returncode, len(lines)) == (0, 2)
    assert last.endswith("; --all lists each")
    every = coprod("instrument", "diff", "citizen", bare_copy, "--all").stdout.splitlines()
    assert len(every) > 500
    assert every[-1] == last.removesuffix("; --all lists each")
    listed = coprod("instrument", "diff", "citizen", bare_copy, "--json", "-").stdout
    assert listed.count('"kind": "translation"') == len(every) - 1
