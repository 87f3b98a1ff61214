"""Labels, rules and findings that a section of a report needs beside the result."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from coprod_stats.analyses.findings import Finding
from coprod_stats.counts import counted
from coprod_stats.documents.numbers import bounded
from coprod_stats.instruments.model import Instrument, Item
from coprod_stats.instruments.variables import without_marks
from coprod_stats.literals import Adjustment, AnalysisRole
from coprod_stats.plans.hypotheses import Hypothesis
from coprod_stats.plans.model import AnalysisForm, PlanForm, RespondentChoice
from coprod_stats.structure.covariates import indicator_name

ADJUSTMENTS: dict[Adjustment, str] = {
    "holm": "by Holm’s method",
    "fdr_bh": "by the method of Benjamini and Hochberg",
}


ROLES: dict[AnalysisRole, str] = {
    "confirmatory": "confirmatory",
    "robustness": "a test of robustness",
    "check": "a check of the computation",
    "exploratory": "exploratory",
}


def anchor_of(*parts: str) -> str:
    """Return an anchor made of names: lower-case letters and digits, joined by hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", "-".join(parts).lower()).strip("-")


def construct_label(instrument: Instrument, name: str) -> str:
    """Return the title of a scale, index, derived variable or item by its id."""
    titles = {
        **{entry.id: entry.title for entry in instrument.administrative},
        **{entry.id: entry.title for entry in instrument.derived},
        **{entry.id: entry.title for entry in instrument.indices},
        **{entry.id: entry.title for entry in instrument.scales},
    }
    found = str(titles[name]) if name in titles else None
    if found is None:
        item = next((item for item in instrument.items if item.id == name), None)
        found = name if item is None else item_label(instrument, item)
    return found.split(" (")[0]


def item_label(instrument: Instrument, item: Item) -> str:
    """Return the wording of an item with its placeholders filled by their fallbacks."""
    return without_marks(item.text, instrument.placeholders)


REVERSED = " (R)"
"""Mark of an item whose answers are reverse-scored, behind its id."""
REVERSED_NOTE = "(R): worded against its scale, and reverse-scored."


def item_mark(instrument: Instrument, name: str) -> str:
    """Return the id of an item, marked if it is reverse-scored."""
    item = next((item for item in instrument.items if item.id == name), None)
    return f"{name}{REVERSED}" if item is not None and item.reverse else name


def reversed_note(names: Iterable[str]) -> str:
    """Return the note that explains the mark, if any of the names that are printed has it."""
    return f" {REVERSED_NOTE}" if any(REVERSED in name for name in names) else ""


@dataclass(frozen=True, eq=False, slots=True)
class ReportWords:
    """Labels, rules and decided findings of one analysis.

    Attributes
    ----------
    findings : tuple of Finding
        Of the analysis, with adjusted p values and conclusions.
    n_respondents : int
        Rows of the file that were kept.
    """

    plan: PlanForm
    instrument: Instrument
    hypotheses: tuple[Hypothesis, ...]
    findings: tuple[Finding, ...]
    n_respondents: int

    def label(self, name: str) -> str:
        """Return the title of a variable for readers."""
        return construct_label(self.instrument, name)

    def item(self, name: str) -> str:
        """Return the id of an item, marked if it is reverse-scored."""
        return item_mark(self.instrument, name)

    def covariate(self, column: str) -> str:
        """Return the title of a covariate, with the level that an indicator stands for."""
        for name in self.plan.covariates:
            if column == name:
                return self.label(name)
            item = next((item for item in self.instrument.items if item.id == name), None)
            options = item.responses.options if item is not None and item.responses else ()
            for option in options:
                if column == indicator_name(name, float(option.value)):
                    return f"{self.label(name)} {option.label}"
        return column

    def anchor(self, form: AnalysisForm, *parts: str) -> str:
        """Return an anchor that is unique to the analysis."""
        return anchor_of(form.id, *parts)

    def of(self, specification: str) -> tuple[Finding, ...]:
        """Return the findings of one specification."""
        return tuple(entry for entry in self.findings if entry.specification == specification)

    def adjusted(self, findings: tuple[Finding, ...]) -> str:
        """Describe the adjustment of the p values of some findings."""
        family = next(entry for entry in findings)
        rule = self.plan.inference.families.get(family.family)
        method = ADJUSTMENTS[rule.adjustment if rule else "holm"]
        return f"values adjusted {method} over {counted(family.family_size, 'test')}"

    def basis(self, choice: RespondentChoice, role: AnalysisRole) -> str:
        """Describe whose answers an estimate rests on, and what it is for, where either is special.

        Empty for a confirmatory estimate among the plan's respondents.
        """
        said = []
        if role != "confirmatory":
            said.append(f"This analysis is {ROLES[role]}; it confirms nothing.")
        chosen = choice.respondents
        if chosen is not None:
            who = " and ".join(filter(None, (", ".join(chosen.classes), chosen.where)))
            said.append(f"Its respondents are not those of the plan, but: {who or 'everybody'}.")
        if choice.where:
            said.append(f"Only respondents with {choice.where}.")
        if choice.include_flagged:
            said.append("Respondents flagged as careless are included.")
        if choice.without:
            said.append(f"Not taken into account: {', '.join(choice.without)}.")
        return " ".join(said)

    @property
    def level(self) -> str:
        """Level of the intervals, as it is printed."""
        return f"{100 * (1 - self.plan.inference.alpha):.3g}%"

    @property
    def alpha(self) -> str:
        """Level of the tests, as printed."""
        return bounded(self.plan.inference.alpha)
