"""A form of a few items, written inline, and what a platform's export of it is read as."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from coprod_stats.instruments import Instrument, read_instrument
from coprod_stats.literals import ExportSource, Platform
from coprod_stats.platforms import compose_form
from coprod_stats.responses import Responses
from coprod_stats.responses.platform_reading import read_platform_export

HEAD = """
instrument: short
version: 1.0.0
title: A short form
languages: [en]
missing_options: {dont_know: Don't know, refused: Prefer not to say}
forms: {full: {title: Full}}
"""


def short_form(folder: Path, items: str, *, head: str = "", tail: str = "") -> Instrument:
    """Read a questionnaire of one page from its items, one a line."""
    indented = "".join(f"\n          {line}" for line in items.strip().splitlines())
    pages = f"pages:\n  - page: p\n    blocks:\n      - block: b\n        items:{indented}\n"
    path = folder / "short.yaml"
    path.write_text(HEAD + head + pages + tail, encoding="utf-8")
    return read_instrument(path).for_form("full")


def read_export(
    instrument: Instrument, source: ExportSource, rows: Sequence[Mapping[str, Any]], folder: Path
) -> Responses:
    """Read rows of an export, named as the platform names them; SurveyJS's hold JSON."""
    platform: Platform = "xlsform" if source in ("odk", "kobo") else source  # type: ignore[assignment]
    sidecar = compose_form(instrument, platform).sidecar
    path = folder / f"export.{'json' if source == 'surveyjs' else 'csv'}"
    if source == "surveyjs":
        path.write_text(json.dumps(list(rows)), encoding="utf-8")
    else:
        names = list(dict.fromkeys(name for row in rows for name in row))
        lines = [names, *([str(row.get(name, "")) for name in names] for row in rows)]
        text = "\n".join(",".join(f'"{cell}"' for cell in line) for line in lines)
        path.write_text(text, encoding="utf-8")
    return read_platform_export(path, instrument, source=source, sidecar=sidecar)


def cells(found: Responses, *columns: str) -> list[tuple[Any, ...]]:
    """Return some columns of the answers, respondent by respondent, blanks as None."""
    chosen = found.answers[list(columns)].astype(object)
    filled = chosen.where(chosen.notna() & (chosen != ""), None)
    return [tuple(row) for row in filled.to_numpy().tolist()]
