"""Reading of an instrument file into an ``Instrument``, or into all its faults."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from coprod_stats.errors import Fault, FaultsError
from coprod_stats.instruments.checks.checks import check_draft
from coprod_stats.instruments.checks.shared_causes import with_shared_causes
from coprod_stats.instruments.model import Instrument
from coprod_stats.instruments.shipped import find_shipped, list_modules, shelf
from coprod_stats.instruments.source.building import build_instrument
from coprod_stats.instruments.source.composition import ModuleSource, compose
from coprod_stats.instruments.source.constructs_form import ConstructsForm
from coprod_stats.instruments.source.draft import Draft
from coprod_stats.instruments.source.meaning_names import check_meaning_names
from coprod_stats.instruments.source.module_form import ModuleForm, PublishedScaleForm
from coprod_stats.instruments.source.published_scales import FilledModule, with_published
from coprod_stats.instruments.source.shape_faults import shape_faults
from coprod_stats.instruments.source.source_form import InstrumentForm
from coprod_stats.instruments.source.yaml_source import YamlSource, read_yaml
from coprod_stats.instruments.translations.overlay import (
    TranslationsForm,
    TranslationSource,
    overlay,
)

Shape = TypeVar("Shape", bound=BaseModel)


class InstrumentError(FaultsError):
    """A questionnaire that cannot be used, with all its faults."""


def read_instrument(name: str | Path, *, modules: Sequence[str] = ()) -> Instrument:
    """Read a questionnaire.

    Parameters
    ----------
    name : str or Path
        Id of a shipped instrument, such as ``"citizen"``, or path of a YAML file.
    modules : sequence of str
        Modules to insert, such as ``"vignette"``, in addition to those named in the file.

    Raises
    ------
    InstrumentError
        If the file has faults; all of them are listed, each with its place and remedy.
    """
    draft, faults = _read_draft(find_shipped("instruments", name), modules)
    if faults or draft is None:
        raise InstrumentError(faults)
    return build_instrument(draft, sha256=_hash(draft))


def check_instrument(name: str | Path, *, modules: Sequence[str] = ()) -> tuple[Fault, ...]:
    """Return all faults of a questionnaire with the given modules; none if it is valid."""
    return _read_draft(find_shipped("instruments", name), modules)[1]


def read_draft(name: str | Path, *, modules: Sequence[str] = ()) -> Draft:
    """Read a questionnaire as written, with modules and translations inserted.

    Raises
    ------
    InstrumentError
        If the file has faults.
    """
    draft, faults = _read_draft(find_shipped("instruments", name), modules)
    if faults or draft is None:
        raise InstrumentError(faults)
    return draft


@dataclass(frozen=True, slots=True)
class ConstructsSource:
    """A file of constructs with a valid shape, and the folder in which it stands."""

    form: ConstructsForm
    source: YamlSource
    folder: Path


@dataclass(frozen=True, slots=True)
class InstrumentParts:
    """A questionnaire with its modules inserted, and the files that belong to it.

    Attributes
    ----------
    source : YamlSource
        The questionnaire without its translations.
    absent_translations : mapping of str to str
        Files of translations that do not exist, by language.
    constructs : ConstructsSource or None
        None if it names none, or they cannot be read.
    faults : tuple of Fault
        Those of modules, translations and constructs.
    """

    form: InstrumentForm
    source: YamlSource
    modules: tuple[FilledModule, ...]
    translations: tuple[TranslationSource, ...]
    absent_translations: Mapping[str, str]
    constructs: ConstructsSource | None
    faults: tuple[Fault, ...]


def read_parts(name: str | Path, *, modules: Sequence[str] = ()) -> InstrumentParts:
    """Read a questionnaire and the files that belong to it, each as written.

    Raises
    ------
    InstrumentError
        If the shape of one of them is faulty.
    """
    parts, faults = _read_parts(find_shipped("instruments", name), modules)
    if parts is None or faults or parts.faults:
        raise InstrumentError((*faults, *(parts.faults if parts is not None else ())))
    return parts


def modules_serving(questionnaire: str) -> tuple[str, ...]:
    """Return the ids of the shipped modules that have parts for a questionnaire, by its id."""
    return tuple(
        name
        for name in list_modules()
        if questionnaire
        in _module(shelf("instruments") / "modules" / f"{name}.yaml").questionnaires
    )


def modules_fitting(name: str | Path, questionnaire: str) -> tuple[str, ...]:
    """Return the modules that serve a questionnaire and can be inserted into a file of it.

    A questionnaire that has been cut or adapted need not have the pages, the constructs and the
    response scales that a shipped module refers to.
    """
    serving = modules_serving(questionnaire)
    if not check_instrument(name, modules=serving):
        return serving
    fitting: list[str] = []
    for module in serving:
        if not check_instrument(name, modules=[*fitting, module]):
            fitting.append(module)
    return tuple(fitting)


def module_items(module: str, questionnaire: str) -> frozenset[str]:
    """Return the ids of the questions that a shipped module adds to a questionnaire."""
    form = _module(shelf("instruments") / "modules" / f"{module}.yaml")
    pages = [*form.shared.pages, *form.questionnaires[questionnaire].pages]
    return frozenset(item.id for page in pages for block in page.blocks for item in block.items)


def _module(path: Path) -> ModuleForm:
    form, faults = read_shape(ModuleForm, read_yaml(path))
    if form is None:
        raise InstrumentError(faults)
    return form


def read_shape(form: type[Shape], source: YamlSource) -> tuple[Shape | None, tuple[Fault, ...]]:
    """Check the shape of a YAML file, and return the typed content or the faults."""
    if source.data is None and source.faults:
        return None, source.faults
    try:
        return form.model_validate(source.data), source.faults
    except ValidationError as error:
        return None, (*source.faults, *shape_faults(error, source, form))


def _read_draft(path: Path, modules: Sequence[str]) -> tuple[Draft | None, tuple[Fault, ...]]:
    parts, faults = _read_parts(path, modules)
    if parts is None:
        return None, with_shared_causes(faults)
    source = parts.source
    form: InstrumentForm | None = parts.form
    for translations in parts.translations:
        if form is not None:
            source = overlay(form, source, translations)
            form, faults = read_shape(InstrumentForm, source)
    if form is None:
        return None, with_shared_causes((*faults, *parts.faults))
    inserted = [filled.module for filled in parts.modules]
    described = tuple((m.form.module, m.form.version, m.form.title) for m in inserted)
    others = (
        *(module.source.sha256 for module in inserted),
        *(translations.source.sha256 for translations in parts.translations),
    )
    constructs = dict(parts.constructs.form.constructs) if parts.constructs is not None else {}
    meanings = parts.constructs.form.meanings if parts.constructs is not None else {}
    published: dict[str, PublishedScaleForm] = {}
    for filled in parts.modules:
        constructs |= filled.constructs
        published |= filled.published
    open_places = {m.module.form.module: m.open_places for m in parts.modules}
    draft = Draft(
        form,
        source,
        constructs,
        described,
        others,
        meanings,
        published,
        open_places,
        parts.absent_translations,
    )
    meaning = check_draft(draft)
    if form.constructs is not None and parts.constructs is None:  # every code would appear missing
        meaning = [fault for fault in meaning if fault.code != "CONSTRUCT-001"]
    if parts.constructs is not None:
        own = {placed.item.id for placed in draft.items}
        file = parts.constructs
        meaning += check_meaning_names(meanings, file.source, file.folder, own)
    return draft, with_shared_causes((*faults, *parts.faults, *meaning))


def _read_parts(
    path: Path, modules: Sequence[str]
) -> tuple[InstrumentParts | None, tuple[Fault, ...]]:
    """Read a questionnaire with what belongs to it; beside it the faults of its own shape."""
    source = read_yaml(path)
    form, faults = read_shape(InstrumentForm, source)
    if form is None:
        return None, faults
    wanted = tuple(dict.fromkeys((*form.modules, *modules)))
    found, others = _read_modules(path, wanted, source)
    filled: list[FilledModule] = []
    if found:
        filled = [with_published(module) for module in found]
        others += tuple(fault for module in filled for fault in module.faults)
        found = tuple(module.module for module in filled)
        source = compose(source, found)
        form, faults = read_shape(InstrumentForm, source)
        if form is None:
            return None, (*faults, *others)
    translations: list[TranslationSource] = []
    absent: dict[str, str] = {}
    for language in form.languages[1:]:
        beside = translations_file(path, language)
        if not beside.exists():
            absent[language] = f"{beside.parent.name}/{beside.name}"
            continue
        read, more = _read_translations(beside, language)
        others += more
        translations += [] if read is None else [read]
    constructs, more = _read_constructs(path, form, source)
    others += more
    return InstrumentParts(
        form, source, tuple(filled), tuple(translations), absent, constructs, others
    ), faults


def _read_modules(
    path: Path, wanted: Sequence[str], source: YamlSource
) -> tuple[tuple[ModuleSource, ...], tuple[Fault, ...]]:
    found: list[ModuleSource] = []
    faults: list[Fault] = []
    for name in wanted:
        places = (
            folder / "modules" / f"{name}.yaml" for folder in (path.parent, shelf("instruments"))
        )
        file = next((place for place in places if place.is_file()), None)
        if file is None:
            faults.append(
                source.fault(
                    "MODULE-001",
                    ("modules",),
                    f"module '{name}'",
                    "there is no such file",
                    f"Put {name}.yaml into the folder 'modules' beside the questionnaire.",
                )
            )
            continue
        read = read_yaml(file)
        form, more = read_shape(ModuleForm, read)
        faults += more
        if form is not None:
            found.append(ModuleSource(form, read))
    return tuple(found), tuple(faults)


def translations_file(path: Path, language: str) -> Path:
    """Return where the translations of a questionnaire into a language stand."""
    return path.parent / "translations" / f"{path.stem}.{language}.yaml"


def _read_translations(
    file: Path, language: str
) -> tuple[TranslationSource | None, tuple[Fault, ...]]:
    read = read_yaml(file)
    form, faults = read_shape(TranslationsForm, read)
    if form is None:
        return None, faults
    if form.language != language:
        found = f"translations into '{form.language}' in the file of those into '{language}'"
        remedy = "Correct the language, or the name of the file."
        wrong = read.fault("TRANSLATION-003", ("language",), "language", found, remedy)
        return None, (*faults, wrong)
    return TranslationSource(form, read), faults


def _read_constructs(
    path: Path, form: InstrumentForm, source: YamlSource
) -> tuple[ConstructsSource | None, tuple[Fault, ...]]:
    if form.constructs is None:
        return None, ()
    if Path(form.constructs).name != form.constructs:
        return None, (
            Fault(
                "CONSTRUCT-002",
                "the file of constructs is not a plain file name",
                "Put it beside the instrument.",
                source.file,
                source.line(("constructs",)),
            ),
        )
    shared = path.parent / form.constructs
    if not shared.exists():
        shared = find_shipped("instruments", form.constructs)
    read = read_yaml(shared)
    content, faults = read_shape(ConstructsForm, read)
    return (None if content is None else ConstructsSource(content, read, shared.parent)), faults


def _hash(draft: Draft) -> str:
    constructs = sorted((code, form.model_dump_json()) for code, form in draft.constructs.items())
    files = "".join((draft.source.sha256, *draft.other_files))
    return hashlib.sha256(f"{files}{constructs}".encode()).hexdigest()
