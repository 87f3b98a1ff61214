"""The codebook as a Frictionless data package, Table Schema version 2."""

from __future__ import annotations

import json
import math
from typing import Any

from coprod_stats.instruments.model import Instrument
from coprod_stats.platforms.codebooks.labelled_variables import (
    LabelledVariable,
    answer_files,
    labelled_variables,
    own_columns,
    roster_columns,
)
from coprod_stats.platforms.form_export import FormExport, sidecar_of

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
_TIME = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?|-[789]"
"""A time of day, or why there is none."""


def export(instrument: Instrument, *, languages: tuple[str, ...]) -> FormExport:
    """Describe ``answers.csv``, and the file of each roster, in the first of the languages.

    Codes stand both as ``categories``, with their labels, and as ``enum``, because validators
    enforce the latter only.
    """
    names = ["answers", *(f"answers-{roster.id.lower()}" for roster in instrument.rosters)]
    tables = answer_files(instrument).items()
    package = {
        "$schema": PROFILE,
        "name": instrument.id,
        "title": instrument.title.in_language(languages[0]),
        "version": instrument.version,
        "resources": [
            _resource(name, path, table, languages[0])
            for name, (path, table) in zip(names, tables, strict=True)
        ],
    }
    content = json.dumps(package, ensure_ascii=False, indent=1) + "\n"
    sidecar = sidecar_of(
        instrument,
        "frictionless",
        languages=languages[:1],
        columns=own_columns(instrument, languages[0]),
        rosters=roster_columns(instrument, languages[0]),
    )
    return FormExport({"datapackage.json": content.encode()}, sidecar)


def _resource(name: str, path: str, instrument: Instrument, language: str) -> dict[str, Any]:
    return {
        "name": name,
        "type": "table",
        "path": path,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {
            "fields": [_field(one) for one in labelled_variables(instrument, language)],
            "fieldsMatch": "subset",
            "missingValues": [""],
        },
    }


def _field(variable: LabelledVariable) -> dict[str, Any]:
    integer = variable.whole or variable.kind in ("rank", "assigned")
    kind = ("integer" if integer else "number") if variable.numeric else "string"
    field: dict[str, Any] = {"name": variable.name, "type": kind, "title": variable.label}
    limits: dict[str, Any] = {}
    if variable.values:
        field["categories"] = [{"value": code, "label": label} for code, label in variable.values]
        limits["enum"] = [code for code, _ in variable.values]
    if variable.minimum is not None:
        limits["minimum"] = math.ceil(variable.minimum) if integer else variable.minimum
    if variable.maximum is not None:
        limits["maximum"] = math.floor(variable.maximum) if integer else variable.maximum
    if variable.dates is not None:
        field["type"] = "date"
        ends = (("minimum", variable.dates.first), ("maximum", variable.dates.last))
        limits |= {name: str(end) for name, end in ends if end is not None}
    if variable.rule is not None and variable.rule.pattern is not None:
        limits["pattern"] = f"({variable.rule.pattern})|-[789]"
    if variable.kind == "time":
        limits["pattern"] = _TIME
    if limits:
        field["constraints"] = limits
    if variable.missing:
        field["missingValues"] = [
            {"value": "", "label": "not asked"},
            *({"value": str(code), "label": label} for code, label in variable.missing),
        ]
    return field
