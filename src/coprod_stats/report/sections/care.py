"""How carefully the questions were answered."""

from __future__ import annotations

from coprod_stats.report.document import CrossReference, Paragraph, Section, emphasis, text
from coprod_stats.report.numbers import COUNT, NumberFormat, count, percent
from coprod_stats.report.tables import Role, frame_table
from coprod_stats.study import StudyResult


def care_section(study: StudyResult) -> Section:
    """Lay out the rules that find careless answers, and whom they find."""
    summary = study.flags.glance().iloc[0]
    rules = study.plan.form.quality
    table = study.flags.tidy()
    table["applies"] = [
        "yes" if applies else f"no: {reason}"
        for applies, reason in zip(table["applies"], table["reason"], strict=True)
    ]
    treatment = (
        "The headline leaves them out; the robustness columns show the results with them."
        if rules.exclude_flagged
        else "The plan keeps them in all analyses."
    )
    return Section(
        "care",
        "Care in answering",
        (
            Paragraph(
                text(
                    f"A respondent is flagged when at least {rules.flags_needed} independent kinds "
                    f"of sign agree. {count(summary['n_flagged'])} of "
                    f"{count(summary['n_respondents'])} respondents in the sample are flagged "
                    f"({percent(summary['share_flagged'])}). {treatment} ",
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
