"""The JSON Schema that editors use agrees with the grammar and with the questionnaires."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from coprod_stats.instruments.shipped import list_shipped, shelf
from coprod_stats.instruments.source.module_form import module_schema_text
from coprod_stats.instruments.source.source_form import json_schema, schema_text
from coprod_stats.instruments.source.yaml_source import read_yaml

QUESTIONNAIRES = [
    path for path in list_shipped("instruments") if not path.stem.endswith("constructs")
]


def as_json(content: Any) -> Any:
    """Return content as JSON has it: keys are text there."""
    return json.loads(json.dumps(content))


def test_the_schema_file_is_current() -> None:
    kept = (shelf("instruments") / "instrument.schema.json").read_text(encoding="utf-8")
    assert kept == schema_text(), "write it anew: see instruments/README.md"


def test_the_schema_of_modules_is_current() -> None:
    kept = (shelf("instruments") / "module.schema.json").read_text(encoding="utf-8")
    assert kept == module_schema_text(), "write it anew: see instruments/README.md"


def test_the_schema_is_itself_valid() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize("path", QUESTIONNAIRES, ids=lambda path: path.stem)
def test_questionnaires_fit_the_schema_and_name_it(path) -> None:
    jsonschema.validate(as_json(read_yaml(path).data), json_schema())
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=instrument.schema.json"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"titel": "x"}, "'titel' was unexpected"),
        ({"version": "1"}, "does not match"),
        ({"pages": []}, "should be non-empty"),
        ({"responses": {"x": {"kind": "unipolar", "options": {"one": "One"}}}}, "does not match"),
    ],
)
def test_the_schema_refuses_what_the_grammar_refuses(change: dict[str, Any], message: str) -> None:
    content = as_json(read_yaml(QUESTIONNAIRES[-1]).data)
    with pytest.raises(jsonschema.ValidationError, match=message):
        jsonschema.validate(content | change, json_schema())
