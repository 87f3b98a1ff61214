"""The codebook as DDI-Codebook 2.5."""

from __future__ import annotations

from xml.etree import ElementTree

from coprod_stats.instruments.language.numbers import spell_number
from coprod_stats.instruments.model import Instrument
from coprod_stats.platforms.codebooks.labelled_variables import (
    LabelledVariable,
    answer_files,
    labelled_variables,
    own_columns,
    roster_columns,
)
from coprod_stats.platforms.form_export import FormExport, sidecar_of

NAMESPACE = "ddi:codebook:2_5"
_VERSION = "2.5"


def export(instrument: Instrument, *, languages: tuple[str, ...]) -> FormExport:
    """Describe the canonical tables as a DDI codebook in the first of the languages."""
    language = languages[0]
    root = ElementTree.Element(
        "codeBook", {"xmlns": NAMESPACE, "version": _VERSION, "xml:lang": language}
    )
    study = _under(root, "stdyDscr")
    citation = _under(study, "citation")
    statement = _under(citation, "titlStmt")
    _under(statement, "titl", instrument.title.in_language(language))
    _under(statement, "IDNo", instrument.id)
    _under(_under(citation, "verStmt"), "version", instrument.version)
    if instrument.about is not None:
        _under(_under(study, "stdyInfo"), "abstract", instrument.about.in_language(language))
    tables = answer_files(instrument)
    files = {name: f"F{number}" for number, name in enumerate(tables, 1)} if len(tables) > 1 else {}
    for name, file in files.items():
        text = _under(_under(root, "fileDscr", ID=file), "fileTxt")
        _under(text, "fileName", name)
    data = _under(root, "dataDscr")
    variables = (
        (name, one) for name, part in tables.items() for one in labelled_variables(part, language)
    )
    for number, (name, variable) in enumerate(variables, 1):
        _variable(data, variable, number, {"files": files[name]} if files else {})
    ElementTree.indent(root, " ")
    content = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"
    sidecar = sidecar_of(
        instrument,
        "ddi",
        languages=languages[:1],
        columns=own_columns(instrument, language),
        rosters=roster_columns(instrument, language),
    )
    return FormExport({"ddi_codebook.xml": content}, sidecar)


def _variable(
    data: ElementTree.Element, variable: LabelledVariable, number: int, files: dict[str, str]
) -> None:
    """Add one variable; the order of its parts is fixed by the schema."""
    kind = "discrete" if variable.values else "contin"
    interval = {"intrvl": kind} if variable.numeric else {}
    element = _under(data, "var", ID=f"V{number}", name=variable.name, **files, **interval)
    _under(element, "labl", variable.label)
    _under(_under(element, "qstn"), "qstnLit", variable.question)
    bounds = {"min": variable.minimum, "max": variable.maximum}
    given = {name: spell_number(bound) for name, bound in bounds.items() if bound is not None}
    if variable.dates is not None:
        ends = {"min": variable.dates.first, "max": variable.dates.last}
        given = {name: str(end) for name, end in ends.items() if end is not None}
    if given:
        _under(_under(element, "valrng"), "range", **given)
    own = (*variable.values, *variable.marks)
    for is_missing, codes in (("N", own), ("Y", variable.missing)):
        for code, label in codes:
            category = _under(element, "catgry", missing=is_missing)
            _under(category, "catValu", spell_number(code))
            _under(category, "labl", label)
    _under(element, "varFormat", type="numeric" if variable.numeric else "character")


def _under(
    parent: ElementTree.Element, tag: str, text: str | None = None, **attributes: str
) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, tag, attributes)
    child.text = text
    return child
