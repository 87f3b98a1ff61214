"""The subsections on the pattern as a whole, and on what else could have made it."""

from __future__ import annotations

import math

from coprod_stats.analyses.paths.changes_table import path_changes_table
from coprod_stats.analyses.paths.form import PathsForm
from coprod_stats.analyses.paths.marker_section import marker_blocks
from coprod_stats.analyses.paths.omitted_section import omitted_causes_blocks
from coprod_stats.analyses.paths.resampled_column import (
    RESAMPLED,
    resampled_column,
    resampled_note,
    resampled_notices,
    resampled_role,
)
from coprod_stats.analyses.paths.result import PathsResult
from coprod_stats.analyses.paths.rivals_table import rivals_blocks
from coprod_stats.analyses.pattern_words import (
    mean_with_interval,
    pattern_conclusion,
    pattern_size,
    ratio_words,
)
from coprod_stats.analyses.words import ReportWords
from coprod_stats.documents.document import (
    Block,
    CrossReference,
    Details,
    Figure,
    Notice,
    Paragraph,
    Section,
    Table,
    emphasis,
    strong,
    text,
)
from coprod_stats.documents.figures.heat_map import HeatCell, heat_map
from coprod_stats.documents.numbers import BOUNDED, NumberFormat, bounded, decimal, percent
from coprod_stats.documents.tables import Role, frame_table
from coprod_stats.structure.evaluative_factor import EvaluativeFactor
from coprod_stats.structure.path_pattern import PathPattern
from coprod_stats.structure.pattern_bootstrap import PatternBootstrap

_TERMS = {
    "mean_stated": "Mean of the stated paths",
    "mean_unstated": "Mean of the unstated paths",
    "contrast": "Difference",
    "contrast_within": "Difference within drivers and impacts",
}


def pattern_section(form: PathsForm, result: PathsResult, words: ReportWords) -> list[Section]:
    """Compose stated against unstated paths, and the evaluative factor; empty without rivals."""
    rivals = result.compared.rivals if result.compared else None
    compared = [
        *omitted_causes_blocks(form, result, words),
        *marker_blocks(form, result, words),
        *rivals_blocks(form, result, words),
    ]
    elsewhere, made_by = words.anchor(form, "evaluation"), "What else could have made it"
    if rivals is None:
        return [Section(elsewhere, made_by, tuple(compared))] if compared else []
    if rivals.pattern is None:
        reason = f"Stated and unstated paths could not be compared: {rivals.no_pattern}."
        notice = Notice((Paragraph(text(reason)),), "warning")
        content: tuple[Block, ...] = (notice,)
    else:
        content = (
            *_pattern(form, rivals.pattern, rivals.resampled, words),
            *resampled_notices(rivals.resampled, rivals.no_resampled),
        )
    return [
        Section(words.anchor(form, "pattern"), "The pattern as a whole", content),
        Section(
            elsewhere,
            made_by,
            (*_evaluation(form, rivals.evaluation, rivals.no_evaluation, words), *compared),
        ),
    ]


def _pattern(
    form: PathsForm, pattern: PathPattern, resampled: PatternBootstrap | None, words: ReportWords
) -> tuple[Block, ...]:
    n_tests = len({finding.id for finding in words.findings})
    lead = Paragraph(
        text(strong(pattern_size(pattern)), f" {pattern_conclusion(pattern, n_tests)}")
    )
    return (
        lead if pattern.is_present else Notice((lead,), "warning"),
        Paragraph(
            text(
                CrossReference(words.anchor(form, "all-paths")),
                " shows the model with all paths from drivers to impacts, estimated by the same "
                f"method from the same respondents. {ratio_words(pattern)} A path that no "
                "hypothesis states is not claimed to be zero: what counts is whether the stated "
                "ones are stronger.",
            )
        ),
        _heat_map(form, pattern, words),
        _means(form, pattern, resampled, words),
        _caution(pattern),
    )


def _heat_map(form: PathsForm, pattern: PathPattern, words: ReportWords) -> Figure:
    drivers, impacts = pattern.model.drivers, pattern.model.outcomes
    found = {(cell.driver, cell.impact): cell for cell in pattern.cells}
    rows = [[found[driver, impact] for driver in drivers] for impact in impacts]
    drawing = heat_map(
        [[HeatCell(cell.std_all, cell.stated) for cell in row] for row in rows],
        rows=[words.label(name) for name in impacts],
        columns=[words.label(name) for name in drivers],
        framed="stated by a hypothesis",
        unframed="not stated",
    )
    return Figure(
        words.anchor(form, "all-paths"),
        text(f"All {len(pattern.cells)} Paths From Drivers (Columns) to Impacts (Rows)"),
        drawing,
        text("Standardised coefficients of the model with all paths; framed: stated paths."),
    )


def _means(
    form: PathsForm, pattern: PathPattern, resampled: PatternBootstrap | None, words: ReportWords
) -> Table:
    table = pattern.tidy()
    table[RESAMPLED] = resampled_column(resampled, table["term"])
    after_interval = [RESAMPLED] if resampled else []
    table["mean"] = [_TERMS[term] for term in table["term"]]
    is_normal = table["df"].max() == float("inf")
    return frame_table(
        table,
        anchor=words.anchor(form, "means"),
        title=text("Stated Against Unstated Paths"),
        columns=[
            *("mean", "estimate", "std_error", "interval"),
            *after_interval,
            *("statistic", "p_value"),
        ],
        roles={
            "mean": Role(text(""), align="left"),
            "estimate": Role(text("β"), BOUNDED),
            "std_error": Role(text(emphasis("SE")), NumberFormat("bounded", 3)),
            "statistic": Role(text(emphasis("z" if is_normal else "t"))),
            **({RESAMPLED: resampled_role(resampled)} if resampled else {}),
        },
        level=pattern.fit.conf_level,
        note=text(
            "Means of standardised paths in the direction that the hypotheses expect; errors by "
            "the delta method from the joint covariance matrix of all estimates",
            "" if is_normal else f", t with {pattern.contrast.df:g} degrees of freedom",
            ". The last row subtracts the mean of every driver and of every impact."
            if pattern.within is not None
            else ".",
            resampled_note(resampled) if resampled else "",
        ),
    )


def _caution(pattern: PathPattern) -> Paragraph:
    """State what the contrast cannot show."""
    if pattern.within is None:
        within = (
            "Here which paths are stated follows from their drivers and impacts, so that this "
            "cannot be distinguished. "
        )
    else:
        within = (
            "The difference within drivers and impacts takes out what whole scales have in common "
            f"with everything ({mean_with_interval(pattern.within, pattern)}), but not what just "
            "the scales of stated paths share. "
        )
    return Paragraph(
        text(
            strong("What this cannot show."),
            " An evaluation that is stronger in some scales than in others raises their paths more "
            f"and can pass for a pattern, if those paths happen to be the stated ones. {within}"
            "Nor does it tell a stated path from two scales that ask about the same thing.",
        )
    )


def _evaluation(
    form: PathsForm, found: EvaluativeFactor | None, reason: str, words: ReportWords
) -> tuple[Block, ...]:
    if found is None:
        failed = Paragraph(text(f"The model with an evaluative factor gave no estimate: {reason}."))
        return (Notice((failed,), "warning"),)
    content: list[Block] = [
        Paragraph(
            text(
                "One more factor was added to the model of the hypotheses: a general evaluation on "
                "which all items load equally, unrelated to the drivers. ",
                _evaluation_words(found),
            )
        )
    ]
    if found.share > 0:
        content += [
            Paragraph(
                text(
                    strong("Read with caution."),
                    " Only the paths that are omitted tell the evaluation from the factors: the "
                    "model takes for evaluation whatever joins drivers and impacts along paths "
                    "that nobody stated, true effects included. The changed coefficients are not "
                    "better estimates; they show how much depends on this.",
                )
            ),
            Details(text("Every path without and with the factor"), (_paths(form, found, words),)),
        ]
    return tuple(content)


def _evaluation_words(found: EvaluativeFactor) -> str:
    if found.share == 0:
        return (
            f"Its variance is estimated at {decimal(found.variance)} "
            f"(SE {decimal(found.std_error)}), not above zero: there is nothing that it could "
            "take from the paths."
        )
    criteria = [("AIC", found.aic_difference), ("BIC", found.bic_difference)]
    better = "".join(
        f"; by {name} the model is {'better' if difference > 0 else 'no better'} with it "
        f"(difference {decimal(abs(difference), 1)})"
        for name, difference in criteria
        if not math.isnan(difference)
    )
    return (
        f"It explains {percent(found.share)} of the items’ variance (variance "
        f"{decimal(found.variance)}, SE {decimal(found.std_error)}){better}. The hypothesised "
        f"paths have a mean of {bounded(found.mean_without)} without and "
        f"{bounded(found.mean_with_factor)} with it."
    )


def _paths(form: PathsForm, found: EvaluativeFactor, words: ReportWords) -> Table:
    return path_changes_table(
        found.tidy(),
        words,
        anchor=words.anchor(form, "evaluation-paths"),
        title="The Hypothesised Paths Without and With an Evaluative Factor",
        stated="Without",
        rival="With",
    )
