"""Reading of a population into a ``PopulationForm`` that fits the questionnaire, or faults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from coprod_stats.counts import counted
from coprod_stats.errors import Fault, FaultsError
from coprod_stats.instruments.model import TEXT_KINDS, Instrument, Item
from coprod_stats.instruments.source.reading import read_shape
from coprod_stats.instruments.source.yaml_source import Location, YamlSource, read_yaml
from coprod_stats.simulation.departure_checks import departure_faults
from coprod_stats.simulation.population import (
    PopulationForm,
    Weights,
    factor_correlation,
    residual_covariance,
)


class PopulationError(FaultsError):
    """A population model that cannot be drawn from, with all its faults."""


def read_population(path: Path, instrument: Instrument) -> PopulationForm:
    """Read a population model and check it against its questionnaire.

    Raises
    ------
    PopulationError
        If the file has faults; all of them are listed.
    """
    source = _complete(read_yaml(path), path.parent)
    form, faults = read_shape(PopulationForm, source)
    if form is None or faults:
        raise PopulationError(faults)
    if found := list(_Check(form, instrument, source).faults()):
        raise PopulationError(found)
    return form


def _complete(source: YamlSource, folder: Path) -> YamlSource:
    """Add the parts of the population that a file refers to, except those that it states itself."""
    like = source.data.get("like") if isinstance(source.data, dict) else None
    if not isinstance(like, str):
        return source
    base = read_yaml(folder / like)
    if not isinstance(base.data, dict) or "like" in base.data:
        fault = Fault(
            "POPULATION-011",
            f"'{like}' cannot be read, or is no population of its own",
            "Name a file beside this one that states a whole population.",
            source.file,
            source.line(("like",)),
            "like",
        )
        return replace(source, faults=(*source.faults, *base.faults, fault))
    taken = {key: value for key, value in base.data.items() if key not in source.data}
    lines = {place: line for place, line in base.lines.items() if place and place[0] in taken}
    return replace(
        source,
        data={**taken, **source.data},
        lines={**lines, **source.lines},
        faults=(*source.faults, *base.faults),
        files={(key,): base.file for key in taken},
    )


@dataclass(frozen=True, slots=True)
class _Check:
    """A population checked against its questionnaire."""

    form: PopulationForm
    instrument: Instrument
    source: YamlSource

    @property
    def items(self) -> tuple[Item, ...]:
        """What respondents are asked, and what is asked for each row of a roster."""
        rows = (item for roster in self.instrument.rosters for item in roster.items)
        return (*self.instrument.items, *rows)

    def faults(self) -> Iterator[Fault]:
        structure = [*self._loadings(), *self._paths(), *self._correlations()]
        structure += self._method_factors()
        structure = structure or list(self._matrices())
        yield from structure
        if not structure:
            for found in departure_faults(self.form, self.instrument):
                yield self.fault(found.code, found.location, found.found, found.remedy)
        yield from self._shares()
        yield from self._groups()
        yield from self._columns()

    def fault(self, code: str, location: Location, found: str, remedy: str) -> Fault:
        place = ".".join(map(str, location))
        return self.source.fault(code, location, place, found, remedy)

    def _loadings(self) -> Iterator[Fault]:
        scales = {scale.id: scale for scale in self.instrument.scales}
        for name, loadings in self.form.loadings.items():
            location = ("loadings", name)
            if name not in scales:
                yield self.fault(
                    "POPULATION-001",
                    location,
                    f"the form has no scale '{name}'",
                    f"It has: {', '.join(scales) or 'none'}.",
                )
            elif len(loadings) != (wanted := len(scales[name].items)):
                yield self.fault(
                    "POPULATION-002",
                    location,
                    f"{counted(len(loadings), 'loading')} for {counted(wanted, 'item')}",
                    "Use one per item, in the order of the scale.",
                )

    def _paths(self) -> Iterator[Fault]:
        for outcome, paths in self.form.paths.items():
            if outcome not in self.form.loadings:
                yield self.fault(
                    "POPULATION-003",
                    ("paths", outcome),
                    f"'{outcome}' has no loadings",
                    "Add loadings, or remove it.",
                )
            for name in paths:
                if name not in self.form.loadings or name in self.form.paths:
                    yield self.fault(
                        "POPULATION-003",
                        ("paths", outcome, name),
                        f"'{name}' is not an exogenous factor",
                        "A predictor has loadings and is not an outcome itself.",
                    )

    def _correlations(self) -> Iterator[Fault]:
        seen: set[frozenset[str]] = set()
        for row, others in self.form.correlations.items():
            for name in others:
                location = ("correlations", row, name)
                for end in (row, name):
                    if end not in self.form.loadings or end in self.form.paths:
                        yield self.fault(
                            "POPULATION-004",
                            location,
                            f"'{end}' is not an exogenous factor",
                            "Only factors with loadings and without incoming paths may correlate.",
                        )
                pair = frozenset((row, name))
                if len(pair) == 1 or pair in seen:
                    yield self.fault(
                        "POPULATION-004",
                        location,
                        "the pair is one factor twice, or occurs twice",
                        "Name each pair of two factors once.",
                    )
                seen.add(pair)

    def _method_factors(self) -> Iterator[Fault]:
        known = {scale.id: scale for scale in self.instrument.scales}
        by_scale = {
            name: dict(zip(known[name].items, loadings, strict=False))
            for name, loadings in self.form.loadings.items()
            if name in known
        }
        by_item = {id: {id: own} for items in by_scale.values() for id, own in items.items()}
        left = {id: 1 - own**2 for items in by_scale.values() for id, own in items.items()}
        for factor, loadings in self.form.method_factors.items():
            for name, loading in loadings.items():
                location = ("method_factors", factor, name)
                items = by_scale.get(name) or by_item.get(name)
                if items is None:
                    yield self.fault(
                        "POPULATION-012",
                        location,
                        f"'{name}' has no loadings",
                        "Name scales that have loadings, or items of such scales.",
                    )
                    continue
                left |= {id: left[id] - loading**2 for id in items}
                if min(left[id] for id in items) <= 0:
                    yield self.fault(
                        "POPULATION-012",
                        location,
                        f"an item of '{name}' would have no variance of its own"
                        if name in by_scale
                        else f"'{name}' would have no variance of its own",
                        "Make some of the loadings smaller.",
                    )

    def _matrices(self) -> Iterator[Fault]:
        remedy = "Make some of the coefficients smaller."
        _, correlation = factor_correlation(self.form)
        if len(correlation) and np.linalg.eigvalsh(correlation)[0] <= 1e-8:
            yield self.fault(
                "POPULATION-007",
                ("correlations",),
                "the correlations are jointly impossible",
                remedy,
            )
            return
        try:
            left = residual_covariance(self.form)
        except ValueError as error:
            yield self.fault("POPULATION-007", ("paths",), str(error), remedy)
            return
        if len(left) and np.linalg.eigvalsh(left)[0] <= 1e-8:
            yield self.fault(
                "POPULATION-007",
                ("residual_correlation",),
                "the residual correlation is impossible for these outcomes",
                remedy,
            )

    def _shares(self) -> Iterator[Fault]:
        scales = {item.responses.id: item.responses for item in self.items if item.responses}
        in_scales = self._items_of_scales()
        used = {item.responses.id for item in self.items if item.responses and item.id in in_scales}
        for name, shares in self.form.shares.items():
            if name in scales and name not in used:
                yield self._idle(("shares", name), "no item with a loading uses it")
            elif name not in scales:
                yield self.fault(
                    "POPULATION-008",
                    ("shares", name),
                    f"no item uses a response scale '{name}'",
                    "Correct the name, or remove the line.",
                )
            elif len(shares) != (wanted := len(scales[name].options)):
                yield self.fault(
                    "POPULATION-008",
                    ("shares", name),
                    f"{counted(len(shares), 'share')} for {counted(wanted, 'answer')}",
                    "Use one per answer, lowest first.",
                )
            else:
                yield from self._whole(("shares", name), shares)

    def _whole(self, location: Location, shares: Sequence[float]) -> Iterator[Fault]:
        total = sum(shares)
        if abs(total - 1) > 1e-9:
            yield self.fault(
                "POPULATION-005",
                location,
                f"the shares add up to {total:g}",
                "Make them add up to 1.",
            )

    def _groups(self) -> Iterator[Fault]:
        yield from self._whole(("groups",), [group.share for group in self.form.groups.values()])
        yield from self._weights(("answers",), self.form.answers)
        for name, group in self.form.groups.items():
            yield from self._weights(("groups", name, "answers"), group.answers)

    def _weights(self, location: Location, answers: Mapping[str, Weights]) -> Iterator[Fault]:
        items = {column: item for item in self.items for column in item.columns}
        for column, weights in answers.items():
            here = (*location, column)
            item = items.get(column)
            if item is None or item.responses is None:
                yield self.fault(
                    "POPULATION-006",
                    here,
                    f"there is no item with answers '{column}'",
                    "Correct the id; an option of a multiple choice is ID__n.",
                )
                continue
            if reason := self._not_drawn(item):
                yield self._idle(here, reason)
            if unknown := sorted(weights.keys() - answer_codes(item)):
                yield self.fault(
                    "POPULATION-009",
                    here,
                    f"no answer has the code {unknown[0]}",
                    "Use the codes of the questionnaire.",
                )
            if not sum(weights.values()) > 0:
                yield self.fault(
                    "POPULATION-009", here, "the weights are all 0", "Make one of them larger."
                )

    def _items_of_scales(self) -> set[str]:
        """Return the items whose answers follow from loadings."""
        return {
            item
            for scale in self.instrument.scales
            if scale.id in self.form.loadings
            for item in scale.items
        }

    def _not_drawn(self, item: Item) -> str:
        """Return why the answers of an item are not drawn by weights; empty if they are."""
        if item.id in self._items_of_scales():
            return "the answers follow from its loading"
        if item.attention_pass is not None:
            return "an attention item is answered correctly, but by the careless"
        return "ranks and points are drawn evenly" if item.kind in ("rank", "allocate") else ""

    def _idle(self, location: Location, reason: str) -> Fault:
        return self.fault(
            "POPULATION-010", location, f"without effect: {reason}", "Remove the line."
        )

    def _filled(self) -> dict[str, str]:
        """Return the columns that the simulation fills itself, with what."""
        filled = {respondent_column(self.instrument): "the number of the respondent is put here"}
        if self.form.clusters:
            filled[self.form.clusters.column] = "the names of the clusters are put here"
        return filled

    def _columns(self) -> Iterator[Fault]:
        for key, named in (("numbers", self.form.numbers), ("texts", self.form.texts)):
            for name, reason in self._filled().items():
                if name in named:
                    yield self._idle((key, name), reason)
        numbers = {item.id for item in self.items if item.kind == "number"}
        texts = {item.id for item in self.items if item.kind in TEXT_KINDS}
        for column in self.instrument.administrative:
            (numbers if column.kind == "number" else texts).add(column.id)
        units = texts & {column.id for column in self.instrument.administrative}
        clusters = {self.form.clusters.column: None} if self.form.clusters else {}
        for key, given, known, what in (
            ("numbers", self.form.numbers, numbers, "column of numbers"),
            ("texts", self.form.texts, texts, "column of texts"),
            ("clusters", clusters, units, "administrative column of texts"),
        ):
            for name in given:
                if name not in known:
                    yield self.fault(
                        "POPULATION-006",
                        (key, name),
                        f"there is no {what} '{name}'",
                        f"There are: {', '.join(sorted(known)) or 'none'}.",
                    )


def respondent_column(instrument: Instrument) -> str:
    """Return the column that identifies respondents: of that role, otherwise the first."""
    return instrument.administrative_column("respondent") or instrument.columns[0]


def answer_codes(item: Item) -> frozenset[int]:
    """Return the codes that a respondent can choose; 0 and 1 for an option of a multiple choice."""
    if item.kind == "multiple" or item.responses is None:
        return frozenset((0, 1))
    return frozenset(option.value for option in item.responses.all_options)
