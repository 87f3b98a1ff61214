"""``coprod instrument ratings``: what it tells in words and in JSON, and of what it warns."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from coprod_stats.instruments import read_instrument

ITEMS = read_instrument("carers").scales[0].items


@pytest.mark.parametrize(
    ("unknown", "warning"), [("", ""), ("ZZ9,4,4,4\n", "carers has no item ZZ9\n")]
)
def test_items_that_the_questionnaire_does_not_have_are_named(
    coprod, tmp_path: Path, unknown: str, warning: str
) -> None:
    rated = "".join(f"{item},4,3,4\n" for item in ITEMS)
    (tmp_path / "r.csv").write_text(f"item,Ana,Ben,Cleo\n{rated}{unknown}", encoding="utf-8")
    shown = coprod("instrument", "ratings", "r.csv", "--instrument", "carers")
    assert (shown.returncode, shown.stderr) == (0, warning)
    n_items = len(ITEMS) + bool(unknown)
    assert shown.stdout.startswith(f"{n_items} items, 3 experts: S-CVI/Ave 1.00, S-CVI/UA 1.00\n")


def test_scales_need_a_questionnaire(coprod, tmp_path: Path) -> None:
    rated = "".join(f"{item},4,3,4\n" for item in ITEMS)
    (tmp_path / "r.csv").write_text(f"item,Ana,Ben,Cleo\n{rated}", encoding="utf-8")
    for options, scales in (((), []), (("--instrument", "carers"), ["NEG"])):
        told = coprod("instrument", "ratings", "r.csv", *options, "--json", "-")
        found = json.loads(told.stdout)
        assert [entry["term"] for entry in found["scales"]] == scales
        assert [entry["term"] for entry in found["items"]] == list(ITEMS)
        assert found["glance"]["n_acceptable"] == len(ITEMS)
