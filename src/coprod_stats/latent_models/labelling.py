"""A fit of the numeric core with its rows, groups and findings labelled."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from coprod_stats.counts import counted
from coprod_stats.latent_models.idle_options import IdleOption, idle_options
from coprod_stats.latent_models.labelled_fit import AskedAndUsed, FittedParameter, FitWarning
from coprod_stats.latent_models.sem_fit import SemFit
from coprod_stats.latent_models.specification import Specification
from coprod_stats.literals import Engine
from coprod_stats.sem.fit import coefficient_df
from coprod_stats.sem.inference.checks import Finding
from coprod_stats.sem.inference.standardization import (
    StandardizationType,
    Standardized,
    explained_variances,
    standardized_solutions,
)
from coprod_stats.sem.results import CoreFit
from coprod_stats.version import __version__

if TYPE_CHECKING:
    from coprod_stats.sem.resampling import BollenStine

_TWO_STAGE_BASELINE = (
    "the scaled baseline test is that of lavaan 0.6-14, which makes scaled and robust CFI and TLI "
    "too high with missing answers; judge by the scaled test, RMSEA and SRMR"
)

_CORE_NAMES = {"standard_errors": "se"}
"""Options with different names in the core's ledger and in ``fit_sem`` and ``coprod sem``."""


FloatArray = NDArray[np.float64]
Solutions = dict[StandardizationType, Standardized]


def labelled_fit(core: CoreFit, asked: Specification, columns: Collection[str] = ()) -> SemFit:
    """Label the arrays of a fit.

    Parameters
    ----------
    core : CoreFit
    asked : Specification
    columns : collection of str
        Names of columns of the data, among which labels of the model are looked for.
    """
    solutions = standardized_solutions(core.estimate)
    n_rows = len(core.data.values)
    n_used = sum(len(sample.rows) for sample in core.samples)
    idle = idle_options(core, asked)
    test = _bollen_stine(core, asked)
    bootstrapped = {} if test is None else {"pvalue_bollen_stine": test.p_value}
    return SemFit(
        parameters=(*_parameters(core, solutions), *_definitions(core, solutions)),
        fit=_indices(core) | bootstrapped,
        r_squared=explained_variances(core.estimate),
        estimator=core.ledger["estimator"][1],
        engine=asked.engine,
        n_obs=n_used,
        n_rows=n_rows,
        group_labels=core.data.group_labels if core.data.groups is not None else (),
        converged=core.converged,
        proper=core.is_proper,
        warnings=(
            *_findings((*core.findings, *_lost(test))),
            *_column_labels(core, columns),
            *_warnings(core, asked, n_rows - n_used, idle),
        ),
        asked_and_used=_ledger(core, asked, idle),
        observed=core.table.observed,
        latent=core.table.latent,
        sample_cov=_over_all(core, core.problem.sample_covs()),
        implied_cov=_over_all(core, [implied.cov for implied in core.estimate.implied]),
        vcov=core.inference.covariance,
        conf_level=core.options.conf_level,
        df=coefficient_df(core.inference, core.problem) or math.inf,
        specification=asked,
        core=core,
        level_labels=("within", str(asked.cluster)) if core.table.levels else (),
        n_clusters=core.problem.n_clusters,
        intraclass_correlations=core.problem.intraclass_correlations(),
    )


def _over_all(core: CoreFit, covs: Sequence[FloatArray]) -> tuple[FloatArray, ...]:
    """Bring matrices to the variables of all groups, NaN for those that a group lacks."""
    table = core.table
    if not table.group_variables:
        return tuple(covs)
    wide = []
    for group, cov in enumerate(covs, start=1):
        whole = np.full((len(table.observed),) * 2, np.nan)
        whole[np.ix_(table.columns_of(group), table.columns_of(group))] = cov
        wide.append(whole)
    return tuple(wide)


def _indices(core: CoreFit) -> dict[str, float]:
    """Return the indices that are meaningful: with negative degrees of freedom there is no test."""
    if core.inference.df >= 0:
        return dict(core.indices)
    kept = ("npar", "fmin", "chisq", "df")
    return {name: value for name, value in core.indices.items() if name in kept}


def _bollen_stine(core: CoreFit, asked: Specification) -> BollenStine | None:
    is_asked = asked.bootstrap_type == "bollen-stine"
    if not is_asked or core.inference.df <= 0 or not core.converged:
        return None
    from coprod_stats.sem.resampling import bollen_stine

    return bollen_stine(
        core.refittable,
        n_samples=asked.n_bootstrap,
        rng=np.random.default_rng(asked.seed or 0),
    )


def _lost(test: BollenStine | None) -> list[Finding]:
    if test is None:
        return []
    from coprod_stats.sem.resampling import lost_samples

    return lost_samples(test.n_samples - len(test.statistics), test.n_samples)


def _parameters(core: CoreFit, solutions: Solutions) -> list[FittedParameter]:
    values = core.parameters
    numbers = [
        values.estimates,
        values.std_errors,
        values.statistics,
        values.p_values,
        values.ci_lower,
        values.ci_upper,
        *(solutions[kind].values for kind in ("lv", "all", "nox")),
        solutions["all"].std_errors(core.inference.covariance),
    ]
    columns = zip(*(column.tolist() for column in numbers), strict=True)
    return [
        FittedParameter(
            row.lhs,
            row.op,
            row.rhs,
            row.group,
            "" if row.label.startswith(".p") else row.label,
            row.free >= 0,
            *(est, se, z, pvalue, lower, upper, std_lv, std_all, std_nox, std_all_se),
            level=row.level,
        )
        for row, (est, se, z, pvalue, lower, upper, std_lv, std_all, std_nox, std_all_se) in zip(
            core.table, columns, strict=True
        )
    ]


def _definitions(core: CoreFit, solutions: Solutions) -> list[FittedParameter]:
    if not core.table.definitions:
        return []
    values = core.definitions
    std_all_se = solutions["all"].defined_std_errors(core.inference.covariance)
    return [
        FittedParameter(
            lhs=definition.name,
            op=":=",
            rhs=str(definition.expression),
            group=0,
            label=definition.name,
            free=False,
            est=float(values.estimates[i]),
            se=float(values.std_errors[i]),
            z=float(values.statistics[i]),
            pvalue=float(values.p_values[i]),
            ci_lower=float(values.ci_lower[i]),
            ci_upper=float(values.ci_upper[i]),
            std_lv=float(solutions["lv"].defined[i]),
            std_all=float(solutions["all"].defined[i]),
            std_nox=float(solutions["nox"].defined[i]),
            std_all_se=float(std_all_se[i]),
        )
        for i, definition in enumerate(core.table.definitions)
    ]


def _findings(findings: Iterable[Finding]) -> Iterator[FitWarning]:
    """Return findings of the core as sentences that end with what they concern."""
    for finding in findings:
        named = f": {', '.join(finding.parameters)}" if finding.parameters else ""
        message = finding.message.removesuffix(".") if named else finding.message
        yield FitWarning(finding.code, message + named)


def _column_labels(core: CoreFit, columns: Collection[str]) -> Iterator[FitWarning]:
    """Warn of labels that are columns too, as in ``y ~ x*z``, where a product was perhaps meant."""
    labelled = {row.label: row for row in core.table if row.label in columns}
    for label, row in labelled.items():
        message = (
            f"'{label}' before '*' is the label of {row.name}, and also a column of the data; a "
            f"product of columns is written {label}:{row.rhs or row.lhs}"
        )
        yield FitWarning("SEM-309", message)


def _warnings(
    core: CoreFit, asked: Specification, n_dropped: int, idle: Sequence[IdleOption]
) -> tuple[FitWarning, ...]:
    found = []
    if n_dropped:
        rows = counted(len(core.data.values), "row")
        message = f"{n_dropped:,} of {rows} omitted for missing values"
        groups = core.data.groups
        if groups is not None and (groups < 0).any():
            message += f", {int((groups < 0).sum())} of them in column {asked.group}"
        found.append(FitWarning("SEM-301", message))
    by_available = core.problem.is_baseline_by_available_cases and core.has_missing_values
    if by_available and "cfi_scaled" in core.indices:
        found.append(FitWarning("SEM-302", _TWO_STAGE_BASELINE))
    if idle:
        message = f"options that have no effect on this model: {', '.join(map(str, idle))}"
        found.append(FitWarning("SEM-303", message))
    return tuple(found)


def _ledger(
    core: CoreFit, asked: Specification, idle: Sequence[IdleOption]
) -> dict[str, AskedAndUsed]:
    """List the decisions of the core, and every other option that is not at its default."""
    engine = AskedAndUsed(asked.engine, asked.engine, _package(asked.engine))
    entries = {"engine": engine} | {
        _CORE_NAMES.get(name, name): AskedAndUsed(*pair) for name, pair in core.ledger.items()
    }
    for name in asked.given:
        value = _shown(getattr(asked, name))
        entries.setdefault(name, AskedAndUsed(value, value))
    for option in idle:
        entry = entries[option.name]
        note = f"{entry.note}; " if entry.note else ""
        entries[option.name] = replace(entry, note=f"{note}no effect: {option}")
    return entries


def _shown(value: Any) -> str | int | float | bool:
    """Return an option as one value: several names with commas between them."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={part}" for name, part in value.items())
    if isinstance(value, tuple):
        return ", ".join(value)
    plain: str | int | float | bool = value
    return plain


def _package(engine: Engine) -> str:
    """Return name and version of the estimating package."""
    if engine != "semopy":
        return f"coprod-stats {__version__}"
    # reading the metadata of packages takes .03 s
    from importlib.metadata import version

    return f"semopy {version('semopy')}"
