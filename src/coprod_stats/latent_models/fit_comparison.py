"""Comparison of nested fits in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coprod_stats.latent_models.comparison import YEARS, ComparedModel, compare_models
from coprod_stats.latent_models.errors import LatentModelError
from coprod_stats.latent_models.nested_model import model_of_fit
from coprod_stats.latent_models.sem_fit import SemFit
from coprod_stats.literals import DifferenceScaling
from coprod_stats.results import NotebookTables

if TYPE_CHECKING:
    import pandas as pd

_INDICES = ("cfi", "rmsea", "srmr")


@dataclass(frozen=True, slots=True)
class Comparison(NotebookTables):
    """Nested models, the least restricted first, each tested against the one before it.

    ``comparison["p_value"]`` is a column of ``tidy()``.
    """

    models: tuple[ComparedModel, ...]

    def __getitem__(self, column: str) -> pd.Series:
        return self.tidy()[column]

    def tidy(self) -> pd.DataFrame:
        """One row per model; the differences are from the model before.

        CFI and RMSEA are the scaled ones where the test of the model is scaled.
        """
        # a third of a second to import, which the command does without
        import pandas as pd

        rows = [
            {
                "term": model.name,
                "df": model.df,
                "chisq": model.chisq,
                "chisq_diff": None if model.test is None else model.test.statistic,
                "df_diff": None if model.test is None else model.test.df,
                "p_value": None if model.test is None else model.test.p_value,
                **{name: getattr(model, name) for name in _INDICES},
                **{f"delta_{name}": getattr(model, f"delta_{name}") for name in _INDICES},
                "aic": model.aic,
                "bic": model.bic,
                "method": model.method,
                "warnings": "; ".join(f"{found.code} {found.message}" for found in model.warnings),
            }
            for model in self.models
        ]
        table = pd.DataFrame(rows)
        numbers = table.columns.difference(["term", "method", "warnings", "df"])
        return table.astype(dict.fromkeys(numbers, float))

    def glance(self) -> pd.DataFrame:
        """One row: how many models, the methods of their tests, how many warnings."""
        # as in tidy()
        import pandas as pd

        methods = dict.fromkeys(model.method for model in self.models if model.method)
        return pd.DataFrame(
            {
                "n_models": [len(self.models)],
                "method": [", ".join(methods)],
                "n_warnings": [sum(len(model.warnings) for model in self.models)],
            }
        )

    def __str__(self) -> str:
        table = self.tidy()
        shown = table.drop(columns=["aic", "bic", "method", "warnings", *_INDICES])
        shown["df_diff"] = shown["df_diff"].astype("Int64")
        text = shown.to_string(index=False, float_format="{:.3f}".format, na_rep="")
        notes = [f"Difference test: {self.glance()['method'].item()}"]
        notes += [
            f"Warning {found.code}, {model.name}: {found.message}"
            for model in self.models
            for found in model.warnings
        ]
        return "\n".join([text, *notes])


def compare(
    *fits: SemFit, difference: DifferenceScaling = "default", names: Sequence[str] = ()
) -> Comparison:
    """Test nested models against each other, in order of their degrees of freedom.

    Parameters
    ----------
    *fits : SemFit
        Two or more, of the same data by the same method.
    difference : str
        Scaling of the difference of scaled statistics, by the year of the paper of Satorra (and
        Bentler), ``2000``, ``2001`` or ``2010``, or by its name in lavaan, ``satorra.2000``,
        ``satorra.bentler.2001`` or ``satorra.bentler.2010``. ``default`` is lavaan's: 2001 for
        tests scaled by their mean, 2000 for those adjusted for mean and variance.
    names : sequence of str
        One per fit; by default ``model_1`` and so on.

    Raises
    ------
    LatentModelError
        If the fits cannot be compared, or names do not match them.
    SemOptionError
        If the scaling does not apply to these fits.
    """
    if difference not in YEARS:
        known = ", ".join(map(repr, YEARS))
        raise LatentModelError(f"compare: difference is one of {known}, not {difference!r}")
    named = tuple(names) or tuple(f"model_{place}" for place in range(1, len(fits) + 1))
    if len(set(named)) != len(fits):
        raise LatentModelError(f"compare: {len(fits)} fits need as many distinct names")
    models = [model_of_fit(name, fit) for name, fit in zip(named, fits, strict=True)]
    return Comparison(compare_models(models, YEARS[difference]))
