"""What else than effects could have made paths: halo, factors that are one, items that overlap."""

from __future__ import annotations

from collections.abc import Iterator

from coprod_stats.analyses.diagnostics import Diagnostic
from coprod_stats.analyses.paths.departure_diagnostics import departure_diagnostics
from coprod_stats.analyses.paths.result import PathsResult
from coprod_stats.analyses.pattern_words import mean_with_interval
from coprod_stats.counts import counted
from coprod_stats.documents.numbers import bounded
from coprod_stats.structure.item_overlap import ItemOverlap
from coprod_stats.structure.measurement_model import MeasurementModel
from coprod_stats.structure.path_pattern import PathPattern

MOST_NAMED = 3
"""Pairs that a message names; others are counted."""


def path_diagnostics(result: PathsResult) -> Iterator[Diagnostic]:
    """Yield every check that an analysis of paths allows."""
    if result.pattern is not None:
        yield from _halo(result.pattern)
    measured = result.compared.measured if result.compared else None
    if measured is not None and measured.model is not None:
        yield _distinctness(measured.model)
    if measured is not None and measured.overlap is not None:
        yield _overlap(measured.overlap)
    departures = result.compared.departures if result.compared else None
    if departures is not None:
        yield from departure_diagnostics(departures)


def _halo(pattern: PathPattern) -> Iterator[Diagnostic]:
    fires = pattern.conclusion in ("general-evaluation", "uneven")
    verdict = "may" if fires else "does not" if pattern.is_present else "need not"
    yield Diagnostic(
        "HALO-001",
        fires,
        pattern.contrast.statistic,
        "a general evaluation of the service that is alike in all scales "
        f"{verdict} account for the stated paths: they differ from the "
        "unstated ones by "
        f"{mean_with_interval(pattern.contrast, pattern)}",
    )
    above = pattern.mean_unstated.above_zero
    yield Diagnostic(
        "HALO-002",
        above,
        pattern.mean_unstated.statistic,
        f"the unstated paths {'lie above zero' if above else 'do not lie above zero'}: mean "
        f"{mean_with_interval(pattern.mean_unstated, pattern)}",
    )


def _distinctness(model: MeasurementModel) -> Diagnostic:
    close = [pair for pair in model.indistinct if pair.distinctness != "marginal"]
    largest = max(abs(pair.estimate) for pair in model.correlations)
    if not close:
        told = f"the answers distinguish the factors: no correlation exceeds {bounded(largest)}"
        return Diagnostic("DISCRIMINANT-001", False, largest, told)
    named = [
        f"{p.factor_1} and {p.factor_2} correlate by {bounded(p.estimate)}"
        for p in close[:MOST_NAMED]
    ]
    told = (
        f"the answers hardly distinguish {counted(len(close), 'pair')} of factors: "
        f"{_listed(named, len(close))}"
    )
    ids = tuple(name for p in close[:MOST_NAMED] for name in (p.factor_1, p.factor_2))
    return Diagnostic("DISCRIMINANT-001", True, largest, told, leads=True, variables=ids)


def _overlap(overlap: ItemOverlap) -> Diagnostic:
    if not overlap.pairs:
        told = (
            f"no item of a driver shares more with one of an impact than their factors explain, in "
            f"{counted(overlap.n_compared, 'pair')}"
        )
        return Diagnostic("OVERLAP-001", False, overlap.largest, told)
    named = [f"{p.driver_item} and {p.impact_item}" for p in overlap.pairs[:MOST_NAMED]]
    told = (
        f"{counted(len(overlap.pairs), 'pair')} of items at both ends of a path "
        f"{'shares' if len(overlap.pairs) == 1 else 'share'} more than their factors explain: "
        f"{_listed(named, len(overlap.pairs))}; {_consequence(overlap)}"
    )
    return Diagnostic("OVERLAP-001", True, overlap.largest, told, leads=True)


def _listed(named: list[str], total: int) -> str:
    others = total - len(named)
    return "; ".join(named) + (f"; and {others} more" if others else "")


def _consequence(overlap: ItemOverlap) -> str:
    """State how far the path falls that depends most on the overlap."""
    most = max(overlap.paths, key=lambda path: abs(path.change))
    return (
        f"without what they share, {most.id} changes from {bounded(most.stated)} to "
        f"{bounded(most.rival)} (SE {bounded(most.rival_se)}), and a path that does not differ "
        "from zero then is not counted as supported"
    )
