"""Labels and tones of conclusions, the same in every section."""

from __future__ import annotations

import math

from coprod_stats.analyses.findings import Finding
from coprod_stats.documents.document import Badge, Text, Tone, text
from coprod_stats.documents.numbers import bounded
from coprod_stats.literals import Conclusion

TONES: dict[Conclusion, Tone] = {
    "supported": "positive",
    "supported-negligible": "neutral",
    "opposite": "negative",
    "equivalent": "neutral",
    "inconclusive": "caution",
    "not-estimated": "caution",
}
CONCLUSION_LABELS: dict[Conclusion, str] = {
    "supported": "supported",
    "supported-negligible": "supported, negligible",
    "opposite": "opposite",
    "equivalent": "equivalent",
    "inconclusive": "inconclusive",
    "not-estimated": "not estimated",
}


def conclusion_mark(finding: Finding) -> Badge:
    """Return the mark of a conclusion alone, for a narrow cell."""
    kind = finding.conclusion
    return Badge(CONCLUSION_LABELS[kind], TONES[kind], mark_alone=True)


def conclusion_badge(finding: Finding) -> Text:
    """Return a conclusion; an inconclusive one with the smallest bound that is excluded."""
    badge = Badge(CONCLUSION_LABELS[finding.conclusion], TONES[finding.conclusion])
    if finding.gate:
        return text(badge, f" {finding.gate}")
    if finding.conclusion != "inconclusive" or math.isnan(finding.smallest_bound):
        return text(badge)
    return text(badge, f" |β|\u00a0<\u00a0{bounded(finding.smallest_bound)}")
