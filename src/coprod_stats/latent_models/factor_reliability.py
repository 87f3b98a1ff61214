"""Reliability and average variance extracted of the factors of a fit, labelled."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from coprod_stats.results import NotebookTables
from coprod_stats.sem.reliability import model_reliability

if TYPE_CHECKING:
    import pandas as pd

    from coprod_stats.latent_models.labelled_fit import LabelledFit


@dataclass(frozen=True, slots=True)
class FactorCoefficients:
    """Coefficients of one latent variable in one group.

    ``omega`` is over the observed, ``composite_reliability`` over the implied variance of the sum
    of the indicators; ``ave`` is NaN where an indicator loads on another latent variable as well.
    """

    term: str
    group: int
    omega: float
    composite_reliability: float
    ave: float


@dataclass(frozen=True, slots=True)
class FactorReliability(NotebookTables):
    """Reliability of the sums of indicators that a measurement model implies.

    Parameters
    ----------
    factors : tuple of FactorCoefficients
        Latent variables with observed indicators, group by group.
    of_latent_responses : tuple of str
        Latent variables with ordered indicators, whose coefficients are about the responses that
        underlie these, not about sums of the answers.
    """

    factors: tuple[FactorCoefficients, ...]
    of_latent_responses: tuple[str, ...]

    def tidy(self) -> pd.DataFrame:
        """One row per group and latent variable."""
        # a third of a second to import, which the command does without
        import pandas as pd

        names = [item.name for item in fields(FactorCoefficients)]
        return pd.DataFrame([asdict(factor) for factor in self.factors], columns=names)

    def glance(self) -> pd.DataFrame:
        """One row: how many coefficients there are, the lowest of each, and what they are about."""
        # as in tidy()
        import pandas as pd

        table = self.tidy()
        kinds = ("omega", "composite_reliability", "ave")
        return pd.DataFrame(
            {
                "n_factors": [table["term"].nunique()],
                "n_groups": [table["group"].nunique()],
                **{f"lowest_{kind}": [table[kind].min()] for kind in kinds},
                "of_latent_responses": [", ".join(self.of_latent_responses)],
            }
        )

    def __str__(self) -> str:
        text = self.tidy().to_string(index=False, float_format="{:.3f}".format, na_rep="")
        if not self.of_latent_responses:
            return text
        named = ", ".join(self.of_latent_responses)
        return f"{text}\nof latent responses, not of sums of the answers: {named}"


def factor_reliability(fit: LabelledFit) -> FactorReliability:
    """Compute omega, composite reliability and average variance extracted per latent variable.

    Parameters
    ----------
    fit : LabelledFit

    Raises
    ------
    SemOptionError
        Where no latent variable has observed indicators, an indicator is explained by observed
        variables as well, or the model has two levels.
    """
    factors = tuple(
        FactorCoefficients(
            name,
            group + 1,
            float(found.omega[i]),
            float(found.composite_reliability[i]),
            float(found.average_variance_extracted[i]),
        )
        for group, found in enumerate(model_reliability(fit.core))
        for i, name in enumerate(found.latent)
    )
    table = fit.core.table
    underlying = dict.fromkeys(
        row.lhs for row in table if row.op == "=~" and row.rhs in table.ordered
    )
    return FactorReliability(factors, tuple(underlying))
