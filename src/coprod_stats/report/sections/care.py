"""How carefully the questions were answered."""

from __future__ import annotations

from coprod_stats.analyses.registry import kind_of
from coprod_stats.documents.document import CrossReference, Paragraph, Section, emphasis, text
from coprod_stats.documents.numbers import COUNT, NumberFormat, count, percent
from coprod_stats.documents.tables import Role, frame_table
from coprod_stats.study import StudyResult


def care_section(study: StudyResult) -> Section:
    """Compose the rules that find careless answers, and whom they find."""
    rules = study.plan.form.quality
    table = study.flags.tidy()
    table["applies"] = [
        "yes" if applies else f"no: {reason}"
        for applies, reason in zip(table["applies"], table["reason"], strict=True)
    ]
    return Section(
        "care",
        "Care in answering",
        (
            Paragraph(
                text(
                    f"A respondent is flagged when at least {rules.flags_needed} independent kinds "
                    f"of sign agree. {_found(study)} ",
                    CrossReference("care-table"),
                    " gives the rules, fixed before the answers were looked at.",
                )
            ),
            frame_table(
                table,
                anchor="care-table",
                title=text("Signs of Careless Answers"),
                columns=["rule", "family", "applies", "n_computed", "n_hits", "share", "source"],
                roles={
                    "rule": Role(text("Sign"), align="left"),
                    "family": Role(text("Kind"), align="left"),
                    "applies": Role(text("On this form"), align="left"),
                    "n_computed": Role(text(emphasis("n")), COUNT),
                    "n_hits": Role(text("Found"), COUNT),
                    "share": Role(text("Share"), NumberFormat("percent", 1)),
                    "source": Role(text("Source"), align="left"),
                },
            ),
        ),
    )


def _found(study: StudyResult) -> str:
    """Describe who is flagged, or that nobody can be, and what follows."""
    flags = study.flags
    if not flags.decisive:
        kinds = ", ".join(flags.applicable_families) or "none"
        return (
            f"Nobody can be flagged here: of the five kinds this questionnaire and its data allow "
            f"only {len(flags.applicable_families)} ({kinds}), and one kind alone is not taken as "
            "evidence. That nobody is flagged does not show that everybody answered with care."
        )
    summary = flags.glance().iloc[0]
    treatment = (
        f"The analyses leave them out{_kept(study)}."
        if study.plan.form.quality.exclude_flagged
        else "The plan keeps them in all analyses."
    )
    return (
        f"{count(summary['n_flagged'])} of {count(summary['n_respondents'])} respondents in the "
        f"sample are flagged ({percent(summary['share_flagged'])}). {treatment}"
    )


def _kept(study: StudyResult) -> str:
    """Name the estimates that keep flagged respondents."""
    titles = [
        kind.part_title(entry.form, part)
        for entry in study.analyses
        for kind in [kind_of(entry.form)]
        for part in kind.parts(entry.form)
        if getattr(part, "include_flagged", False)
    ]
    named = ", ".join(f"“{title}”" for title in titles)
    return f", but for {named}, which shows the result with them" if titles else ""
