"""The subsection on measurement, before any path: fit, reliability and distinct factors."""

from __future__ import annotations

from collections.abc import Sequence

from coprod_stats.analyses.paths.estimation import SpecificationResult
from coprod_stats.analyses.paths.fit_words import fit_words, loadings, warning_notices
from coprod_stats.analyses.paths.form import PathsForm
from coprod_stats.analyses.paths.resampled_column import (
    RESAMPLED,
    resampled_column,
    resampled_note,
    resampled_role,
)
from coprod_stats.analyses.paths.result import PathsResult
from coprod_stats.analyses.words import ReportWords, reversed_note
from coprod_stats.counts import counted
from coprod_stats.documents.document import (
    Block,
    CrossReference,
    Details,
    Notice,
    Paragraph,
    Section,
    Table,
    emphasis,
    strong,
    text,
)
from coprod_stats.documents.numbers import BOUNDED, bounded, count
from coprod_stats.documents.tables import Role, frame_table
from coprod_stats.latent_models.reported_fit import reported_test
from coprod_stats.structure.measurement_model import (
    LARGE_RESIDUAL,
    N_MODIFICATIONS,
    FactorCorrelation,
    MeasurementModel,
)
from coprod_stats.structure.pattern_bootstrap import PatternBootstrap


def measurement_section(form: PathsForm, result: PathsResult, words: ReportWords) -> list[Section]:
    """Compose fit, reliability and distinctness of the factors; empty without such a model."""
    measured = [entry for entry in result.estimated if entry.measured is not None]
    if not measured:
        return []
    first, *others = measured
    content: list[Block] = [*_fit_of(first)]
    if first.measured and first.measured.model:
        content += warning_notices(first.measured.model.fit)
    for entry in others:
        content += _fit_of(entry)
        content += _withheld(entry)
    model = next((e.measured.model for e in measured if e.measured and e.measured.model), None)
    if model is not None:
        resampled = result.resampled if model is result.compared_factors else None
        content += _details(form, model, resampled, words)
        if indices := result.composites:
            named = ", ".join(map(words.label, indices))
            said = f"What is observed as it is has no place in this model: {named}."
            content.append(Paragraph(text(said)))
    return [
        Section(words.anchor(form, "measurement"), "Measurement before structure", tuple(content))
    ]


def _fit_of(entry: SpecificationResult) -> list[Block]:
    """Report the fit of one specification's measurement model, or why there is none."""
    title = entry.specification.title
    if entry.measured is None or entry.measured.model is None:
        reason = entry.measured.reason if entry.measured else ""
        failed = f"{title}: the factors could not be estimated without paths: {reason}."
        return [Notice((Paragraph(text(failed)),), "warning")]
    fit = entry.measured.model.fit
    return [
        Paragraph(
            text(
                strong(f"{title}. "),
                f"{counted(len(fit.latent), 'factor')} of {count(len(fit.observed))} items, freely "
                "correlated and without any path: ",
                *fit_words(fit.fit),
            )
        ),
    ]


_WITHHELD = "SEM-202"
"""The warning of a fit whose test is withheld for want of clusters."""


def _withheld(entry: SpecificationResult) -> list[Block]:
    """State why a fit has no test; nothing where it has one."""
    if entry.measured is None or entry.measured.model is None:
        return []
    fit = entry.measured.model.fit
    return [] if reported_test(fit.fit) is not None else warning_notices(fit, code=_WITHHELD)


def _details(
    form: PathsForm,
    model: MeasurementModel,
    resampled: PatternBootstrap | None,
    words: ReportWords,
) -> list[Block]:
    pairs = words.anchor(form, "factor-correlations")
    return [
        _distinct(model, words, pairs),
        _factors(form, model, words),
        Details(
            text("Correlations of the factors"), (_correlations(model, resampled, words, pairs),)
        ),
        loadings(model.fit, words, anchor=words.anchor(form, "loadings")),
        *_local_fit(form, model, words),
    ]


def _distinct(model: MeasurementModel, words: ReportWords, anchor: str) -> Block:
    """State which factors the answers hardly distinguish."""
    close, level = model.indistinct, f"{100 * model.fit.conf_level:.3g}%"
    rule = text(
        f" (upper limits of the {level} intervals of all "
        f"{counted(len(model.correlations), 'correlation')} of factors, ",
        CrossReference(anchor),
        ").",
    )
    if not close:
        return Paragraph(
            text("The answers distinguish these factors: no correlation may reach .80", *rule)
        )
    said = Paragraph(
        text(
            strong("The answers hardly distinguish some factors. "),
            f"{_named(close, words)}",
            *rule,
            " A path between such factors, or from both to the same impact, cannot be told from "
            "two names for one thing.",
        )
    )
    return Notice((said,), "warning")


def _named(pairs: Sequence[FactorCorrelation], words: ReportWords) -> str:
    return "; ".join(
        f"{words.label(p.factor_1)} and {words.label(p.factor_2)}: {bounded(p.estimate)}, up to "
        f"{bounded(max(p.conf_low, p.conf_high, key=abs))}, {p.distinctness}"
        for p in pairs
    )


def _factors(form: PathsForm, model: MeasurementModel, words: ReportWords) -> Table:
    frame = model.factors()
    frame["factor"] = [words.label(name) for name in frame["term"]]
    frame["closest"] = [words.label(name) for name in frame["closest"]]
    return frame_table(
        frame,
        anchor=words.anchor(form, "factors"),
        title=text("Reliability and Distinctness of the Factors"),
        columns=[
            "factor",
            "omega",
            "composite_reliability",
            "ave",
            "largest_correlation",
            "closest",
        ],
        roles={
            "factor": Role(text("Factor"), align="left"),
            "omega": Role(text("ω"), BOUNDED),
            "composite_reliability": Role(text("CR"), BOUNDED),
            "ave": Role(text("AVE"), BOUNDED),
            "largest_correlation": Role(text("|", emphasis("r"), "|"), BOUNDED, spanner="Closest"),
            "closest": Role(text("Factor"), align="left", spanner="Closest"),
        },
        note=text(
            "ω = share of the observed, CR = of the implied variance of the sum of the items that "
            "the factor explains. AVE = average variance extracted; below the squared correlation "
            "with another factor, the items share more with that one (Fornell and Larcker)."
        ),
    )


def _correlations(
    model: MeasurementModel, resampled: PatternBootstrap | None, words: ReportWords, anchor: str
) -> Table:
    frame = model.tidy()
    frame[RESAMPLED] = resampled_column(resampled, frame["term"])
    after_htmt2 = [RESAMPLED] if resampled else []
    frame["pair"] = [words.label(name) for name in frame["factor_2"]]
    frame["first"] = [words.label(name) for name in frame["factor_1"]]
    return frame_table(
        frame,
        anchor=anchor,
        title=text("Correlations of the Factors"),
        columns=["pair", "estimate", "interval", "distinctness", "htmt2", *after_htmt2],
        roles={
            "pair": Role(text("With"), align="left"),
            "estimate": Role(text(emphasis("r")), BOUNDED),
            "distinctness": Role(text("Distinctness"), align="left"),
            "htmt2": Role(text("HTMT2"), BOUNDED),
            **({RESAMPLED: resampled_role(resampled)} if resampled else {}),
        },
        group_by="first",
        level=model.fit.conf_level,
        note=text(
            "Intervals by the delta method. Distinctness by the limit farther from zero: marginal "
            "from .80, moderate from .90, severe from 1 (Rönkkö & Cho, 2022). HTMT2 compares the "
            "correlations of items between factors with those within (Roemer et al., 2021).",
            resampled_note(resampled) if resampled else "",
        ),
    )


def _local_fit(form: PathsForm, model: MeasurementModel, words: ReportWords) -> list[Block]:
    """Fold what the model misses: correlation residuals, and the largest modification indices."""
    residuals = model.residuals()
    for end in ("lhs", "rhs"):
        residuals[end] = [words.item(name) for name in residuals[end]]
    limit = bounded(LARGE_RESIDUAL)
    if len(residuals):
        missed: Block = frame_table(
            residuals,
            anchor=words.anchor(form, "residuals"),
            title=text(f"Correlations of Items Missed by {limit} or More"),
            columns=["lhs", "rhs", "correlation"],
            roles={
                "lhs": Role(text("Item"), align="left"),
                "rhs": Role(text("With"), align="left"),
                "correlation": Role(text("Residual ", emphasis("r")), BOUNDED),
            },
        )
    else:
        missed = Paragraph(
            text(f"No correlation of two items differs by {limit} or more from the implied one.")
        )
    freed = model.modifications()
    freed["parameter"] = [
        f"{words.label(left) if left in model.fit.latent else words.item(left)} {op} "
        f"{words.item(right)}"
        for left, op, right in zip(freed["lhs"], freed["op"], freed["rhs"], strict=True)
    ]
    indices = frame_table(
        freed,
        anchor=words.anchor(form, "modifications"),
        title=text(f"The {N_MODIFICATIONS} Largest Modification Indices"),
        columns=["parameter", "mi", "epc", "sepc_all"],
        roles={
            "parameter": Role(text("Parameter"), align="left"),
            "mi": Role(text("MI")),
            "epc": Role(text("EPC")),
            "sepc_all": Role(text("Standardised EPC"), BOUNDED),
        },
        note=text(
            "=~: a loading of the item on the factor; ~~: a covariance of two residuals. MI = "
            "expected decrease of the uncorrected χ², EPC = expected value of the parameter "
            "if it were freed. The largest of many exceed 3.84 by chance; nothing was freed."
            f"{reversed_note((*freed['parameter'], *residuals['lhs'], *residuals['rhs']))}"
        ),
    )
    return [Details(text("What the model misses"), (missed, indices))]
