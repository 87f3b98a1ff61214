"""What a fitted structural equation model holds, whichever engine made it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING

from coprod_stats.latent_models.errors import LatentModelError
from coprod_stats.latent_models.sem_json import as_json, fit_document
from coprod_stats.latent_models.sem_summary import summary_text
from coprod_stats.latent_models.specification import Specification

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from coprod_stats.sem.factor_scores import ScoreMethod
    from coprod_stats.sem.results import SemFit as CoreFit


@dataclass(frozen=True, slots=True)
class FittedParameter:
    """One parameter with its estimate; NaN where a column does not apply.

    ``se`` is 0 for a fixed parameter, as lavaan has it. ``std_lv`` is standardised by the
    variances of the latent variables, ``std_all`` by those of all variables, ``std_nox`` by those
    of all but the exogenous observed ones; ``std_all_se`` is the delta-method error of
    ``std_all``. ``level`` is 1 within and 2 between clusters, and 0 in a single-level model.
    """

    lhs: str
    op: str
    rhs: str
    group: int
    label: str
    free: bool
    est: float
    se: float
    z: float
    pvalue: float
    ci_lower: float
    ci_upper: float
    std_lv: float
    std_all: float
    std_nox: float
    std_all_se: float
    level: int = 0

    @property
    def term(self) -> str:
        """The parameter in the words of the model text, as ``QUA ~ DRREL``."""
        return f"{self.lhs} {self.op} {self.rhs}".rstrip()


@dataclass(frozen=True, slots=True)
class FitWarning:
    """Something about a fit that its reader must know, with a stable code."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class AskedAndUsed:
    """One option of a fit: what was asked for, what was used, and why they differ if they do."""

    asked: str | int | float | bool | None
    used: str | int | float | bool | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class SemFit:
    """A fitted structural equation model.

    Parameters
    ----------
    parameters : tuple of FittedParameter
        In the order of the parameter table: the model text's, then defaults.
    fit : dict of str to float
        Test of the model and fit indices by their names in the JSON layout; not to be changed.
    r_squared : tuple of dict of str to float
        Explained variance of every endogenous variable and indicator, one mapping per group; with
        two levels, within and between clusters group by group.
    estimator, engine : str
        As used.
    n_obs, n_rows : int
        Rows analysed, and rows given.
    group_labels : tuple of str
        Empty for one group.
    converged : bool
        Whether the gradient at the solution is as good as zero.
    proper : bool
        Converged, no negative variance, no correlation of 1 or beyond, information of full rank.
    warnings : tuple of FitWarning
        What is wrong or remarkable.
    asked_and_used : dict of str to AskedAndUsed
        Ledger of the options; not to be changed.
    observed, latent : tuple of str
        Variables; ``sample_cov`` and ``implied_cov`` run over the observed ones.
    sample_cov, implied_cov : tuple of (n_observed, n_observed) ndarray
        One per group, divisor N. With two levels, the unrestricted estimates within and between
        clusters group by group, over the observed variables of each level.
    vcov : ndarray of shape (n_free, n_free)
        Covariance matrix of the estimates of the rows that are free, in order of the table.
    conf_level : float
        Level of the intervals.
    df : float
        Degrees of freedom of tests and intervals of coefficients; infinite for the normal.
    specification : Specification
        What was asked.
    core : CoreFit
        The fit as arrays, for further tests.
    level_labels : tuple of str
        ``within`` and the column of the clusters; empty in a single-level model.
    n_clusters : tuple of int
        With two levels, clusters per group.
    intraclass_correlations : tuple of dict of str to float
        With two levels, shares of variance between clusters by variable, one mapping per group.
    """

    parameters: tuple[FittedParameter, ...]
    fit: dict[str, float]
    r_squared: tuple[dict[str, float], ...]
    estimator: str
    engine: str
    n_obs: int
    n_rows: int
    group_labels: tuple[str, ...]
    converged: bool
    proper: bool
    warnings: tuple[FitWarning, ...]
    asked_and_used: dict[str, AskedAndUsed]
    observed: tuple[str, ...]
    latent: tuple[str, ...]
    sample_cov: tuple[NDArray[np.float64], ...]
    implied_cov: tuple[NDArray[np.float64], ...]
    vcov: NDArray[np.float64]
    conf_level: float
    df: float
    specification: Specification
    core: CoreFit = field(repr=False)
    level_labels: tuple[str, ...] = ()
    n_clusters: tuple[int, ...] = ()
    intraclass_correlations: tuple[dict[str, float], ...] = ()

    def parameter(
        self, lhs: str, op: str, rhs: str, *, group: int = 1, level: int | None = None
    ) -> FittedParameter:
        """Find one parameter; the sides of ``~~`` may stand in either order.

        Parameters
        ----------
        lhs, op, rhs : str
        group : int
        level : int, optional
            The first that has the parameter if left out.

        Raises
        ------
        LatentModelError
            If the model has no such parameter.
        """
        wanted = {(lhs, rhs), (rhs, lhs)} if op == "~~" else {(lhs, rhs)}
        for row in self.parameters:
            place = row.group == group and level in (None, row.level)
            if row.op == op and place and (row.lhs, row.rhs) in wanted:
                return row
        where = f"group {group}" if level is None else f"group {group}, level {level}"
        raise LatentModelError(f"the model has no parameter {lhs} {op} {rhs} in {where}")

    def tidy(self) -> pd.DataFrame:
        """One row per parameter."""
        # a third of a second to import, which the command does without
        import pandas as pd

        table = pd.DataFrame([asdict(row) for row in self.parameters])
        if not self.level_labels:
            table = table.drop(columns="level")
        table.insert(0, "term", [row.term for row in self.parameters])
        names = {
            "est": "estimate",
            "se": "std_error",
            "z": "statistic",
            "pvalue": "p_value",
            "ci_lower": "conf_low",
            "ci_upper": "conf_high",
        }
        first = ["term", *names.values()]
        renamed = table.rename(columns=names)
        return renamed[first + [name for name in renamed.columns if name not in first]]

    def modification_indices(self) -> pd.DataFrame:
        """One row per parameter that could be freed, by the expected fall of the statistic."""
        # as in tidy()
        import pandas as pd

        from coprod_stats.latent_models.modification import ModificationIndex, modification_indices

        names = [item.name for item in fields(ModificationIndex)]
        return pd.DataFrame([asdict(row) for row in modification_indices(self)], columns=names)

    def factor_scores(self, method: ScoreMethod | None = None) -> pd.DataFrame:
        """One row per case of the data, a column per latent variable; NaN where not scored.

        Without a method, regression scores, or empirical Bayes modal ones of ordered variables.

        Raises
        ------
        SemOptionError
            Where this model has no such scores.
        """
        # as in tidy()
        import pandas as pd

        from coprod_stats.sem.factor_scores import factor_scores

        found = factor_scores(self.core, method)
        return pd.DataFrame(found.scores, columns=list(found.latent))

    def glance(self) -> pd.DataFrame:
        """One row: what was fitted to how many rows, whether to trust it, how well it fits."""
        # as in tidy()
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "estimator": self.estimator,
                    "engine": self.engine,
                    "n_obs": self.n_obs,
                    "n_rows": self.n_rows,
                    "converged": self.converged,
                    "proper": self.proper,
                    **self.fit,
                }
            ]
        )

    def to_json(self, path: str | Path | None = None) -> str:
        """Write the fit in the layout of ``coprod sem --json``, and return the text.

        A number that does not apply is left out; NaN is never written.

        Parameters
        ----------
        path : str or Path, optional
            File to write, UTF-8.
        """
        text = as_json(fit_document(self))
        if path is not None:
            Path(path).write_text(text, encoding="utf-8")
        return text

    def __str__(self) -> str:
        return summary_text(self)
