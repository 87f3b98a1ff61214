"""The registry of kinds of analysis. A new kind is one line here."""

from __future__ import annotations

from typing import Any

from coprod_stats.analyses.kind import Kind
from coprod_stats.analyses.necessity import Necessity
from coprod_stats.analyses.paths.binding import Paths
from coprod_stats.analyses.regression import Regression
from coprod_stats.literals import HypothesisKind
from coprod_stats.plans.model import AnalysisForm

KINDS: tuple[Kind[Any, Any], ...] = (Paths(), Necessity(), Regression())


def kind_of(form: AnalysisForm) -> Kind[Any, Any]:
    """Return the kind whose grammar an analysis of a plan follows."""
    return next(kind for kind in KINDS if type(form) is kind.form)


def kinds_that_claim(hypothesis: HypothesisKind) -> tuple[str, ...]:
    """Return the names of the kinds of analysis that can test hypotheses of a kind."""
    return tuple(kind.name for kind in KINDS if hypothesis in kind.claims)
