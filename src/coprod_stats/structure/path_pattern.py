"""The pattern of stated paths as a whole, against the paths that nobody stated.

In the model with all paths from drivers to impacts, the mean of the stated paths is compared with
that of the unstated ones. A general evaluation that runs through all items (a halo) raises both
alike, so that every single path may differ from zero while the two means do not differ.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, replace
from functools import partial

import numpy as np
import pandas as pd

from coprod_stats.errors import CoprodError
from coprod_stats.latent_models import SemFit, compare
from coprod_stats.literals import PatternConclusion
from coprod_stats.results import NotebookTables
from coprod_stats.structure.driver_impact import DriverImpactResult, fit_text, options_of
from coprod_stats.structure.errors import StructureError
from coprod_stats.structure.pattern_weights import (
    CONTRAST,
    STATED,
    UNSTATED,
    WITHIN,
    pattern_weights,
)
from coprod_stats.structure.structural_models import DriverImpactModel, StructuralPath


@dataclass(frozen=True, slots=True)
class PathMean:
    """A mean of standardised paths, or a difference of means, with its delta-method error."""

    term: str
    estimate: float
    std_error: float
    statistic: float
    df: float
    p_value: float
    conf_low: float
    conf_high: float

    @property
    def above_zero(self) -> bool:
        """Whether the interval lies above 0."""
        return self.conf_low > 0


@dataclass(frozen=True, slots=True)
class PatternCell:
    """One path of the model with all paths, standardised."""

    driver: str
    impact: str
    stated: bool
    std_all: float
    std_all_se: float


@dataclass(frozen=True, slots=True)
class LikelihoodRatio:
    """The (scaled) test of the model with the stated paths alone against that with all paths."""

    chisq: float
    df: int
    p_value: float
    method: str


@dataclass(frozen=True, slots=True)
class PathPattern(NotebookTables):
    """Stated against unstated paths in the model with all paths from drivers to impacts.

    Attributes
    ----------
    mean_stated, mean_unstated, contrast : PathMean
        Means of the standardised paths, each in the direction in which the hypotheses expect it,
        and their difference.
    within : PathMean, optional
        The difference after the mean of each driver and of each impact is subtracted, so that
        drivers or impacts that are evaluated more strongly than others do not count; None where
        what is stated follows from driver and impact.
    ratio : LikelihoodRatio, optional
        None where there is no such test, for the reason in ``no_ratio``.
    fit : SemFit
        The model with all paths.
    """

    model: DriverImpactModel
    cells: tuple[PatternCell, ...]
    mean_stated: PathMean
    mean_unstated: PathMean
    contrast: PathMean
    within: PathMean | None
    ratio: LikelihoodRatio | None
    no_ratio: str
    fit: SemFit

    @property
    def conclusion(self) -> PatternConclusion:
        """What the two means allow to say; see ``docs/decisions/0031-pattern-before-paths.md``."""
        return conclude(self.contrast, self.mean_stated, self.mean_unstated, self.within)

    @property
    def is_present(self) -> bool:
        """Whether single paths can be read as more than a general evaluation."""
        return self.conclusion == "present"

    @property
    def n_stated(self) -> int:
        """Stated paths from drivers to impacts."""
        return sum(cell.stated for cell in self.cells)

    @property
    def n_unstated(self) -> int:
        """Pairs of a driver and an impact for which no path is stated."""
        return len(self.cells) - self.n_stated

    def tidy(self) -> pd.DataFrame:
        """Return a row per mean and contrast."""
        found = (self.mean_stated, self.mean_unstated, self.contrast, self.within)
        return pd.DataFrame([asdict(row) for row in found if row is not None])

    def paths(self) -> pd.DataFrame:
        """Return a row per pair of driver and impact."""
        return pd.DataFrame([asdict(cell) for cell in self.cells])

    def glance(self) -> pd.DataFrame:
        """Return one row: conclusion, contrast, likelihood ratio."""
        row: dict[str, object] = {
            "conclusion": self.conclusion,
            "n_analysed": self.fit.n_obs,
            "n_stated": self.n_stated,
            "n_unstated": self.n_unstated,
            "mean_stated": self.mean_stated.estimate,
            "mean_unstated": self.mean_unstated.estimate,
            "mean_unstated_conf_low": self.mean_unstated.conf_low,
            "mean_unstated_conf_high": self.mean_unstated.conf_high,
            "contrast": self.contrast.estimate,
            **{name: getattr(self.contrast, name) for name in _TESTED},
        }
        if self.within is not None:
            row |= {WITHIN: self.within.estimate}
            row |= {f"{WITHIN}_{name}": getattr(self.within, name) for name in _TESTED}
        if self.ratio is not None:
            row |= {
                "lr_chisq": self.ratio.chisq,
                "lr_df": self.ratio.df,
                "lr_p_value": self.ratio.p_value,
            }
        return pd.DataFrame([row])

    def __str__(self) -> str:
        contrast = self.contrast
        lines = [
            f"Stated against unstated paths ({self.conclusion}), n = {self.fit.n_obs:,}",
            f"  mean of {self.n_stated} stated {self.mean_stated.estimate:.3f}, "
            f"of {self.n_unstated} unstated {self.mean_unstated.estimate:.3f}",
            f"  difference {contrast.estimate:.3f} [{contrast.conf_low:.3f}, "
            f"{contrast.conf_high:.3f}], z = {contrast.statistic:.1f}",
        ]
        if self.ratio is not None:
            ratio = self.ratio
            lines.append(
                f"  chi-square of the unstated paths {ratio.chisq:.1f} on {ratio.df} df, "
                f"p = {ratio.p_value:.3f}"
            )
        return "\n".join(lines)


_TESTED = tuple(item.name for item in fields(PathMean) if item.name not in ("term", "estimate"))


def conclude(
    contrast: PathMean, mean_stated: PathMean, mean_unstated: PathMean, within: PathMean | None
) -> PatternConclusion:
    """Return what the intervals of two contrasts and of the two means allow to say."""
    if not (contrast.above_zero and mean_stated.above_zero):
        return "general-evaluation" if mean_unstated.above_zero else "undetermined"
    return "present" if within is None or within.above_zero else "uneven"


def pattern_syntax(model: DriverImpactModel, covariates: tuple[str, ...] = ()) -> str:
    """Return the model with all paths and its means as defined parameters, in lavaan's syntax.

    Raises
    ------
    StructureError
        If no path from a driver to an impact is stated or none is unstated, or expected signs
        contradict each other.
    """
    weights = pattern_weights(model)
    pairs = list(weights[STATED])
    labels = {pair: f"b{number}" for number, pair in enumerate(pairs, 1)}
    added = [StructuralPath(f"{a} {b}", a, b) for a, b in model.unstated_pairs]
    everything = replace(model, paths=(*model.paths, *added))
    means = [
        f"{name} := {' + '.join(f'{w!r}*{labels[pair]}' for pair, w in found.items() if w)}"
        for name, found in weights.items()
    ]
    return "\n".join([everything.syntax(covariates, labels), *means])


def fit_pattern(data: pd.DataFrame, tested: DriverImpactResult) -> PathPattern:
    """Fit the model with all paths as a model of the stated ones was fitted, and compare means.

    Parameters
    ----------
    data : DataFrame
        Those of :func:`fit_driver_impact`.
    tested : DriverImpactResult
        The model with the stated paths alone.

    Raises
    ------
    StructureError
        As :func:`pattern_syntax`, and if the fit did not converge, is improper or has no standard
        errors.
    """
    model, options = tested.model, options_of(tested.fit)
    fit = fit_text(data, model, partial(pattern_syntax, model), **options)
    if not fit.converged or np.isnan(fit.vcov).any():
        raise StructureError("the model with all paths did not converge or has no standard errors")
    if not fit.proper:
        raise StructureError("the model with all paths has an improper solution")
    same_engine = tested.fit.engine == fit.engine
    restricted = tested.fit if same_engine else fit_text(data, model, model.syntax, **options)
    means = {
        row.lhs: path_mean(
            row.lhs, row.std_all, row.std_all_se, df=fit.df, conf_level=fit.conf_level
        )
        for row in fit.parameters
        if row.op == ":="
    }
    ratio, no_ratio = _ratio(fit, restricted)
    return PathPattern(
        model=model,
        cells=tuple(_cells(fit, model)),
        mean_stated=means[STATED],
        mean_unstated=means[UNSTATED],
        contrast=means[CONTRAST],
        within=means.get(WITHIN),
        ratio=ratio,
        no_ratio=no_ratio,
        fit=fit,
    )


def path_mean(
    term: str, estimate: float, std_error: float, *, df: float, conf_level: float
) -> PathMean:
    """Return a mean of paths with its test against 0 and its interval, by t or normal."""
    # half a second to import
    from scipy.stats import t as student

    statistic = estimate / std_error if std_error > 0 else math.nan
    half_width = float(student.ppf((1 + conf_level) / 2, df)) * std_error
    return PathMean(
        term=term,
        estimate=estimate,
        std_error=std_error,
        statistic=statistic,
        df=df,
        p_value=2 * float(student.sf(abs(statistic), df)),
        conf_low=estimate - half_width,
        conf_high=estimate + half_width,
    )


def _cells(fit: SemFit, model: DriverImpactModel) -> Iterator[PatternCell]:
    stated = set(model.stated_pairs)
    for impact in model.outcomes:
        for driver in model.drivers:
            row = fit.parameter(impact, "~", driver)
            is_stated = (driver, impact) in stated
            yield PatternCell(driver, impact, is_stated, row.std_all, row.std_all_se)


def _ratio(fit: SemFit, restricted: SemFit) -> tuple[LikelihoodRatio | None, str]:
    """Test the stated paths against all paths, or return why there is no test."""
    try:
        compared = compare(fit, restricted, names=("all", "stated")).models[-1]
    except CoprodError as error:
        return None, str(error)
    test = compared.test
    if test is None or math.isnan(test.p_value):
        return None, "; ".join(warning.message for warning in compared.warnings)
    return LikelihoodRatio(test.statistic, test.df, test.p_value, compared.method), ""
