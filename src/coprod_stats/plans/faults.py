"""Faults of a plan, with their line numbers."""

from __future__ import annotations

from collections.abc import Iterator

from coprod_stats.errors import Fault
from coprod_stats.instruments.language.expressions import ExpressionError, parse_expression
from coprod_stats.instruments.language.tree import names, words_compared
from coprod_stats.instruments.model import Instrument
from coprod_stats.instruments.source.yaml_source import Location, YamlSource
from coprod_stats.suggestions import did_you_mean


def fault_at(source: YamlSource, code: str, location: Location, found: str, remedy: str) -> Fault:
    """Return a fault of a plan with its line number."""
    place = ".".join(map(str, location))
    return Fault(code, found, remedy, source.file, source.line(location), place)


def condition_faults(
    source: YamlSource, location: Location, condition: str | None, instrument: Instrument
) -> Iterator[Fault]:
    """Return the faults of a condition on the answers to a questionnaire."""
    if condition is None:
        return
    known = {*instrument.columns, *(item.id for item in instrument.items)}
    known |= {derived.id for derived in instrument.derived}
    try:
        tree = parse_expression(condition)
    except ExpressionError as error:
        yield fault_at(source, "PLAN-010", location, str(error), "Correct the expression.")
        return
    texts = {column.id for column in instrument.administrative if column.kind == "text"}
    texts |= {item.id for item in instrument.items if item.kind == "text"}
    for name in words_compared([tree]).keys() & known - texts:
        yield fault_at(
            source,
            "PLAN-010",
            location,
            f"'{name}' is no text, and is compared with one",
            "Compare it with a number.",
        )
    for name in (name for name in names(tree) if name not in known):
        yield fault_at(
            source,
            "PLAN-010",
            location,
            f"there is no item or variable '{name}'",
            f"{did_you_mean(name, known)}Correct the id.",
        )
