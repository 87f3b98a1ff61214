"""A fitted model as text, laid out as a reader of lavaan's ``summary()`` expects it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from coprod_stats.latent_models.fit_measures_text import entry, index_lines, model_test_lines

if TYPE_CHECKING:
    from coprod_stats.latent_models.labelled_fit import FittedParameter, LabelledFit
    from coprod_stats.sem.rotation.options import RotationOptions

_COLUMNS = ("Estimate", "Std.Err", "z-value", "P(>|z|)", "Std.lv", "Std.all")
_NAME_MARGIN = 8
_NO_BLOCKS: Mapping[str, str] = MappingProxyType({})
_UNREMARKABLE = ("default", "given", "all", "none")


def summary_text(fit: LabelledFit) -> str:
    """Write the summary: state, test and fit indices, parameters in sections, R-square."""
    return "\n".join(_lines(fit))


def _lines(fit: LabelledFit) -> Iterator[str]:
    yield f"Structural equation model: {fit.estimator} by {fit.engine}"
    if not fit.converged:
        yield "  NOT CONVERGED: the estimates below are not a solution"
    elif not fit.proper:
        yield "  IMPROPER SOLUTION: see the warnings"
    for warning in fit.warnings:
        yield f"  Warning {warning.code}: {warning.message}"
    for name, used in fit.asked_and_used.items():
        if used.asked != used.used and used.asked not in _UNREMARKABLE and name != "rows":
            yield f"  Requested {name} {used.asked}, used {used.used}"
    yield ""
    yield entry("Number of observations (used of total)", f"{fit.n_obs} of {fit.n_rows}")
    for label, sample in zip(fit.group_labels, fit.core.samples, strict=False):
        yield entry(f"  {label}", f"{len(sample.rows)}")
    if fit.level_labels:
        clusters = "+".join(str(number) for number in fit.n_clusters)
        yield entry(f"Number of clusters [{fit.level_labels[1]}]", clusters)
    yield entry("Number of model parameters", f"{fit.fit['npar']:.0f}")
    if fit.core.rotated is not None:
        yield from _rotation_lines(fit.core.rotated.options)
    yield from model_test_lines(fit.fit)
    yield from index_lines(fit.fit)
    width = _NAME_MARGIN + max(len(_shown_name(row)) for row in fit.parameters)
    exploratory = {row.lhs: row.efa for row in fit.core.table if row.efa}
    for (group, level), shares in zip(fit.core.table.blocks, fit.r_squared, strict=True):
        if fit.group_labels and level < 2:
            yield ""
            yield ""
            yield f"Group {group} [{fit.group_labels[group - 1]}]:"
        if level:
            yield ""
            yield ""
            yield f"Level {level} [{fit.level_labels[level - 1]}]:"
        rows = [row for row in fit.parameters if (row.group, row.level) == (group, level)]
        yield from _group_lines(rows, width, exploratory)
        yield from _share_lines(shares, width)
    for group, shares in enumerate(fit.intraclass_correlations):
        label = f" [{fit.group_labels[group]}]" if fit.group_labels else ""
        yield from _share_lines(shares, width, title=f"Intraclass Correlations{label}")
    defined = [row for row in fit.parameters if row.op == ":="]
    yield from _section("Defined Parameters", defined, predicted=set(), width=width)


def _rotation_lines(used: RotationOptions) -> Iterator[str]:
    turn = "ORTHOGONAL" if used.is_orthogonal else "OBLIQUE"
    yield ""
    yield entry("Rotation method", f"{used.name.upper()} {turn}")
    numbers = {
        "geomin": ("Geomin epsilon", used.epsilon),
        "oblimin": ("Oblimin gamma", used.gamma),
        "promax": ("Promax kappa", used.kappa),
    }
    if used.name in numbers:
        label, value = numbers[used.name]
        yield entry(label, f"{value:g}")
    yield entry("Rotation algorithm (rstarts)", f"GPA ({used.rstarts})")
    yield entry("Standardized metric", str(used.std_ov).upper())
    yield entry("Row weights", "Kaiser" if used.is_kaiser else "None")
    yield entry("Standard errors of the rotated solution", used.errors)


def _group_lines(rows: list[FittedParameter], width: int, blocks: dict[str, str]) -> Iterator[str]:
    predicted = _predicted(rows)
    for title, part in _sections(rows):
        yield from _section(title, part, predicted=predicted, width=width, blocks=blocks)


def _share_lines(shares: dict[str, float], width: int, *, title: str = "R-Square") -> Iterator[str]:
    if shares:
        yield ""
        yield f"{title}:"
        yield " " * width + f"{'Estimate':>9}"
        yield from (
            f"{f'    {name}':<{width}}{'' if value != value else f'{value:.3f}':>9}".rstrip()
            for name, value in shares.items()
        )


def _predicted(rows: Iterable[FittedParameter]) -> set[str]:
    """Return the variables whose (co)variances are residual ones: lavaan marks them by a dot."""
    return {row.rhs if row.op == "=~" else row.lhs for row in rows if row.op in ("=~", "~")}


def _sections(rows: list[FittedParameter]) -> Iterator[tuple[str, list[FittedParameter]]]:
    yield "Latent Variables", [row for row in rows if row.op == "=~"]
    yield "Regressions", [row for row in rows if row.op == "~"]
    yield "Covariances", [row for row in rows if row.op == "~~" and row.lhs != row.rhs]
    yield "Intercepts", [row for row in rows if row.op == "~1"]
    yield "Thresholds", [row for row in rows if row.op == "|"]
    yield "Variances", [row for row in rows if row.op == "~~" and row.lhs == row.rhs]
    yield "Scales y*", [row for row in rows if row.op == "~*~"]


def _section(
    title: str,
    rows: list[FittedParameter],
    *,
    predicted: set[str],
    width: int,
    blocks: Mapping[str, str] = _NO_BLOCKS,
) -> Iterator[str]:
    if not rows:
        return
    yield ""
    yield f"{title}:"
    yield " " * width + "".join(f"{name:>9}" for name in _COLUMNS)
    heading = ""
    for row in rows:
        residual = row.op in ("~~", "~1")
        left, right = (
            f".{name}" if residual and name in predicted else f" {name}"
            for name in (row.lhs, row.rhs)
        )
        grouped = row.op in ("=~", "~") or (row.op == "~~" and row.lhs != row.rhs)
        if grouped and f"{left} {row.op}" != heading:
            heading = f"{left} {row.op}"
            block = blocks.get(row.lhs, "") if row.op == "=~" else ""
            yield f" {heading} {block}".rstrip()
        name = f" {_shown_name(row)}" if row.op == "|" else right if grouped else left
        label = f" ({row.label})" if row.label not in ("", row.lhs) else ""
        yield f"{f'   {name}{label}':<{width}}" + "".join(_cells(row))


def _shown_name(row: FittedParameter) -> str:
    name = f"{row.lhs}|{row.rhs}" if row.op == "|" else row.lhs if row.op == ":=" else row.rhs
    return f"{name} ({row.label})" if row.label and row.op not in ("|", ":=") else name


def _cells(row: FittedParameter) -> Iterator[str]:
    tested = row.free or row.op == ":="
    errors = (row.se, row.z, row.pvalue) if tested else (math.nan,) * 3
    for value in (row.est, *errors, row.std_lv, row.std_all):
        yield " " * 9 if math.isnan(value) else f" {value:>8.3f}"
