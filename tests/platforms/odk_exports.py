"""Submissions laid out as ODK Central and KoboToolbox export them."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ET
from collections.abc import Iterator

from coprod_stats.platforms import Sidecar


def leaves(xml: str) -> dict[str, str]:
    """Return the answers of a submission by path, ``page_first/use``."""
    return dict(_leaves(ET.fromstring(xml), ""))


def _leaves(node: ET.Element, path: str) -> Iterator[tuple[str, str]]:
    for child in node:
        name = path + child.tag.rpartition("}")[2]
        if len(child):
            yield from _leaves(child, name + "/")
        else:
            yield name, child.text or ""


def _split(submission: dict[str, str], sidecar: Sidecar, *, asked_only: bool) -> dict[str, str]:
    """Put the columns of single options behind each multiple choice."""
    options = {e.name: dict(e.codes) for e in sidecar.columns if e.kind == "multiple"}
    cells = {}
    for path, text in submission.items():
        cells[path] = text
        for code in options.get(path.split("/")[-1], ()):
            blank = asked_only and not text
            cells[f"{path}/{code}"] = "" if blank else str(int(code in text.split()))
    return cells


def odk_central(xmls: list[str], sidecar: Sidecar, *, groups: bool = True) -> str:
    """Commas, groups joined by hyphens or left out; single options say 0 to who was not asked."""
    rows = []
    for xml in xmls:
        cells = _split(leaves(xml), sidecar, asked_only=False)
        key = cells["meta/instanceID"]
        named = {_named(path, groups, sidecar): text for path, text in cells.items()}
        rows.append(
            {
                "SubmissionDate": "2026-11-02T10:00:00Z",
                **named,
                "KEY": key,
                "Status": "",
                "FormVersion": "1",
            }
        )
    return _csv(rows, delimiter=",")


def _named(path: str, groups: bool, sidecar: Sidecar) -> str:
    *around, name = path.split("/")
    multiple = {entry.name for entry in sidecar.columns if entry.kind == "multiple"}
    options = [base for base in around[-1:] if base in multiple]
    name = "/".join([*options, name])
    around = around[: len(around) - len(options)]
    return "-".join([*around, name]) if groups or around == ["meta"] else name


def kobo(xmls: list[str], sidecar: Sidecar, *, groups: bool = False) -> str:
    """Semicolons, everything quoted, XML values and headers."""
    rows = []
    for number, xml in enumerate(xmls, start=1):
        cells = _split(leaves(xml), sidecar, asked_only=True)
        key = cells.pop("meta/instanceID")
        if not groups:
            cells = {_named(path, False, sidecar): text for path, text in cells.items()}
        rows.append(
            {
                **cells,
                "_id": str(number),
                "_uuid": key.removeprefix("uuid:"),
                "_submission_time": "2026-11-02T10:00:00",
                "_index": str(number),
            }
        )
    return _csv(rows, delimiter=";")


def _csv(rows: list[dict[str, str]], *, delimiter: str) -> str:
    written = io.StringIO()
    header = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(
        written, header, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n"
    )
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue()
