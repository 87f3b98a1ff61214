"""Scale scores and formative indices."""

from coprod_stats.scoring.formative_indices import FormativeIndices, formative_indices
from coprod_stats.scoring.reverse_scoring import keyed_answers, reverse_score
from coprod_stats.scoring.scale_scores import Scores, score
from coprod_stats.scoring.scoring_rules import ScoringRule

__all__ = [
    "FormativeIndices",
    "Scores",
    "ScoringRule",
    "formative_indices",
    "keyed_answers",
    "reverse_score",
    "score",
]
