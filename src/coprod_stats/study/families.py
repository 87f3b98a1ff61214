"""Families of tests: which findings are adjusted together, and the conclusions."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from coprod_stats.analyses.findings import Finding
from coprod_stats.errors import Fault
from coprod_stats.instruments.source.yaml_source import Location, YamlSource
from coprod_stats.literals import Conclusion
from coprod_stats.plans.faults import fault_at
from coprod_stats.plans.hypotheses import Hypothesis
from coprod_stats.plans.model import Family, Inference, PlanForm
from coprod_stats.structure.equivalence import (
    EquivalenceTest,
    adjusted_bound,
    classify_effect,
    equivalence_test,
)
from coprod_stats.structure.multiplicity import adjust_p_values
from coprod_stats.study.tested_hypotheses import tested_by

DEFAULT_FAMILY = "default family"
"""No name of a plan's family has a space."""


def family_faults(
    form: PlanForm, hypotheses: Sequence[Hypothesis], source: YamlSource
) -> Iterator[Fault]:
    """Return families that name something unknown, and tests in no or several families."""
    analyses = {analysis.id for analysis in form.analyses}
    ids = {hypothesis.id for hypothesis in hypotheses}
    for name, family in form.inference.families.items():
        here: Location = ("inference", "families", name)
        if bool(family.analyses) == bool(family.hypotheses):
            found = f"family '{name}' needs either 'analyses' or 'hypotheses'"
            yield fault_at(source, "PLAN-028", here, found, "State one of the two.")
        named = [(id, analyses) for id in family.analyses]
        named += [(id, ids) for id in family.hypotheses]
        for id, known in named:
            if id not in known:
                found = f"the plan has no analysis or hypothesis '{id}'"
                yield fault_at(source, "PLAN-028", here, found, "Correct the id.")
    yield from _coverage_faults(form, hypotheses, source)


def _coverage_faults(
    form: PlanForm, hypotheses: Sequence[Hypothesis], source: YamlSource
) -> Iterator[Fault]:
    """Return confirmatory tests that belong to no family or to several."""
    if not form.inference.families:
        return
    for position, analysis in enumerate(form.analyses):
        if analysis.role != "confirmatory":
            continue
        for hypothesis in tested_by(analysis, hypotheses):
            names = form.inference.families_of(analysis.id, hypothesis.id)
            if len(names) == 1:
                continue
            found = f"{hypothesis.id} of analysis '{analysis.id}' is in {_listed(names)}"
            remedy = "Assign every confirmatory test to exactly one family."
            yield fault_at(source, "PLAN-029", ("analyses", position), found, remedy)


def _listed(names: Sequence[str]) -> str:
    return f"the families {', '.join(names)}" if names else "no family"


def decide(findings: Sequence[Finding], inference: Inference) -> tuple[Finding, ...]:
    """Adjust every family of findings, and conclude.

    Confirmatory findings are adjusted within the families of the plan. Findings of any other role
    are adjusted within their own specification, by the method of the family of their confirmatory
    counterparts: they show what the conclusion would have been.

    Parameters
    ----------
    findings : sequence of Finding
        Of all analyses; those without an estimate count towards the size of their family.
    inference : Inference
        Families, level and smallest effect of the plan.

    Returns
    -------
    tuple of Finding
        In the same order.
    """
    groups: dict[tuple[str, ...], list[int]] = {}
    for position, finding in enumerate(findings):
        groups.setdefault(_group(finding, inference), []).append(position)
    decided = list(findings)
    for (family, *_), positions in groups.items():
        rule = inference.families.get(family, Family())
        tested = {place: with_equivalence(findings[place], inference) for place in positions}
        adjusted, equivalence = (
            adjust_p_values(
                {str(place): getattr(found, name) for place, found in tested.items()},
                family=family,
                method=rule.adjustment,
            )
            for name in ("p_value", "p_equivalence")
        )
        for position in positions:
            with_p = replace(
                with_bound(tested[position], equivalence[str(position)], inference),
                family=family,
                family_size=len(positions),
                p_adjusted=adjusted[str(position)],
            )
            decided[position] = replace(with_p, conclusion=conclude(with_p, inference))
    return tuple(decided)


def _group(finding: Finding, inference: Inference) -> tuple[str, ...]:
    names = inference.families_of(finding.analysis, finding.hypothesis)
    family = names[0] if names else DEFAULT_FAMILY
    if finding.role == "confirmatory":
        return (family,)
    return (family, finding.analysis, finding.specification)


def with_equivalence(finding: Finding, inference: Inference) -> Finding:
    """Add the test of whether a standardised effect is negligible, where there is one."""
    test = _equivalence(finding, inference)
    if test is None:
        return finding
    return replace(
        finding,
        conf_low_90=test.conf_low,
        conf_high_90=test.conf_high,
        p_equivalence=test.p_value,
    )


def with_bound(finding: Finding, p_adjusted: float, inference: Inference) -> Finding:
    """Add the adjusted p value of the test of equivalence, and the bound that it excludes."""
    test = _equivalence(finding, inference)
    if test is None:
        return finding
    return replace(
        finding,
        p_equivalence_adjusted=p_adjusted,
        smallest_bound=adjusted_bound(test, p_adjusted),
    )


def _equivalence(finding: Finding, inference: Inference) -> EquivalenceTest | None:
    if math.isnan(finding.std_all) or math.isnan(finding.std_all_se):
        return None
    return equivalence_test(
        finding.std_all,
        finding.std_all_se,
        bound=inference.smallest_effect,
        alpha=inference.alpha,
        df=finding.df,
    )


def conclude(finding: Finding, inference: Inference) -> Conclusion:
    """Return the conclusion that the adjusted test of a finding allows."""
    if finding.reason:
        return "not-estimated"
    effect = finding.estimate if math.isnan(finding.std_all) else finding.std_all
    # an effect that has a measure of its own is a size, whose direction its kind has taken in
    directed = finding.is_negligible is None
    found = classify_effect(
        effect,
        finding.p_adjusted,
        finding.p_equivalence_adjusted,
        expected_sign=finding.expected_sign if directed else "two-sided",
        alpha=inference.alpha,
    )
    return "supported-negligible" if found == "supported" and finding.is_negligible else found
