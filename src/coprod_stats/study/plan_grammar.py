"""The whole grammar of a plan: the base, with the union of the registered kinds of analysis."""

from __future__ import annotations

import json
from functools import cache
from typing import Annotated, Any, Union

from pydantic import Field, create_model

from coprod_stats.analyses.registry import KINDS
from coprod_stats.plans.model import PlanForm


@cache
def plan_grammar() -> type[PlanForm]:
    """Return the model of a plan; ``analysis`` determines which kind's options apply."""
    forms = tuple(kind.form for kind in KINDS)
    union: Any = Annotated[Union[forms], Field(discriminator="analysis")]  # noqa: UP007
    several: Any = Annotated[tuple[union, ...], Field(strict=False, min_length=1)]
    return create_model(
        "Plan", __base__=PlanForm, __doc__=PlanForm.__doc__, analyses=(several, ...)
    )


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a plan."""
    schema = plan_grammar().model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def schema_text() -> str:
    """Return the text of ``analyses/plan.schema.json``."""
    return json.dumps(json_schema(), indent=2) + "\n"
