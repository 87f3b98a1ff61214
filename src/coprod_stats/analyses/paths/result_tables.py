"""The tables of an analysis of paths, by name: what its JSON holds beside the findings."""

from __future__ import annotations

from dataclasses import asdict

import pandas as pd

from coprod_stats.analyses.paths.result import PathsResult
from coprod_stats.structure import DriverImpactResult


def measurement_tables(result: PathsResult) -> dict[str, pd.DataFrame]:
    """Return loadings, correlations and validity of the factors, and what groups differ in."""
    found = {}
    if result.measured:
        _, model = result.measured[0]
        parameters = model.fit.tidy()
        found = {
            "loadings": parameters[parameters["op"] == "=~"],
            "factor_correlations": model.tidy(),
            "validity": model.factors(),
        }
    across = [one.tidy().assign(variable=one.variable) for one in result.invariance]
    return found | ({"invariance": pd.concat(across, ignore_index=True)} if across else {})


def result_tables(result: PathsResult) -> dict[str, pd.DataFrame]:
    """Return fit, parameters and covariates by specification, factors, and other models."""
    found, covariates = {"fit": result.glance()}, []
    for entry in result.estimated:
        if isinstance(entry.tests, DriverImpactResult):
            name = entry.specification.specification
            found[f"parameters.{name}"] = entry.tests.fit.tidy()
            covariates.append(entry.tests.covariates().assign(specification=name))
    if any(len(table) for table in covariates):
        found["covariates"] = pd.concat(covariates, ignore_index=True)
    for name, model in result.measured:
        found |= {
            f"measurement.{name}": model.glance(),
            f"factors.{name}": model.factors(),
            f"factor_correlations.{name}": model.tidy(),
            f"residuals.{name}": model.residuals(),
            f"modifications.{name}": model.modifications(),
        }
    overlap = result.overlap
    if overlap is not None:
        found["item_overlap"] = overlap.tidy()
        found["item_overlap_paths"] = overlap.changes()
    if result.pattern is not None:
        found |= {"pattern": result.pattern.tidy(), "all_paths": result.pattern.paths()}
    others = result.compared.others if result.compared else None
    if others is not None and others.marker is not None:
        found["marker"] = others.marker.steps()
        found["marker_tests"] = others.marker.tidy()
        found["marker_paths"] = others.marker.paths()
    if result.model_comparisons:
        found["rivals"] = pd.DataFrame([asdict(model) for model in result.model_comparisons])
    causes = result.compared.omitted_causes if result.compared else None
    if causes is not None and causes.found is not None:
        found["omitted_causes"] = causes.found.tidy()
    if result.resampled is not None:
        found["bootstrap"] = result.resampled.tidy()
    if result.compared is not None and result.compared.departures is not None:
        found |= result.compared.departures.tables()
    rivals = result.compared.rivals if result.compared else None
    if rivals is not None and rivals.evaluation is not None:
        found["evaluative_factor"] = rivals.evaluation.glance()
        found["evaluative_factor_paths"] = rivals.evaluation.tidy()
    return found
