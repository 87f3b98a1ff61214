"""Parts that are pooled: what a part lacks is absent only if every part lacks it."""

from __future__ import annotations

from pathlib import Path

from coprod_stats.instruments import Instrument
from coprod_stats.responses import read_responses
from coprod_stats.responses.pooling import Part, pool_parts


def part(path: Path, text: str, instrument: Instrument) -> Part:
    path.write_text(text, encoding="utf-8")
    return Part(path.stem, read_responses(path, instrument))


def test_a_column_that_one_part_has_is_not_absent(tiny: Instrument, tmp_path: Path) -> None:
    one = part(tmp_path / "one.csv", "RID,Q1\na,1\n", tiny)
    other = part(tmp_path / "other.csv", "RID,Q2\nb,2\n", tiny)
    pooled, counts = pool_parts([one, other], tiny)
    assert [count.n_respondents for count in counts] == [1, 1]
    alone = [set(found.responses.provenance.absent) for found in (one, other)]
    assert {"Q2"} <= alone[0]
    assert {"Q1"} <= alone[1]
    assert set(pooled.provenance.absent) == alone[0] & alone[1]
    assert pooled.respondents.tolist() == ["a", "b"]
