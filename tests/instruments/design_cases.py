"""Small designs of the bank, as questionnaires with what is claimed about them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from coprod_stats.instruments import Instrument, read_instrument
from coprod_stats.instruments.checks.claimed_paths import ClaimedPath
from coprod_stats.instruments.subsets.yaml_text import yaml_text

_WORDS = ["amber", "birch", "cedar", "daisy", "elder", "fern", "grass", "heath", "iris", "kelp"]
_FACTS = [
    {"id": "USED", "text": "Used?", "options": {1: "Yes", 2: "No"}},
    {"id": "ACTS", "text": "How often do you act?", "responses": "cnt5"},
    {"id": "AGE", "kind": "number", "text": "Age?", "number": {"min": 16, "max": 99}},
]


def design(case: Mapping[str, Any], folder: Path) -> Instrument:
    """Read a case as a questionnaire with the forms short and long."""
    measured = dict.fromkeys([*case["scales"], *case.get("measures", {}).values()])
    constructs = {
        code: {
            **{"family": "f", "label": code, "section": "1", "sources": "none"},
            **{"respondent": "both", "measure": "reflective"},
            "role": case.get("roles", {}).get(code, "impact"),
        }
        for code in measured
    }
    meanings = {
        id: {"asks": id, "items": items, "near": case.get("near", {}).get(id, [])}
        for id, items in case.get("meanings", {}).items()
    }
    shared = {"source": "An article.", "meanings": meanings, "constructs": constructs}
    (folder / "constructs.yaml").write_text(yaml_text(shared), encoding="utf-8")
    (folder / "design.yaml").write_text(yaml_text(_questionnaire(case)), encoding="utf-8")
    return read_instrument(folder / "design.yaml")


def paths(case: Mapping[str, Any]) -> list[ClaimedPath]:
    """Return what is claimed about the constructs of a case."""
    found = []
    for line in case.get("paths", []):
        hypothesis, kind, predictor, outcome, form = line.split()
        planned = {} if form == "none" else {"plan": "plan", "form": form}
        among = case.get("among", {}).get(hypothesis, "")
        kind = kind.replace("-", " ")
        found.append(ClaimedPath(hypothesis, kind, predictor, outcome, among=among, **planned))
    return found


def _questionnaire(case: Mapping[str, Any]) -> dict[str, Any]:
    singles = [_single(case, id, kind) for id, kind in case.get("singles", {}).items()]
    asked: set[str] = set()
    pages = [{"page": "facts", "blocks": [{"block": "facts", "items": [*_FACTS, *singles]}]}]
    for id, items in case["scales"].items():
        rows = [_rating(case, item) for item in items if item not in asked]
        asked |= set(items)
        page = {"page": f"page_{id.lower()}", "when": case.get("asked", {}).get(id)}
        blocks = [{"block": id.lower(), "responses": "ext5", "items": rows}]
        pages += [{**page, "blocks": blocks}] if rows else []
    pages = [{key: part for key, part in page.items() if part is not None} for page in pages]
    whole = {
        "instrument": "design",
        "version": "1.0.0",
        "title": "A design",
        "languages": ["en"],
        "offers": ["dont_know"],
        "constructs": "constructs.yaml",
        "forms": {"short": {"title": "Short"}, "long": {"title": "Long"}},
        "responses": {
            "ext5": {"kind": "unipolar", "options": {code: f"L{code}" for code in range(1, 6)}},
            "cnt5": {"kind": "count", "options": {code: f"N{code}" for code in range(5)}},
        },
        "assigned": {"ARM": {"title": "Arm", "levels": {1: "a", 2: "b"}}}
        if case.get("arms")
        else {},
        "pages": pages,
        "derived": {id: {"title": id, "value": v} for id, v in case.get("derived", {}).items()},
        "scales": {
            id: {
                **{"title": id, "construct": id, "items": items},
                "min_answered": case.get("fewest", 1),
            }
            for id, items in case["scales"].items()
        },
    }
    if "index" in case:  # of the construct of the first scale
        construct = next(iter(case["scales"]))
        whole["indices"] = {
            id: {"title": id, "construct": construct, "value": value}
            for id, value in case["index"].items()
        }
    if "classes" in case:
        whole["classification"] = {"title": "Classes", "classes": case["classes"]}
    return whole


def _rating(case: Mapping[str, Any], id: str) -> dict[str, Any]:
    other = case.get("wordings", {}).get(id)
    made = {
        "id": id,
        "text": case.get("texts", {}).get(id, f"{_WORDS[ord(id[0]) % 10]}{_WORDS[int(id[1:])]}?"),
        "reverse": id in case.get("reverse", []),
        "facet": case.get("facets", {}).get(id),
        "forms": case.get("forms", {}).get(id),
        "when": case.get("when", {}).get(id),
        "wordings": [{"when": other, "text": "other words?"}] if other is not None else None,
    }
    return {key: part for key, part in made.items() if part is not None}


def _single(case: Mapping[str, Any], id: str, kind: str) -> dict[str, Any]:
    code = case.get("measures", {}).get(id)
    made: dict[str, Any] = {"id": id, "text": f"{id}?", "measures": [code] if code else []}
    return made | ({"kind": "number"} if kind == "number" else {"responses": "ext5"})
