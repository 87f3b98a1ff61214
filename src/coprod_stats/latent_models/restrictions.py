"""Tests of restrictions within one fit, labelled: Wald tests, and score tests of releasing them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from coprod_stats.latent_models.errors import LatentModelError
from coprod_stats.results import NotebookTables
from coprod_stats.sem.compare import release_tests as core_release_tests
from coprod_stats.sem.compare import wald as core_wald

if TYPE_CHECKING:
    import pandas as pd

    from coprod_stats.latent_models.labelled_fit import LabelledFit
    from coprod_stats.sem.inference.difference_tests import DifferenceTest


@dataclass(frozen=True, slots=True)
class RestrictionTest(NotebookTables):
    """A chi-square test of restrictions; ``term`` names the restrictions."""

    term: str
    statistic: float
    df: int
    p_value: float

    def tidy(self) -> pd.DataFrame:
        """One row."""
        # a third of a second to import, which the command does without
        import pandas as pd

        return pd.DataFrame([asdict(self)])

    def glance(self) -> pd.DataFrame:
        """One row, the same."""
        return self.tidy()

    def __str__(self) -> str:
        return f"{self.term}: chi-square {self.statistic:.3f} on {self.df} df, p {self.p_value:.4f}"


@dataclass(frozen=True, slots=True)
class ReleaseTests(NotebookTables):
    """Score tests of parameters that are held equal.

    Parameters
    ----------
    pairs : tuple of RestrictionTest
        Each pair released separately; several groups are distinguished in brackets.
    together : RestrictionTest
        All of them released.
    """

    pairs: tuple[RestrictionTest, ...]
    together: RestrictionTest

    def tidy(self) -> pd.DataFrame:
        """One row per pair."""
        # as in RestrictionTest.tidy()
        import pandas as pd

        names = [item.name for item in fields(RestrictionTest)]
        return pd.DataFrame([asdict(pair) for pair in self.pairs], columns=names)

    def glance(self) -> pd.DataFrame:
        """One row: the test of releasing all."""
        return self.together.tidy()

    def __str__(self) -> str:
        return "\n".join(map(str, (*self.pairs, self.together)))


def wald(fit: LabelledFit, restrictions: str) -> RestrictionTest:
    """Test equations among parameters without refitting.

    Parameters
    ----------
    fit : LabelledFit
    restrictions : str
        Equations among labels, in the syntax of the model, such as ``a == b; c == 0``. A
        linear one that follows from others adds no degree of freedom.

    Raises
    ------
    LatentModelError
        Where the fit has no standard errors.
    SemError
        If the equations cannot be read, there are none or anything else beside them, nonlinear ones
        follow from each other, or they hold whatever the parameters are.
    """
    if np.isnan(fit.vcov).any():
        raise LatentModelError("wald: the fit has no standard errors")
    lines = (" ".join(line.split()) for line in restrictions.replace(";", "\n").splitlines())
    return _labelled("; ".join(filter(None, lines)), core_wald(fit.core, restrictions))


def release_tests(fit: LabelledFit) -> ReleaseTests:
    """Test parameters that are held equal: each pair released separately, and all together.

    Parameters
    ----------
    fit : LabelledFit

    Raises
    ------
    SemOptionError
        Where nothing is held equal.
    """
    single, total = core_release_tests(fit.core)
    pairs = tuple(
        _labelled(f"{_named(fit, found.first)} == {_named(fit, found.second)}", found.test)
        for found in single
    )
    return ReleaseTests(pairs, _labelled("all released", total))


def _named(fit: LabelledFit, row: int) -> str:
    parameter = fit.parameters[row]
    return f"{parameter.term} [{parameter.group}]" if fit.group_labels else parameter.term


def _labelled(term: str, test: DifferenceTest) -> RestrictionTest:
    return RestrictionTest(term, test.statistic, test.df, test.p_value)
