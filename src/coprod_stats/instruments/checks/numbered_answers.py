"""Faults of answers on a line: sliders, and scales of numbers of which some have labels."""

from __future__ import annotations

from collections.abc import Iterator

from coprod_stats.errors import Fault
from coprod_stats.instruments.questions import on_step
from coprod_stats.instruments.source.answer_form import MOST_POINTS, NumberForm, ResponseScaleForm
from coprod_stats.instruments.source.draft import Draft


def check_sliders(draft: Draft) -> Iterator[Fault]:
    """Find sliders without two ends, or whose steps do not lead from one end to the other."""
    for placed in draft.items:
        number = placed.item.number
        if number is not None and number.slider is not None and not _leads_on(number):
            yield draft.fault(
                "ITEM-026",
                (*placed.location, "number"),
                f"item {placed.item.id}",
                "has a slider without 'min' and 'max', or whose steps miss its end, its labelled "
                "middle, or whole numbers",
                "State 'min' and 'max', and a 'step' that divides the way between them, and to "
                "the middle if that has a label; 'whole: false' goes with parts of a number.",
            )


def _leads_on(number: NumberForm) -> bool:
    slider, low, high = number.slider, number.min, number.max
    if slider is None or low is None or high is None or low >= high:
        return False
    middle = [(low + high) / 2] if slider.middle is not None else []
    parts = [low, slider.step] if number.whole else []
    return (
        slider.step <= high - low
        and all(on_step(n, low=low, step=slider.step) == n for n in (high, *middle))
        and all(part.is_integer() for part in parts)
    )


def check_points(draft: Draft) -> Iterator[Fault]:
    """Find scales of numbers whose ends are no range, or without labels, or with stray ones."""
    for id, scale in draft.form.responses.items():
        if scale.points is not None and not _is_range(scale):
            yield draft.fault(
                "CODE-006",
                ("responses", id),
                f"response scale '{id}'",
                "'points' are not the first and the last of at most "
                f"{MOST_POINTS} whole numbers, an end has no label, a label no number, or the "
                "kind is 'categorical'",
                "Let 'points' be such as [0, 10], and label the two ends, and other numbers "
                "between them if they mean something, in 'options'.",
            )


def _is_range(scale: ResponseScaleForm) -> bool:
    assert scale.points is not None
    low, high = scale.points
    inside = all(low <= code <= high for code in scale.options)
    labelled = all(scale.options.get(end, str(end)) != str(end) for end in (low, high))
    ordered = scale.kind != "categorical"
    return ordered and inside and labelled and 1 <= high - low < MOST_POINTS
