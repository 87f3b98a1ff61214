"""Flags of careless responding: which respondents, by which rules, for which reasons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coprod_stats.counts import counted
from coprod_stats.errors import CoprodError
from coprod_stats.quality.careless_indices import CarelessIndices, careless_indices
from coprod_stats.quality.row_blocks import row_patterns
from coprod_stats.responses import Responses
from coprod_stats.results import NotebookTables

Family = Literal["speed", "straightlining", "outlier", "attention", "inconsistency"]
Direction = Literal["above", "below"]


class FlagRuleError(CoprodError):
    """A set of rules that can flag no respondent."""


@dataclass(frozen=True, slots=True)
class FlagRule:
    """One index and the value beyond which it suggests careless responding.

    Parameters
    ----------
    index : str
        Name of the index.
    family : str
        What it detects; two indices of one family are not independent evidence.
    direction : {"above", "below"}
        On which side of the limit the rule applies; the limit itself does not count.
    limit : float
        The cut-off.
    label : str
        The rule in words.
    source : str
        Reference for the cut-off.
    """

    index: str
    family: Family
    direction: Direction
    limit: float
    label: str
    source: str

    def hits(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return whether each value is beyond the limit; a missing value is not."""
        return values > self.limit if self.direction == "above" else values < self.limit


@dataclass(frozen=True, slots=True)
class FlagRules:
    """Rules fixed before the data are seen, and how many families of indices must agree."""

    rules: tuple[FlagRule, ...]
    min_families: int = 2

    @property
    def families(self) -> tuple[Family, ...]:
        """Families that the rules cover."""
        return tuple(dict.fromkeys(rule.family for rule in self.rules))

    def __post_init__(self) -> None:
        n_families = len(self.families)
        if not 1 <= self.min_families <= n_families:
            raise FlagRuleError(
                f"the rules require {counted(self.min_families, 'family', 'families')} of indices "
                f"and cover {n_families}"
            )


FLAG_RULES = FlagRules(
    (
        FlagRule(
            "seconds_per_item",
            "speed",
            "below",
            2.0,
            "faster than 2 seconds per item",
            "Huang, Curran, Keeney, Poposki & DeShon (2012)",
        ),
        FlagRule(
            "longstring_share",
            "straightlining",
            "above",
            0.5,
            "same answer to more than half of a run of items",
            "Curran (2016)",
        ),
        FlagRule(
            "mahalanobis_p",
            "outlier",
            "below",
            0.001,
            "Mahalanobis distance, p < .001",
            "Meade & Craig (2012); Tabachnick & Fidell (2013)",
        ),
        FlagRule(
            "attention_failed",
            "attention",
            "above",
            0.0,
            "attention item failed",
            "Meade & Craig (2012)",
        ),
        FlagRule(
            "even_odd",
            "inconsistency",
            "above",
            -0.30,
            "even-odd consistency below .30",
            "Jackson (1977), as in Curran (2016)",
        ),
    )
)
"""The project's rules. The person-total correlation is not used: like Mahalanobis distance it picks
up unusual answers, which a person in an unusual situation may give carefully; nor is the
intra-individual standard deviation, which has no accepted cut-off and duplicates
longstring."""


@dataclass(frozen=True, slots=True, eq=False)
class Flags(NotebookTables):
    """Flags of careless responding.

    Parameters
    ----------
    indices : CarelessIndices
        The indices that the rules use.
    rules : FlagRules
        The rules.
    hits : ndarray of bool, shape (n_respondents, n_rules)
        Which respondents are beyond the limit of which rule.
    """

    indices: CarelessIndices
    rules: FlagRules
    hits: NDArray[np.bool_]

    @property
    def n_families(self) -> NDArray[np.intp]:
        """Number of families in which each respondent exceeds a limit, (n_respondents,)."""
        families = np.array([rule.family for rule in self.rules.rules])
        by_family = [self.hits[:, families == family].any(axis=1) for family in np.unique(families)]
        return np.asarray(np.sum(by_family, axis=0), dtype=np.intp)

    @property
    def applicable_families(self) -> tuple[Family, ...]:
        """Families with at least one index that can be computed on this form."""
        rules = self.rules.rules
        applying = (rule.family for rule in rules if not self.indices[rule.index].unavailable)
        return tuple(dict.fromkeys(applying))

    @property
    def decisive(self) -> bool:
        """Whether the form allows enough families for any respondent to be flagged."""
        return len(self.applicable_families) >= self.rules.min_families

    @property
    def flagged(self) -> NDArray[np.bool_]:
        """Whether each respondent is flagged, (n_respondents,)."""
        return self.n_families >= self.rules.min_families

    def tidy(self) -> pd.DataFrame:
        """One row per rule: its source, whether it applies, and how many respondents it finds."""
        rows = []
        for rule, hits in zip(self.rules.rules, self.hits.T, strict=True):
            index = self.indices[rule.index]
            n_computed = int(index.computed.sum())
            rows.append(
                {
                    "term": rule.index,
                    "rule": rule.label,
                    "family": rule.family,
                    "source": rule.source,
                    "applies": not index.unavailable,
                    "n_computed": n_computed,
                    "n_hits": int(hits.sum()),
                    "share": hits.sum() / n_computed if n_computed else np.nan,
                    "reason": index.unavailable,
                }
            )
        return pd.DataFrame(rows)

    def glance(self) -> pd.DataFrame:
        """One row: how many are flagged, and whether the form allows enough families for it."""
        n_respondents = self.hits.shape[0]
        return pd.DataFrame(
            {
                "n_respondents": [n_respondents],
                "n_flagged": [int(self.flagged.sum())],
                "share_flagged": [self.flagged.mean() if n_respondents else np.nan],
                "min_families": [self.rules.min_families],
                "n_families_applicable": [len(self.applicable_families)],
                "decisive": [self.decisive],
            }
        )

    def augment(self) -> pd.DataFrame:
        """One row per respondent: whether flagged, and the reasons."""
        labels = np.array([rule.label for rule in self.rules.rules], dtype=object)
        patterns, which = row_patterns(self.hits.T, n_rows=len(self.hits))
        texts = np.array(["; ".join(labels[pattern]) for pattern in patterns], dtype=object)
        return pd.DataFrame(
            {
                "respondent": self.indices.respondents.to_numpy(),
                "flagged": self.flagged,
                "n_families": self.n_families,
                "reasons": texts[which],
            },
            index=self.indices.respondents.index,
        )

    def __str__(self) -> str:
        head = self.glance().iloc[0]
        table = self.tidy()[["rule", "applies", "n_computed", "n_hits", "reason"]]
        rule = f"beyond limits in {self.rules.min_families} or more families of indices"
        if not self.decisive:
            rule += f"; this form allows {len(self.applicable_families)}"
        respondents = counted(int(head["n_respondents"]), "respondent")
        found = f"{head['n_flagged']} of {respondents} flagged ({rule})"
        return f"{found}\n{table.to_string(index=False)}"


def flag_careless(responses: Responses, *, rules: FlagRules = FLAG_RULES) -> Flags:
    """Flag careless respondents by rules fixed beforehand.

    A respondent is flagged when indices of at least ``rules.min_families`` families are beyond
    their limits; a rule whose index cannot be computed flags nobody and states why.

    Raises
    ------
    FlagRuleError
        If a rule names an index that does not exist.
    """
    indices = careless_indices(responses)
    known = {index.name for index in indices.indices}
    if unknown := [rule.index for rule in rules.rules if rule.index not in known]:
        raise FlagRuleError(
            f"there is no index {', '.join(unknown)}; use {', '.join(sorted(known))}"
        )
    hits = np.column_stack([rule.hits(indices[rule.index].values) for rule in rules.rules])
    return Flags(indices, rules, hits)
