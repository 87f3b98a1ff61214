"""A first questionnaire file drafted from existing data."""

from coprod_stats.responses.drafting.drafting import Drafted, DraftError, draft_instrument

__all__ = ["DraftError", "Drafted", "draft_instrument"]
