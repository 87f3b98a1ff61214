"""Faults of what a population says about variants, selection and don't-knows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from coprod_stats.counts import counted
from coprod_stats.instruments.model import Instrument
from coprod_stats.instruments.source.yaml_source import Location
from coprod_stats.simulation.population import PopulationForm, VariantForm, selection_weights


@dataclass(frozen=True, slots=True)
class DepartureFault:
    """A fault of a population, at a place of its file."""

    code: str
    location: Location
    found: str
    remedy: str


def departure_faults(form: PopulationForm, instrument: Instrument) -> Iterator[DepartureFault]:
    """Yield the faults of a population whose loadings and coefficients have none.

    Parameters
    ----------
    form : PopulationForm
        The population.
    instrument : Instrument
        Its questionnaire, in one form.
    """
    yield from _variant_faults(form, instrument)
    yield from _selection_faults(form, instrument)
    yield from _dont_know_faults(form, instrument)


def loaded_items(form: PopulationForm, instrument: Instrument, name: str) -> tuple[str, ...]:
    """Return the items with loadings that a scale or an item names; none if it has no loadings."""
    by_scale = {scale: instrument.scale(scale).items for scale in form.loadings}
    if name in by_scale:
        return by_scale[name]
    return (name,) if any(name in items for items in by_scale.values()) else ()


def _without_loadings(
    form: PopulationForm, instrument: Instrument, location: Location, name: str
) -> Iterator[DepartureFault]:
    if not loaded_items(form, instrument, name):
        found = f"'{name}' has no loadings"
        remedy = "Name scales that have loadings, or items of such scales."
        yield DepartureFault("POPULATION-013", location, found, remedy)


def _variant_faults(form: PopulationForm, instrument: Instrument) -> Iterator[DepartureFault]:
    texts = [column.id for column in instrument.administrative if column.kind == "text"]
    for column, variants in form.variants.items():
        here: Location = ("variants", column)
        if column not in texts:
            found = f"there is no administrative column of texts '{column}'"
            yield DepartureFault(
                "POPULATION-013", here, found, f"There are: {', '.join(texts) or 'none'}."
            )
        if abs((total := sum(each.share for each in variants.values())) - 1) > 1e-9:
            found = f"the shares of the variants add up to {total:g}"
            yield DepartureFault("POPULATION-013", here, found, "Make them add up to 1.")
        for name, variant in variants.items():
            yield from _differing_items(form, instrument, (*here, name), variant)


def _differing_items(
    form: PopulationForm, instrument: Instrument, here: Location, variant: VariantForm
) -> Iterator[DepartureFault]:
    for name in variant.intercepts:
        place: Location = (*here, "intercepts", name)
        yield from _without_loadings(form, instrument, place, name)
    for name, loading in variant.loadings.items():
        place = (*here, "loadings", name)
        if loaded_items(form, instrument, name) != (name,):
            found = f"'{name}' is no item with a loading"
            yield DepartureFault(
                "POPULATION-013", place, found, "Name items of scales that have loadings."
            )
        elif 1 - loading**2 - _method_variance(form, instrument, name) <= 0:
            found = f"'{name}' would have no variance of its own"
            yield DepartureFault("POPULATION-013", place, found, "Make the loading smaller.")


def _method_variance(form: PopulationForm, instrument: Instrument, item: str) -> float:
    return sum(
        loading**2
        for loadings in form.method_factors.values()
        for name, loading in loadings.items()
        if item in loaded_items(form, instrument, name)
    )


def _selection_faults(form: PopulationForm, instrument: Instrument) -> Iterator[DepartureFault]:
    in_scales = {id for name in form.loadings for id in instrument.scale(name).items}
    drawn = {
        column
        for item in instrument.questions
        if item.kind in ("single", "multiple") and item.attention_pass is None
        for column in item.columns
        if item.id not in in_scales
    }
    for column, correlations in form.selection.items():
        here: Location = ("selection", column)
        if column not in drawn:
            found = f"there is no question '{column}' whose answers are drawn by weights"
            remedy = "Correct the id; an option of a multiple choice is ID__n."
            yield DepartureFault("POPULATION-014", here, found, remedy)
        unknown = [name for name in correlations if name not in form.loadings]
        for name in unknown:
            found, remedy = f"'{name}' has no loadings", "Name factors that have loadings."
            yield DepartureFault("POPULATION-014", (*here, name), found, remedy)
        if not unknown and selection_weights(form, correlations)[2] <= 0:
            found = f"{counted(len(correlations), 'correlation')} that no propensity can have"
            yield DepartureFault("POPULATION-014", here, found, "Make some of them smaller.")


def _dont_know_faults(form: PopulationForm, instrument: Instrument) -> Iterator[DepartureFault]:
    met: set[str] = set()
    for number, entry in enumerate(form.dont_know_of):
        here: Location = ("dont_know_of", number)
        for name in entry.items:
            yield from _without_loadings(form, instrument, here, name)
            items = loaded_items(form, instrument, name)
            for id in items:
                if "dont_know" not in instrument.item(id).offers:
                    found = f"'{id}' offers no \"don't know\""
                    yield DepartureFault("POPULATION-015", here, found, "Name items that offer it.")
            if twice := sorted(met.intersection(items)):
                found = f"'{twice[0]}' is named twice"
                yield DepartureFault("POPULATION-015", here, found, "Name each item once.")
            met.update(items)
        for column in entry.background:
            if column not in form.numbers:
                found = f"'{column}' is not among the numbers of the population"
                remedy = "Add it to 'numbers', or remove it."
                yield DepartureFault("POPULATION-015", (*here, "background", column), found, remedy)
