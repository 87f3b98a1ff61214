"""A study as JSON: every number of its report, in a stable layout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from coprod_stats.analyses.kind import NotEstimated
from coprod_stats.analyses.registry import kind_of
from coprod_stats.study.result import AnalysisResult, StudyResult


def study_document(study: StudyResult, reports: Sequence[Path] = ()) -> dict[str, Any]:
    """Return what ``coprod run --json`` writes.

    Numbers are not rounded; what does not apply is None or NaN, which the writer omits.
    """
    plan, instrument, data = study.plan, study.plan.instrument, study.responses.provenance
    return {
        **_pattern(study),
        "plan": plan.form.plan,
        "instrument": {
            "id": instrument.id,
            "version": instrument.version,
            "sha256": instrument.sha256,
        },
        "data": {
            "file": data.file,
            "sha256": data.sha256,
            "rows": data.rows_read,
            "kept": study.responses.n_respondents,
            "analysed": study.analysed.n_respondents,
        },
        "synthetic": plan.form.data.synthetic,
        "design": {
            "weights": plan.form.weights,
            "cluster": plan.form.cluster,
            "covariates": list(plan.form.covariates),
        },
        "sample": {
            "flow": _rows(study.sample.tidy()),
            "participants": _rows(study.participants.tidy()),
            "design": _rows(study.design.glance())[0],
            "clustering": _rows(study.design.tidy()),
            "outcome_rates": _rows(study.outcome_rates.tidy()) if study.outcome_rates else None,
            "backgrounds": _rows(study.backgrounds),
            "classes": {str(k): int(n) for k, n in study.classes.value_counts().items()},
        },
        "quality": {"flags": _rows(study.flags.tidy()), **_rows(study.flags.glance())[0]},
        "missing": _rows(study.missing.tidy()),
        "measurement": _measurement(study),
        "analyses": [_analysis(entry) for entry in study.analyses],
        "findings": _rows(study.findings),
        "diagnostics": _diagnostics(study),
        "deviations": [asdict(entry) for entry in study.deviations],
        "warnings": [asdict(entry) for entry in study.warnings],
        "reports": [str(path) for path in reports],
    }


def _pattern(study: StudyResult) -> dict[str, Any]:
    """Return the pattern as a whole, or why there is none, before every single finding."""
    if not study.lead:
        return {}
    found = {} if study.pattern is None else _rows(study.pattern.glance())[0]
    return {"pattern": {"lead": " ".join(study.lead), **found}}


def _diagnostics(study: StudyResult) -> list[dict[str, Any]]:
    names = ("code", "fires", "statistic", "message")
    return [{name: getattr(entry, name) for name in names} for entry in study.diagnostics]


def _measurement(study: StudyResult) -> dict[str, Any]:
    found: dict[str, Any] = {
        "reliability": _rows(study.reliability.tidy()),
        "items": _rows(study.items.tidy()),
        "correlations": _rows(study.correlations.tidy()),
    }
    headline = study.headline_analysis
    if not isinstance(headline.result, NotEstimated):
        tables = kind_of(headline.form).measurement(headline.result)
        found |= {name: _rows(table) for name, table in tables.items()}
    return found


def _analysis(entry: AnalysisResult) -> dict[str, Any]:
    kind = kind_of(entry.form)
    head: dict[str, Any] = {
        "id": entry.form.id,
        "analysis": kind.name,
        "role": entry.form.role,
        "n_analysed": entry.n_analysed,
        "reason": entry.reason or None,
    }
    if isinstance(entry.result, NotEstimated):
        return head
    glance = entry.result.glance()
    tables: Mapping[str, pd.DataFrame] = kind.tables(entry.result)
    return {
        **head,
        "glance": _rows(glance)[0] if len(glance) else {},
        "tables": {name: _rows(table) for name, table in tables.items()},
    }


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as plain values."""
    return [
        {str(name): None if value is pd.NA else value for name, value in row.items()}
        for row in table.to_dict(orient="records")
    ]
