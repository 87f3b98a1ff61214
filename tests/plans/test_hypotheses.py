"""The hypotheses that plans share."""

from __future__ import annotations

from collections import Counter

from coprod_stats.instruments import read_instrument
from coprod_stats.instruments.shipped import shelf
from coprod_stats.instruments.source.reading import read_shape
from coprod_stats.instruments.source.yaml_source import read_yaml
from coprod_stats.plans.hypotheses import HypothesesFile


def shared() -> HypothesesFile:
    content, faults = read_shape(HypothesesFile, read_yaml(shelf("analyses") / "hypotheses.yaml"))
    assert not faults
    assert content is not None
    return content


def test_ids_are_unique_and_none_is_lost() -> None:
    ids = Counter(entry.id for entry in shared().hypotheses)
    assert max(ids.values()) == 1
    assert len(ids) >= 63


def test_the_headline_is_the_21_links_of_section_5() -> None:
    headline = [entry for entry in shared().hypotheses if entry.headline]
    drivers = Counter(entry.predictor for entry in headline)
    assert len(headline) == 21
    assert drivers == {
        "DRREL": 7,
        "DRFLO": 3,
        "DRKNO": 3,
        "DRACT": 2,
        "DRINP": 2,
        "DRSET": 2,
        "DRTEC": 2,
    }
    citizen = read_instrument("citizen")
    measured = {scale.id for scale in citizen.scales} | {index.id for index in citizen.indices}
    assert {name for entry in headline for name in (entry.predictor, entry.outcome)} <= measured


def test_each_says_where_the_article_has_it() -> None:
    for entry in shared().hypotheses:
        assert entry.status
        assert entry.section
