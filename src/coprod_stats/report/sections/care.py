"""Careless responding."""

from __future__ import annotations

from coprod_stats.analyses.registry import kind_of
from coprod_stats.counts import counted
from coprod_stats.documents.document import CrossReference, Paragraph, Section, emphasis, text
from coprod_stats.documents.numbers import COUNT, NumberFormat, percent
from coprod_stats.documents.tables import Role, frame_table
from coprod_stats.study import StudyResult


def care_section(study: StudyResult) -> Section:
    """Compose the rules for flagging careless responding, and the share flagged."""
    rules = study.plan.form.quality
    table = study.flags.tidy()
    table["applies"] = [
        "yes" if applies else f"no: {reason}"
        for applies, reason in zip(table["applies"], table["reason"], strict=True)
    ]
    return Section(
        "care",
        "Careless responding",
        (
            Paragraph(
                text(
                    f"A respondent is flagged when indices of at least {rules.flags_needed} "
                    f"independent families agree. {_found(study)} ",
                    CrossReference("care-table"),
                    " gives the rules, which were fixed before the data were seen.",
                )
            ),
            frame_table(
                table,
                anchor="care-table",
                title=text("Indices of Careless Responding"),
                columns=["rule", "family", "applies", "n_computed", "n_hits", "share", "source"],
                roles={
                    "rule": Role(text("Rule"), align="left"),
                    "family": Role(text("Family"), align="left"),
                    "applies": Role(text("Applicable"), align="left"),
                    "n_computed": Role(text(emphasis("n")), COUNT),
                    "n_hits": Role(text("Beyond limit"), COUNT),
                    "share": Role(text("Share"), NumberFormat("percent", 1)),
                    "source": Role(text("Source"), align="left"),
                },
            ),
        ),
    )


def _found(study: StudyResult) -> str:
    """Describe how many are flagged, or that nobody can be, and the consequence."""
    flags = study.flags
    if not flags.decisive:
        kinds = ", ".join(flags.applicable_families) or "none"
        return (
            f"Nobody can be flagged here: of the {len(flags.rules.families)} families of indices, "
            f"{counted(len(flags.applicable_families), 'is', 'are')} available with this "
            f"questionnaire and its data ({kinds}), and at least {flags.rules.min_families} must "
            "agree. That nobody is flagged does not show that everybody answered carefully."
        )
    summary = flags.glance().iloc[0]
    return (
        f"Of the {counted(int(summary['n_respondents']), 'respondent')} in the sample, "
        f"{counted(int(summary['n_flagged']), 'is', 'are')} flagged "
        f"({percent(summary['share_flagged'])}). {_treatment(study)}"
    )


def _treatment(study: StudyResult) -> str:
    """Describe which specifications exclude flagged respondents."""
    if not study.plan.form.quality.exclude_flagged:
        return "By the plan, they are kept in all analyses."
    parts = [
        (kind.part_title(entry.form, part), getattr(part, "include_flagged", False))
        for entry in study.analyses
        for kind in [kind_of(entry.form)]
        for part in kind.parts(entry.form)
    ]
    kept = [f"“{title}”" for title, is_kept in parts if is_kept]
    if len(kept) == len(parts):
        return "Every specification of the plan includes them."
    return f"They are excluded from the analyses{', except in ' if kept else ''}{', '.join(kept)}."
