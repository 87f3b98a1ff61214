"""Answers to the items, item statistics, and reliability of the scales."""

from __future__ import annotations

import pandas as pd

from coprod_stats.analyses.words import (
    anchor_of,
    construct_label,
    item_label,
    item_mark,
    reversed_note,
)
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
    text,
)
from coprod_stats.documents.figures.likert import LikertItem, likert_chart
from coprod_stats.documents.numbers import BOUNDED, COUNT, NumberFormat, bounded
from coprod_stats.documents.tables import Role, frame_table
from coprod_stats.instruments.model import Item, Scale
from coprod_stats.instruments.questions import Option
from coprod_stats.measurement import ScaleReliability
from coprod_stats.report.sections.correlations import correlations_section
from coprod_stats.report.sections.missing import REASONS
from coprod_stats.study import StudyResult

ROLE_NAMES = {"driver": "Drivers", "impact": "Impacts", "value": "Values", "factor": "Factors"}
"""Names of groups of scales; other roles are shown under their own names."""
_PERCENT = NumberFormat("percent", 0)


def role_name(role: str) -> str:
    """Name a group of scales."""
    return ROLE_NAMES.get(role, role.capitalize())


def measurement_section(study: StudyResult) -> Section:
    """Compose answers, items and reliabilities of the analysed respondents."""
    if not study.plan.instrument.scales:
        none = Paragraph(text("The questionnaire has no scales, whose answers this section shows."))
        return Section("measurement", "Answers and scales", (none,))
    correlations = correlations_section(study)
    return Section(
        "measurement",
        "Answers and scales",
        (
            Section("answers", "Distribution of answers", tuple(_answers(study))),
            Section("items", "Items", (_items(study),)),
            Section("reliability", "Reliability", tuple(_reliability(study))),
            *([correlations] if correlations else []),
        ),
    )


def _answers(study: StudyResult) -> list[Block]:
    found: list[Block] = [
        Paragraph(
            text(
                "Bars show the answers of the analysed respondents as given; reverse-scored items "
                "are not reflected here."
            )
        )
    ]
    answered = set(study.items.tidy().query("n > 0")["term"])
    shown = [
        (scale, study.plan.instrument.item(id))
        for scale in study.plan.instrument.scales
        for id in scale.items
        if id in answered
    ]
    together: dict[tuple[str, tuple[Option, ...]], list[tuple[Scale, Item]]] = {}
    for scale, item in shown:
        if item.responses is not None:
            together.setdefault((scale.role, item.responses.options), []).append((scale, item))
    found += [_likert(study, role, entries) for (role, _), entries in together.items()]
    return found


def _likert(study: StudyResult, role: str, entries: list[tuple[Scale, Item]]) -> Figure:
    responses = entries[0][1].responses
    assert responses is not None
    shares = study.items.categories().set_index(["term", "value"])["share"]
    sizes = study.items.tidy().set_index("term")["n"]
    missing = study.missing.shares()[list(REASONS)].to_dict(orient="index")
    items = [
        LikertItem(
            f"{item_mark(study.plan.instrument, item.id)}  "
            f"{item_label(study.plan.instrument, item)}",
            tuple(shares.reindex([(item.id, value) for value in responses.values]).fillna(0.0)),
            int(sizes[item.id]),
            tuple(missing[item.id].values()),
        )
        for _, item in entries
    ]
    names = dict.fromkeys(construct_label(study.plan.instrument, scale.id) for scale, _ in entries)
    return Figure(
        anchor_of("answers", role, responses.id),
        text(
            f"{role_name(role)}: Answers From "
            f"“{responses.options[0].label}” to “{responses.options[-1].label}”"
        ),
        likert_chart(
            items,
            categories=[str(option.label) for option in responses.options],
            missing_kinds=list(REASONS.values()),
            bipolar=responses.kind == "bipolar",
        ),
        text(
            f"{', '.join(names)}. Missing answers are shares of those who were asked."
            f"{reversed_note(item_mark(study.plan.instrument, item.id) for _, item in entries)}"
        ),
    )


def _items(study: StudyResult) -> Details:
    table = study.items.tidy()
    table["scale_label"] = [construct_label(study.plan.instrument, name) for name in table["scale"]]
    table["item"] = [item_mark(study.plan.instrument, name) for name in table["term"]]
    remarks = bool((table["remark"] != "").any())
    return Details(
        text("Statistics of every item"),
        (
            frame_table(
                table,
                anchor="items-table",
                title=text("Items by Scale"),
                columns=[
                    "item",
                    "n",
                    "mean",
                    "sd",
                    "skewness",
                    "floor",
                    "ceiling",
                    "item_rest",
                    "alpha_if_dropped",
                    *(["remark"] if remarks else []),
                ],
                roles={
                    "item": Role(text("Item"), align="left"),
                    "n": Role(text(emphasis("n")), COUNT),
                    "floor": Role(text("Lowest"), _PERCENT),
                    "ceiling": Role(text("Highest"), _PERCENT),
                    "skewness": Role(text("Skewness")),
                    "item_rest": Role(text(emphasis("r"), " item-rest"), BOUNDED),
                    "alpha_if_dropped": Role(text("α if item dropped"), BOUNDED),
                    "remark": Role(text("Remark"), align="left"),
                },
                group_by="scale_label",
                note=text(
                    "After reverse scoring. Lowest and highest: shares at the ends of the response "
                    "scale."
                    + (
                        " Remarks are for guidance only; no item was dropped because of them."
                        if remarks
                        else ""
                    ),
                    reversed_note(table["item"]),
                ),
            ),
        ),
    )


def _reliability(study: StudyResult) -> list[Block]:
    table = _listed(study, study.reliability.by_scale())
    found: list[Block] = [
        Paragraph(
            text(
                CrossReference("reliability-table"),
                " shows the reliability of the scales: ω from a one-factor model for three or more "
                "items, the Spearman–Brown coefficient for two, none for a single item.",
            )
        ),
        _reliability_table(study, table),
    ]
    weak = [
        entry
        for entry in study.reliability.scales
        if entry.verdict == "weak" and entry.scale in set(table["scale"])
    ]
    if weak:
        found.append(_weak_scales(study, weak))
    return found


def _weak_scales(study: StudyResult, weak: list[ScaleReliability]) -> Notice:
    named = "; ".join(
        f"{construct_label(study.plan.instrument, entry.scale)} ({_coefficients(entry)})"
        for entry in weak
    )
    notes = [study.plan.instrument.scale(entry.scale).note for entry in weak]
    return Notice(
        (
            Paragraph(
                text(
                    f"Below .70: {named}. Measurement error attenuates relations with these "
                    "scales, and that none is found is no evidence that there is none."
                )
            ),
            *(Paragraph(text(str(note))) for note in notes if note),
        ),
        "warning",
        "Low reliability",
    )


def _coefficients(entry: ScaleReliability) -> str:
    symbols = {"alpha": "α", "omega": "ω", "spearman_brown": "Spearman–Brown"}
    found = {one.term: one.estimate for one in entry.coefficients}
    return ", ".join(
        f"{symbol} = {bounded(found[term])}" for term, symbol in symbols.items() if term in found
    )


def _listed(study: StudyResult, table: pd.DataFrame) -> pd.DataFrame:
    wanted = study.plan.form.reliability
    answered = table[table["n_obs"] > 0]
    return answered[answered["scale"].isin(wanted)] if wanted else answered


def _reliability_table(study: StudyResult, table: pd.DataFrame) -> Table:
    scores = study.scores.tidy().set_index("term")
    shown = table.assign(
        scale_label=[construct_label(study.plan.instrument, str(name)) for name in table["scale"]],
        mean=[scores.loc[name, "mean"] for name in table["scale"]],
        sd=[scores.loc[name, "sd"] for name in table["scale"]],
        conf_low=table["alpha_low"],
        conf_high=table["alpha_high"],
    )
    roles = {scale.id: scale.role for scale in study.plan.instrument.scales}
    order = list(dict.fromkeys(roles.values()))
    shown["kind"] = [role_name(roles[str(name)]) for name in shown["scale"]]
    shown["order"] = [order.index(roles[str(name)]) for name in shown["scale"]]
    shown = shown.sort_values("order", kind="stable")
    return frame_table(
        shown,
        anchor="reliability-table",
        title=text("Means and Reliabilities of the Scales"),
        columns=[
            "scale_label",
            "n_items",
            "n_obs",
            "mean",
            "sd",
            "alpha",
            "interval",
            "omega",
            "spearman_brown",
            "mean_inter_item_r",
        ],
        roles={
            "scale_label": Role(text("Scale"), align="left"),
            "n_items": Role(text("Items"), COUNT),
            "spearman_brown": Role(text("Spearman–Brown"), BOUNDED),
            "mean_inter_item_r": Role(text("Mean ", emphasis("r")), BOUNDED),
        },
        group_by="kind",
        note=text(
            "α: raw coefficient alpha from pairwise covariances, with Feldt’s interval. ω: from "
            "complete cases. Mean ",
            emphasis("r"),
            ": mean inter-item correlation.",
        ),
    )
