"""The section on hypothesised paths: diagram, tests, measurement model, robustness."""

from __future__ import annotations

import math
from collections import Counter
from statistics import median

from coprod_stats.analyses.findings import (
    NOT_BEYOND_EVALUATION,
    OTHER_ANSWERS,
    SHARED_MEANING,
    Finding,
    claims_noun,
)
from coprod_stats.analyses.paths.departures_section import departures_section
from coprod_stats.analyses.paths.estimation import ENGINE_TOLERANCE, SpecificationResult
from coprod_stats.analyses.paths.form import PathsForm
from coprod_stats.analyses.paths.measurement_section import measurement_section
from coprod_stats.analyses.paths.overlap_section import overlap_section
from coprod_stats.analyses.paths.pattern_section import pattern_section
from coprod_stats.analyses.paths.result import PathsResult
from coprod_stats.analyses.paths.robustness import robustness_blocks
from coprod_stats.analyses.paths.specification_curve import agreement_words
from coprod_stats.analyses.paths.structural_fit import structural_fit
from coprod_stats.analyses.paths.tests_table import (
    covariates_table,
    equivalence_table,
    explained_variances,
    tests_table,
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
    Text,
    emphasis,
    strong,
    text,
)
from coprod_stats.documents.figures.path_diagram import Node, Path, path_diagram
from coprod_stats.documents.numbers import bounded, count, decimal
from coprod_stats.literals import Conclusion
from coprod_stats.plans.model import RespondentChoice
from coprod_stats.structure import DriverImpactResult
from coprod_stats.structure.path_pattern import PathPattern


def paths_section(form: PathsForm, result: PathsResult, words: ReportWords) -> Section:
    """Compose the tests of the hypotheses and the comparison of specifications."""
    anchor, heading = words.anchor(form, "paths"), "Tests of the hypotheses"
    entry = result.shown_first
    if entry.tests is None:
        missing = Paragraph(text(f"No specification could be estimated: {entry.reason}"))
        return Section(anchor, heading, (Notice((missing,), "warning"),))
    if not result.engines_agree:
        return Section(anchor, heading, tuple(_disagreement(result)))
    findings = words.of(entry.specification.specification)
    content: list[Block | Section] = [
        *_stand_in(result, entry),
        *_role(entry, words),
    ]
    content += measurement_section(form, result, words)
    one_by_one: tuple[Block, ...] = (
        _summary(form, findings, result, words),
        _diagram(form, entry, findings, words),
        tests_table(entry, words, anchor=words.anchor(form, "tests")),
        *_equivalence(form, entry, findings, words),
        *_covariates(form, entry, words),
        _reading(result.pattern, words),
    )
    whole = pattern_section(form, result, words)
    if whole:
        content += [*whole, Section(words.anchor(form, "one-by-one"), "Path by path", one_by_one)]
    else:
        content += one_by_one
    content += overlap_section(form, result, words)
    content += departures_section(form, result, words)
    if isinstance(entry.tests, DriverImpactResult):
        content.append(structural_fit(form, entry.tests, words, with_loadings=not result.measured))
    robustness = robustness_blocks(form, result, words)
    if robustness:
        content.append(Section(words.anchor(form, "robustness"), "Robustness", robustness))
    return Section(anchor, heading, tuple(content))


def _stand_in(result: PathsResult, entry: SpecificationResult) -> list[Block]:
    planned = result.planned_first
    if entry is planned:
        return []
    words = (
        f"The {planned.specification.role} specification of the plan, "
        f"{planned.specification.title}, was not estimated: {planned.reason}. "
        f"“{entry.specification.title}” is shown in its place, and its results are not "
        "confirmatory."
    )
    return [Notice((Paragraph(text(words)),), "warning", "Not the confirmatory estimate")]


def _role(entry: SpecificationResult, words: ReportWords) -> list[Block]:
    """Describe what the specification is for, unless it is confirmatory."""
    said = words.basis(RespondentChoice(), entry.specification.role)
    return [Paragraph(text(said))] if said else []


def _disagreement(result: PathsResult) -> list[Block]:
    """Report that two engines disagree: no hypothesis is decided then."""
    words = [
        f"{entry.specification.title}: {entry.agreement.term} differs by "
        f"{decimal(entry.agreement.difference, 5)} (standardised)."
        for entry in result.specifications
        if entry.agreement is not None and not entry.agreement.agrees
    ]
    lead = (
        "Two independent engines estimated the same model on the same rows and do not agree "
        f"within {decimal(ENGINE_TOLERANCE, 4)}. No hypothesis is decided until the cause is known."
    )
    return [Notice((Paragraph(text(lead)), Paragraph(text(" ".join(words)))), "warning", "Stopped")]


_CONCLUSION_WORDS: dict[Conclusion, str] = {
    "supported-negligible": "supported, but negligible",
    "opposite": "in the opposite direction",
    "equivalent": "equivalent to no effect",
    "inconclusive": "inconclusive",
    "not-estimated": "not estimated",
}


def _summary(
    form: PathsForm,
    findings: tuple[Finding, ...],
    result: PathsResult,
    words: ReportWords,
) -> Paragraph:
    pattern, agreement = result.pattern, agreement_words(result, words)
    counts = Counter(entry.conclusion for entry in findings)
    others = [
        f"{count(counts[kind])} {label}"
        for kind, label in _CONCLUSION_WORDS.items()
        if counts[kind]
    ]
    return Paragraph(
        text(
            *_counted(findings, pattern, counts["supported"], words.plan.inference.alpha),
            f"{'; ' if others else ''}{', '.join(others)}. ",
            _sizes(findings),
            f"{agreement} " if agreement else "",
            "See ",
            CrossReference(words.anchor(form, "diagram")),
            " and ",
            CrossReference(words.anchor(form, "tests")),
            f". {_ASSOCIATIONS}",
            "."
            if pattern is not None and not pattern.is_present
            else ": they are consistent with the model but do not show causation.",
        )
    )


_ASSOCIATIONS = (
    "These are cross-sectional associations, with predictors and outcomes reported by the same "
    "respondents"
)


def _counted(
    findings: tuple[Finding, ...], pattern: PathPattern | None, n_supported: int, alpha: float
) -> Text:
    """Count what is supported, or state why nothing is counted."""
    n_tests = len(findings)
    n_different = sum(entry.p_adjusted < alpha for entry in findings)
    if any(entry.gate == NOT_BEYOND_EVALUATION for entry in findings) or (
        pattern is not None and not pattern.is_present
    ):
        return text(
            strong("None of these paths is counted as supported"),
            ", since as a whole they are not shown to be stronger than a general evaluation of the "
            "service would make them; by single tests "
            f"{count(n_different)} of {n_tests} differ from zero",
        )
    return text(
        strong(f"{count(n_supported)} of {n_tests}"),
        f" {claims_noun(findings)} {'is' if n_tests == 1 else 'are'} supported",
    )


def _sizes(findings: tuple[Finding, ...]) -> str:
    """Describe the distribution of the coefficients; nothing if there is no estimate."""
    sizes = [path.std_all for path in findings if not math.isnan(path.std_all)]
    if len(sizes) < 2:
        return ""
    return (
        f"The standardised coefficients range from {bounded(min(sizes))} to {bounded(max(sizes))}, "
        f"with a median of {bounded(median(sizes))}. "
    )


def _diagram(
    form: PathsForm,
    entry: SpecificationResult,
    paths: tuple[Finding, ...],
    words: ReportWords,
) -> Figure:
    assert entry.tests is not None
    explained = explained_variances(entry.tests, paths)
    named = {name for path in paths for name in (path.predictor, path.outcome)}
    names = dict.fromkeys(
        (
            *(name for name in form.factors if name in named),
            *(name for path in paths for name in (path.predictor, path.outcome)),
        )
    )
    nodes = [
        Node(
            name,
            words.label(name),
            f"R² = {bounded(explained[name])}" if name in explained else "",
        )
        for name in names
    ]
    drawing = path_diagram(
        nodes,
        [Path(p.predictor, p.outcome, p.std_all, p.conclusion, p.id) for p in paths],
    )
    n_paths = len(paths)
    return Figure(
        words.anchor(form, "diagram"),
        text("The Hypothesised Path" if n_paths == 1 else f"The {n_paths} Hypothesised Paths"),
        drawing,
        text(
            f"Standardised coefficients: {entry.specification.title}. Line width increases with "
            "the absolute size of the coefficient. ",
            emphasis("R"),
            "² = share of variance explained.",
        ),
    )


def _equivalence(
    form: PathsForm, entry: SpecificationResult, findings: tuple[Finding, ...], words: ReportWords
) -> list[Block]:
    """Fold scale points and tests of equivalence; nothing if no path was estimated."""
    if all(path.reason for path in findings):
        return []
    table = equivalence_table(entry, words, anchor=words.anchor(form, "equivalence"))
    return [Details(text("In scale points, and tests of equivalence"), (table,))]


def _covariates(form: PathsForm, entry: SpecificationResult, words: ReportWords) -> list[Block]:
    """Fold the coefficients of the covariates of a structural model; nothing without any."""
    if not isinstance(entry.tests, DriverImpactResult) or not len(entry.tests.covariates()):
        return []
    table = covariates_table(entry.tests, words, anchor=words.anchor(form, "covariates"))
    return [Details(text("Covariates"), (table,))]


def _reading(pattern: PathPattern | None, words: ReportWords) -> Details:
    rules = words.plan.inference
    effect, inner = bounded(rules.smallest_effect), f"{100 * (1 - 2 * rules.alpha):.3g}%"
    whole = (
        " Where the stated paths as a whole are no stronger than the unstated ones, what the tests "
        "alone would support is inconclusive."
        if pattern is not None
        else ""
    )
    overlap = (
        " So is a path that rests on items that share a meaning: freed, it does not differ from "
        "zero."
        if any(finding.gate == SHARED_MEANING for finding in words.findings)
        else ""
    )
    reasons = dict.fromkeys(
        finding.gate for finding in words.findings if finding.gate in OTHER_ANSWERS
    )
    otherwise = (
        " So is what its tests decide where answers could be otherwise and it would not hold then: "
        f"it {', it '.join(reasons)}."
        if reasons
        else ""
    )
    return Details(
        text("How to read the conclusions"),
        (
            Paragraph(
                text(
                    strong("Supported"),
                    ": the adjusted ",
                    emphasis("p"),
                    f" is below {bounded(rules.alpha)} and the sign is as expected. ",
                    strong("Supported, but negligible"),
                    f": the same, and two one-sided tests show |β| to be below {effect}, the "
                    "smallest effect size of interest in the plan. ",
                    strong("Equivalent"),
                    f": not significant, and |β| shown to be below {effect}. ",
                    strong("Inconclusive"),
                    ": none of these; the bound is the smallest |β| that the data exclude. An "
                    "inconclusive result is no evidence of the absence of an effect. ",
                    strong("Opposite"),
                    f": significant, but with the opposite sign.{whole}{overlap}{otherwise}",
                )
            ),
            Paragraph(
                text(
                    f"|β| is shown to be below {effect} if the {inner} interval lies within "
                    f"±{effect}; since this is asked of several paths at once, the ",
                    emphasis("p"),
                    " value of the two tests is adjusted in the same way as that of the test "
                    "against zero, and can stay above the level where the interval alone would "
                    "pass.",
                )
            ),
        ),
    )
