"""Items that mean the same at both ends of a path: found, freed, and not invented."""

import numpy as np
import pandas as pd
import pytest

from coprod_stats.structure import (
    DriverImpactModel,
    MeasuredFactor,
    StructuralPath,
    fit_driver_impact,
)
from coprod_stats.structure.driver_impact import options_of
from coprod_stats.structure.errors import StructureError
from coprod_stats.structure.item_overlap import (
    ItemOverlap,
    OverlappingItems,
    _Search,
    fit_item_overlap,
)
from coprod_stats.structure.measurement_model import fit_measurement

NAMES = ("D", "E", "X", "Y")
MODEL = DriverImpactModel(
    tuple(MeasuredFactor(name, tuple(f"{name}{i}" for i in (1, 2, 3))) for name in NAMES),
    (
        StructuralPath("H1", "D", "X", "+"),
        StructuralPath("H2", "E", "Y", "+"),
        StructuralPath("H3", "D", "Y", "+"),
    ),
)


def drawn(overlap, seed, n=800):
    """Factors without any path; the first items of D and X share so much unique variance."""
    rng = np.random.default_rng(seed)
    shared = rng.standard_normal(n)
    table = {}
    for name in NAMES:
        factor = rng.standard_normal(n)
        for i in (1, 2, 3):
            unique = rng.standard_normal(n)
            if (name, i) in (("D", 1), ("X", 1)):
                unique = np.sqrt(overlap) * shared + np.sqrt(1 - overlap) * unique
            table[f"{name}{i}"] = 0.8 * factor + 0.6 * unique
    return pd.DataFrame(table)


def joined(seed):
    """The same items, with a true path from D to X besides what their first items share."""
    table = drawn(0.5, seed)
    cause = table[["D1", "D2", "D3"]].mean(axis=1)
    return {name: table[name] + 0.8 * cause for name in ("X1", "X2", "X3")}


def overlap_of(table) -> ItemOverlap:
    tested = fit_driver_impact(table, MODEL, engine="core", estimator="MLR")
    measured = fit_measurement(table, MODEL, options_of(tested.fit))
    return fit_item_overlap(table, tested, measured)


def test_a_shared_meaning_is_named_and_its_path_vanishes():
    found = overlap_of(drawn(0.5, seed=3))
    (pair,) = found.pairs
    assert (pair.driver, pair.impact) == ("D", "X")
    assert (pair.driver_item, pair.impact_item) == ("D1", "X1")
    assert pair.residual_correlation == pytest.approx(0.5, abs=0.1)
    path = found.changes().set_index("term").loc["H1"]
    assert path["change"] < -0.03
    assert abs(path["rival"]) < 2 * path["rival_se"] + 0.03
    assert found.fit.parameter("D1", "~~", "X1").std_all == pytest.approx(0.5, abs=0.1)
    assert "D1 and X1" in str(found)
    assert "H1" in found.resting
    assert "H1" not in overlap_of(drawn(0.5, seed=3).assign(**joined(seed=3))).resting


def test_where_nothing_is_shared_nothing_is_named():
    found = [overlap_of(drawn(0.0, seed)) for seed in range(20)]
    assert sum(len(each.pairs) for each in found) <= 3
    clean = next(each for each in found if not each.pairs)
    assert clean.n_compared == 36
    assert clean.paths == ()
    assert clean.fit is None
    assert str(clean).endswith("none")
    assert clean.changes().empty
    assert "residual_correlation" in clean.tidy()


def test_items_that_contradict_each_other_share_a_meaning_too():
    table = drawn(0.5, seed=3)
    table[["X1", "X2", "X3"]] = table[["X1", "X2", "X3"]] * -1
    (pair,) = overlap_of(table).pairs
    assert pair.residual_correlation < -0.3


def test_pairs_are_found_one_after_the_other():
    table = drawn(0.5, seed=3)
    shared = np.random.default_rng(9).standard_normal(len(table))
    table["E2"] += 0.4 * shared
    table["Y3"] += 0.4 * shared
    found = overlap_of(table).tidy()
    assert set(found["term"]) == {"D1 ~~ X1", "E2 ~~ Y3"}


def test_two_items_of_drivers_are_no_overlap_across_a_path():
    table = drawn(0.0, seed=5)
    shared = np.random.default_rng(1).standard_normal(len(table))
    table["D1"] += 0.6 * shared
    table["E1"] += 0.6 * shared
    assert overlap_of(table).pairs == ()


def test_nothing_is_named_where_factors_are_one() -> None:
    table = drawn(0.0, seed=4)
    for i in (1, 2, 3):
        table[f"X{i}"] = table[f"D{i}"] + 0.1 * table[f"X{i}"]
    tested = fit_driver_impact(table, MODEL, engine="core", estimator="MLR")
    measured = fit_measurement(table, MODEL, options_of(tested.fit))
    assert not measured.fit.proper
    with pytest.raises(StructureError, match="improper"):
        fit_item_overlap(table, tested, measured)
    assert {path.conclusion for path in tested.paths} == {"not-estimated"}


def with_third(seed: int, third: tuple[str, str], n: int = 800) -> pd.DataFrame:
    """Synthetic factors that correlate; E1 and X1 share content, and so do two other items."""
    rng = np.random.default_rng(seed)
    common = rng.standard_normal((n, 1))  # by hand: the same with every version of LAPACK
    factors = np.sqrt(0.5) * (common + rng.standard_normal((n, 4)))
    unique = {f"{name}{i}": rng.standard_normal(n) for name in NAMES for i in (1, 2, 3)}
    for pair in (("E1", "X1"), third):
        shared = rng.standard_normal(n)
        for item in pair:
            unique[item] = unique[item] + shared
    return pd.DataFrame(
        {
            item: 0.8 * factors[:, NAMES.index(item[0])] + 0.6 * values / values.std()
            for item, values in unique.items()
        }
    )


@pytest.mark.parametrize(
    ("third", "alike"),
    [(("D1", "E1"), "D1 ~~ X1"), (("X1", "Y1"), "E1 ~~ Y1"), (("E1", "E2"), "E2 ~~ X1")],
)
def test_items_that_resemble_a_third_one_are_no_overlap(third: tuple[str, str], alike: str) -> None:
    named = [overlap_of(with_third(seed, third)) for seed in range(4)]
    assert all("E1 ~~ X1" in set(found.tidy()["term"]) for found in named)
    assert not any(alike in set(found.tidy()["term"]) for found in named)
    assert {items for found in named for items in found.beside} <= {third, third[::-1]}


def test_a_third_item_that_really_overlaps_is_named_too() -> None:
    table = with_third(1, ("D1", "X1"))
    assert set(overlap_of(table).tidy()["term"]) == {"E1 ~~ X1", "D1 ~~ X1"}


def test_a_pair_that_others_account_for_is_dropped() -> None:
    table = with_third(2, ("D1", "E1"), n=2_000)
    tested = fit_driver_impact(table, MODEL, engine="core", estimator="MLR")
    spurious = OverlappingItems("D", "X", "D1", "X1", 20.0, 0.2)
    real = OverlappingItems("E", "X", "E1", "X1", 90.0, 0.5)
    search = _Search(table, tested, critical=11.0)
    search.pairs = [spurious, real]
    search.beside = [OverlappingItems("D", "E", "D1", "E1", 80.0, 0.5)]
    search.backwards()
    assert search.pairs == [real]
