"""What chance assigns to respondents, built from its source form: arms and sets of blocks."""

from __future__ import annotations

from coprod_stats.instruments.language.tree import Expression, Member, Name
from coprod_stats.instruments.model import Assigned, Option, Text
from coprod_stats.instruments.source.source_form import InstrumentForm, PlaceholderForm
from coprod_stats.instruments.source.written_texts import text_of


def assigned_of(form: InstrumentForm) -> tuple[Assigned, ...]:
    """Return the variables that are assigned; the sets of a planned missing design come last."""
    arms = tuple(
        Assigned(
            id,
            text_of(entry.title, form.languages),
            tuple(
                Option(code, text_of(label, form.languages)) for code, label in entry.levels.items()
            ),
            forms=tuple(form.forms if entry.forms is None else entry.forms),
        )
        for id, entry in form.assigned.items()
    )
    plan = form.planned_missing
    if plan is None:
        return arms
    title = text_of(plan.title, form.languages)
    levels = tuple(
        Option(code, text_of(", ".join(blocks), form.languages))
        for code, blocks in plan.sets.items()
    )
    shown = tuple(tuple(blocks) for blocks in plan.sets.values())
    return (*arms, Assigned(plan.id, title, levels, shown, tuple(plan.forms)))


def level_texts_of(
    form: InstrumentForm, placeholder: PlaceholderForm
) -> tuple[tuple[int, Text], ...]:
    """Return the texts by level: the labels of the levels unless others are given."""
    variable = form.assigned.get(placeholder.variable or "")
    texts = placeholder.levels or ({} if variable is None else variable.levels)
    return tuple((level, text_of(words, form.languages)) for level, words in texts.items())


def rotation_of(form: InstrumentForm, block: str | None) -> tuple[Expression, ...]:
    """Return the condition that a rotating block was assigned."""
    plan = form.planned_missing
    if block is None or plan is None:
        return ()
    codes = tuple(float(code) for code, blocks in plan.sets.items() if block in blocks)
    return (Member(Name(plan.id), codes),)
