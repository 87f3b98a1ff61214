"""A first questionnaire file from somebody else's data."""

from coprod_stats.responses.drafting.drafting import Drafted, DraftError, draft_instrument

__all__ = ["DraftError", "Drafted", "draft_instrument"]
