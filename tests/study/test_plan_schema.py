"""The JSON Schema that editors use agrees with the grammar of plans and with the plans."""

from __future__ import annotations

import json

import jsonschema
import pytest

from coprod_stats.instruments.shipped import list_shipped, shelf
from coprod_stats.instruments.source.yaml_source import read_yaml
from coprod_stats.study.plan_grammar import json_schema, schema_text

PLANS = [path for path in list_shipped("analyses") if path.stem != "hypotheses"]


def test_the_schema_file_is_current() -> None:
    kept = (shelf("analyses") / "plan.schema.json").read_text(encoding="utf-8")
    assert kept == schema_text(), "write study.plan_grammar.schema_text() anew"


def test_the_schema_is_itself_valid() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_plans_fit_the_schema_and_name_it(path) -> None:
    jsonschema.validate(json.loads(json.dumps(read_yaml(path).data)), json_schema())
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=plan.schema.json"
