"""The flow from the rows of a file to the respondents analysed."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from coprod_stats.results import NotebookTables


@dataclass(frozen=True, slots=True)
class FlowStep:
    """Respondents remaining after a step, and why the others were excluded."""

    step: str
    n_left: int
    n_out: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SampleFlow(NotebookTables):
    """The flow of respondents: ``n_left`` of a step is that of the step before less ``n_out``."""

    steps: tuple[FlowStep, ...]

    def then(self, step: str, n_left: int, reason: str = "") -> SampleFlow:
        """Add a step."""
        before = self.steps[-1].n_left if self.steps else n_left
        return SampleFlow((*self.steps, FlowStep(step, n_left, before - n_left, reason)))

    def tidy(self) -> pd.DataFrame:
        """One row per step."""
        return pd.DataFrame(
            {
                "term": [step.step for step in self.steps],
                "n_left": [step.n_left for step in self.steps],
                "n_out": [step.n_out for step in self.steps],
                "reason": [step.reason for step in self.steps],
            }
        )

    def glance(self) -> pd.DataFrame:
        """One row: respondents at the start and at the end."""
        return pd.DataFrame(
            {"n_start": [self.steps[0].n_left], "n_analysed": [self.steps[-1].n_left]}
        )
