"""Files of a questionnaire cut to some scales: the questionnaire, constructs, translations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from coprod_stats.files.writing import committed_together, make_folder, write_file
from coprod_stats.instruments.shipped import find_shipped
from coprod_stats.instruments.source.constructs_form import ConstructForm
from coprod_stats.instruments.source.copying import SCHEMA
from coprod_stats.instruments.source.reading import (
    InstrumentError,
    InstrumentParts,
    check_instrument,
    read_draft,
    read_parts,
)
from coprod_stats.instruments.source.source_form import InstrumentForm
from coprod_stats.instruments.source.yaml_source import Location
from coprod_stats.instruments.subsets.cutting import CLASSIFICATION, Cut, SubsetError, cut
from coprod_stats.instruments.subsets.yaml_text import yaml_text
from coprod_stats.instruments.translations.overlay import TranslationSource, placed_texts

_NAMED = ("responses", "assigned", "placeholders", "derived", "scales", "indices")


@dataclass(frozen=True, slots=True)
class Subset:
    """A questionnaire cut to some scales.

    Attributes
    ----------
    cut : Cut
        What stays and what went.
    constructs : tuple of str
        Codes that are still measured.
    files : tuple of Path
        Files written, the questionnaire first.
    """

    cut: Cut
    constructs: tuple[str, ...]
    files: tuple[Path, ...]


def write_subset(
    name: str | Path,
    scales: Sequence[str],
    out: Path,
    *,
    keep: Sequence[str] = (),
    modules: Sequence[str] = (),
) -> Subset:
    """Cut a questionnaire to some scales, and write it with what belongs to it.

    The result stands by itself: modules are part of it, beside it are the constructs that it still
    measures, the translations of the texts that it still has, and the schema for editors.

    Parameters
    ----------
    name : str or Path
        Id of a shipped questionnaire, or a path.
    scales : sequence of str
        Scales and indices that stay.
    out : Path
        The questionnaire to write.
    keep : sequence of str
        Further items, blocks, pages, derived variables, or ``classification``.
    modules : sequence of str
        Modules to insert first.

    Raises
    ------
    InstrumentError
        If the questionnaire has faults, or would have some after the cut; nothing is written then.
    SubsetError
        If there is no such part, or a file is there already; nothing is written then.
    """
    found = cut(read_draft(name, modules=modules), scales, keep=keep)
    parts = read_parts(name, modules=modules)
    data = _cut_data(parts.source.data, found)
    header = f"# Cut from {data['instrument']} {data['version']} to {', '.join(scales)}."
    known = _constructs(parts)
    measured = _measured(data, known)
    kept = {code: entry for code, entry in known.items() if code in measured}
    beside = out.with_name(f"{out.stem}_constructs.yaml")
    if kept:
        data["constructs"] = beside.name
    else:  # facts only
        data.pop("constructs", None)
    _cut_exemptions(data, tuple(kept))
    data["about"] = _about(data, kept)
    texts = {out: f"# yaml-language-server: $schema={SCHEMA}\n{header}\n{yaml_text(data)}"}
    if kept:
        content = {} if parts.constructs is None else parts.constructs.source.data
        texts[beside] = yaml_text(_cut_constructs(content, kept, data))
    for translations in parts.translations:
        language = translations.form.language
        file = out.parent / "translations" / f"{out.stem}.{language}.yaml"
        texts[file] = yaml_text(_cut_translations(data, parts, translations))
    _refuse_faulty(texts, out)
    _write(texts, out.parent)
    return Subset(found, tuple(kept), tuple(texts))


def _about(data: Mapping[str, Any], constructs: Mapping[str, ConstructForm]) -> str:
    """Return what researchers read of a cut questionnaire: what is said of the whole is not true.

    Id and version stay, for its questions are those of the whole in every word.
    """
    origin = f"{data['instrument']} {data['version']}"
    labels = "; ".join(entry.label for entry in constructs.values())
    measures = f" It measures: {labels}." if labels else ""
    return f"Part of the questionnaire {origin}, which asks more.{measures}"


def _constructs(parts: InstrumentParts) -> dict[str, ConstructForm]:
    """Return the constructs of the shared file and those of published scales in modules."""
    known = {} if parts.constructs is None else dict(parts.constructs.form.constructs)
    for filled in parts.modules:
        known |= filled.constructs
    return known


def _cut_constructs(
    content: Mapping[str, Any], kept: Mapping[str, ConstructForm], data: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a file of constructs with what is measured, and the meanings of what is asked.

    Where modules alone bring constructs, there is no file to cut, and their sources are its source.
    """
    asked = _asked(data)
    meanings: dict[str, Any] = {}
    for id, entry in (content.get("meanings") or {}).items():
        items = [item for item in entry["items"] if item in asked]
        if items:
            meanings[id] = entry | {"items": items}
    for entry in meanings.values():
        if "near" in entry:
            entry["near"] = [id for id in entry["near"] if id in meanings]
    constructs = {
        code: (content.get("constructs") or {}).get(code) or entry.model_dump(exclude_defaults=True)
        for code, entry in kept.items()
    }
    source = content.get("source") or "; ".join(dict.fromkeys(e.sources for e in kept.values()))
    cut_content = {"source": source, **content, "meanings": meanings, "constructs": constructs}
    return {key: part for key, part in cut_content.items() if part}


def _items(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [item for page in data["pages"] for block in page["blocks"] for item in block["items"]]


def _asked(data: Mapping[str, Any]) -> set[str]:
    return {item["id"] for item in _items(data)}


def _refuse_faulty(texts: Mapping[Path, str], out: Path) -> None:
    """Reject a cut questionnaire with faults before anything of it is written."""
    with TemporaryDirectory() as folder:
        for path, text in texts.items():
            place = Path(folder) / path.relative_to(out.parent)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
        faults = check_instrument(Path(folder) / out.name)
    if faults:
        raise InstrumentError(faults)


def _write(texts: Mapping[Path, str], folder: Path) -> None:
    if there := [path.name for path in texts if path.exists()]:
        raise SubsetError(f"{folder} already contains {', '.join(there)}; choose another name")
    with committed_together():
        for path, text in texts.items():
            make_folder(path.parent)
            write_file(path, text)
        if not (folder / SCHEMA).exists():
            write_file(folder / SCHEMA, find_shipped("instruments", SCHEMA).read_bytes())


def _cut_data(source: Mapping[str, Any], found: Cut) -> dict[str, Any]:
    """Return the data of a questionnaire without what went."""
    data: dict[str, Any] = deepcopy(dict(source))
    data.pop("modules", None)
    data["forms"] = {id: data["forms"][id] for id in found.forms}
    for key in _NAMED:
        _keep(data, key, [name for name in data.get(key) or {} if (key, name) in found.kept])
    for key in (CLASSIFICATION, "planned_missing"):
        if (key,) not in found.kept:
            data.pop(key, None)
    data["pages"] = _cut_pages(data["pages"], found)
    asked = _asked(data)
    for scale in (data.get("scales") or {}).values():
        scale["items"] = [id for id in scale["items"] if id in asked]
    for placeholder in (data.get("placeholders") or {}).values():
        if placeholder.get("item") is not None and placeholder["item"] not in asked:
            del placeholder["item"]
    formed = [
        *(data.get("administrative") or []),
        *(data.get("assigned") or {}).values(),
        *(data.get("scales") or {}).values(),
        *([data["planned_missing"]] if data.get("planned_missing") else []),
        *_items(data),
    ]
    for part in formed:
        _cut_forms(part, found.forms)
    return data


def _cut_pages(pages: Sequence[Any], found: Cut) -> list[Any]:
    kept: list[Any] = []
    for p, page in enumerate(pages):
        blocks = []
        for b, block in enumerate(page["blocks"]):
            where: Location = ("pages", p, "blocks", b, "items")
            items = [item for i, item in enumerate(block["items"]) if (*where, i) in found.kept]
            if items:
                blocks.append(block | {"items": items})
        if blocks:
            page.pop("after", None)
            if page.get("roster") is not None:
                there = page["roster"].get("summaries") or {}
                of_rows: Location = ("pages", p, "roster", "summaries")
                kept_ones = [id for id in there if (*of_rows, id) in found.kept]
                _keep(page["roster"], "summaries", kept_ones)
            kept.append(page | {"blocks": blocks})
    return kept


def _cut_forms(part: dict[str, Any], forms: Sequence[str]) -> None:
    if part.get("forms") is None:
        return
    part["forms"] = [form for form in part["forms"] if form in forms]
    if part["forms"] == list(forms) and "sets" not in part:  # planned missingness states them
        del part["forms"]


def _keep(data: dict[str, Any], key: str, names: Sequence[str]) -> None:
    if names:
        data[key] = {name: data[key][name] for name in names}
    else:
        data.pop(key, None)


def _measured(data: Mapping[str, Any], constructs: Mapping[str, Any]) -> set[str]:
    found = {code for item in _items(data) for code in item.get("measures") or []}
    for key in ("scales", "indices"):
        found |= {entry["construct"] for entry in (data.get(key) or {}).values()}
    columns = {column["id"] for column in data.get("administrative") or []}
    columns |= set(data.get("assigned") or {})
    rows = (page.get("roster") or {} for page in data["pages"])
    columns |= {id for roster in rows for id in roster.get("summaries") or {}}
    return found | {code for code, entry in constructs.items() if columns & set(entry.columns)}


def _cut_exemptions(data: dict[str, Any], codes: Sequence[str]) -> None:
    """Keep exemptions of what is left: of questions, of pairs of them, of scales, forms and so on.

    A pair has both ids with a hyphen, as in the findings of the linter.
    """
    places = _asked(data) | set(data["forms"]) | set(codes)
    places |= {*(data.get("scales") or {}), *(data.get("indices") or {})}
    kept = [
        entry | {"at": [place for place in entry["at"] if places.issuperset(place.split("-"))]}
        for entry in data.get("exemptions") or []
    ]
    data["exemptions"] = [entry for entry in kept if entry["at"]]
    if not data["exemptions"]:
        del data["exemptions"]


def _cut_translations(
    data: Mapping[str, Any], parts: InstrumentParts, translations: TranslationSource
) -> dict[str, Any]:
    """Return a file of translations with the texts that are left."""
    form = InstrumentForm.model_validate(data)
    keys = {text.key for text in placed_texts(form, parts.source)}
    content: dict[str, Any] = dict(translations.source.data)
    content["texts"] = {key: text for key, text in content["texts"].items() if key in keys}
    return content
