"""A fitted structural equation model and its methods."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

from coprod_stats.files.writing import write_file
from coprod_stats.latent_models.errors import LatentModelError
from coprod_stats.latent_models.labelled_fit import FittedParameter, LabelledFit
from coprod_stats.latent_models.sem_json import as_json, fit_document
from coprod_stats.latent_models.sem_summary import summary_text
from coprod_stats.results import NotebookTables

if TYPE_CHECKING:
    import pandas as pd

    from coprod_stats.latent_models.factor_reliability import FactorReliability
    from coprod_stats.latent_models.heterotrait_monotrait import (
        HeterotraitMonotrait,
        HtmtVersion,
    )
    from coprod_stats.latent_models.residuals import Residuals
    from coprod_stats.latent_models.restrictions import ReleaseTests, RestrictionTest
    from coprod_stats.sem.factor_scores import ScoreMethod


@dataclass(frozen=True, slots=True, repr=False)
class SemFit(LabelledFit, NotebookTables):
    """A fitted structural equation model.

    Its attributes are described in
    :class:`~coprod_stats.latent_models.labelled_fit.LabelledFit`.
    """

    def parameter(
        self, lhs: str, op: str, rhs: str, *, group: int = 1, level: int | None = None
    ) -> FittedParameter:
        """Return one parameter; the sides of ``~~`` may be in either order.

        Parameters
        ----------
        lhs, op, rhs : str
        group : int
        level : int, optional
            By default the first that has the parameter.

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
        """One row per parameter that could be freed, by expected decrease of the statistic."""
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

    def residuals(self) -> Residuals:
        """Compare the sample moments with the implied ones, raw and standardized.

        Raises
        ------
        SemOptionError
            With two levels.
        """
        # loaded on demand: `coprod sem` starts without it
        from coprod_stats.latent_models.residuals import residuals

        return residuals(self)

    def reliability(self) -> FactorReliability:
        """Compute omega, composite reliability and average variance extracted per factor.

        Raises
        ------
        SemOptionError
            Where no latent variable has observed indicators, an indicator is explained by observed
            variables as well, or the model has two levels.
        """
        # as in residuals()
        from coprod_stats.latent_models.factor_reliability import factor_reliability

        return factor_reliability(self)

    def htmt(self, version: HtmtVersion = 2) -> HeterotraitMonotrait:
        """Compute the heterotrait-monotrait ratio of each pair of factors.

        Version 2 takes geometric, version 1 arithmetic means of correlations.

        Raises
        ------
        LatentModelError
            At an indicator of two factors, or with fewer than two factors that have two.
        SemOptionError
            With two levels.
        """
        # as in residuals()
        from coprod_stats.latent_models.heterotrait_monotrait import heterotrait_monotrait

        return heterotrait_monotrait(self, version=version)

    def wald(self, restrictions: str) -> RestrictionTest:
        """Test equations among labels, such as ``a == b; c == 0``, without refitting.

        Raises
        ------
        LatentModelError
            Where the fit has no standard errors.
        SemError
            Where the equations cannot be read or depend on each other.
        """
        # as in residuals()
        from coprod_stats.latent_models.restrictions import wald

        return wald(self, restrictions)

    def release_tests(self) -> ReleaseTests:
        """Test parameters that are held equal: each pair released separately, and all together.

        Raises
        ------
        SemOptionError
            Where nothing is held equal.
        """
        # as in residuals()
        from coprod_stats.latent_models.restrictions import release_tests

        return release_tests(self)

    def glance(self) -> pd.DataFrame:
        """One row: estimator, rows, convergence and admissibility, and fit indices."""
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

        A number that does not apply is omitted; NaN is never written.

        Parameters
        ----------
        path : str or Path, optional
            File to write, UTF-8.
        """
        text = as_json(fit_document(self))
        if path is not None:
            write_file(path, text)
        return text

    def __str__(self) -> str:
        return summary_text(self)

    def __repr__(self) -> str:
        state = "proper" if self.proper else "improper" if self.converged else "not converged"
        return (
            f"<SemFit {self.estimator} by {self.engine}: {self.n_obs} of {self.n_rows} rows, "
            f"{self.fit['npar']:.0f} parameters, {state}>"
        )
