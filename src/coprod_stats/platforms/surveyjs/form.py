"""The form as SurveyJS JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from coprod_stats.instruments.language.tree import Call, Expression, Name, Not
from coprod_stats.instruments.model import Block, Instrument, Item, Page, Roster
from coprod_stats.platforms.fields import (
    InexpressibleError,
    choices,
    companion,
    entry_hint,
    missing_choices,
    needs_companion,
    rows_together,
    shuffles,
)
from coprod_stats.platforms.form_export import (
    FormExport,
    SidecarRoster,
    coinciding,
    sidecar_of,
)
from coprod_stats.platforms.surveyjs.columns import (
    PANEL,
    columns,
    grid_paths,
    item_columns,
    question_paths,
)
from coprod_stats.platforms.surveyjs.expressions import Translator, visible_if
from coprod_stats.platforms.surveyjs.losses import losses_of
from coprod_stats.platforms.surveyjs.question_types import QuestionTypes, choice, value_of
from coprod_stats.platforms.surveyjs.texts import FormTexts, Json


def export(instrument: Instrument, *, languages: tuple[str, ...]) -> FormExport:
    """Write a questionnaire as a SurveyJS form, for survey-core 3.

    Codes are the values; rows under a stem are a matrix named after the block; "don't know" beside
    a number or a text is a checkbox ``ID_NA``. An assigned variable is an invisible question: the
    page that embeds the form sets it before the first answer.
    """
    form = _Form(instrument, languages)
    survey = form.json()
    made = json.dumps(survey, ensure_ascii=False, indent=1) + "\n"
    names = [entry["name"] for entry in survey.get("calculatedValues", ())]
    faults = (*form.texts.refused, *form.translator.refused)
    refused = (*faults, *coinciding([*names, *_names(survey["pages"])]))
    losses = tuple(losses_of(instrument))
    sidecar = sidecar_of(
        instrument,
        "surveyjs",
        languages=languages,
        columns=columns(instrument),
        internal=[roster.name for roster in form.rosters],
        losses=losses,
        rosters=form.rosters,
    )
    return FormExport({"survey.json": made.encode()}, sidecar, refused=refused, losses=losses)


def _names(elements: Sequence[Json]) -> Iterator[str]:
    """Name the pages, panels and questions of a form."""
    for element in elements:
        yield element["name"]
        yield from _names(element.get("elements") or element.get("templateElements") or ())


class _Form:
    """A form, or the panel of a roster, in which names begin with ``scope``."""

    def __init__(
        self, instrument: Instrument, languages: tuple[str, ...], *, scope: str = ""
    ) -> None:
        self.instrument, self.languages, self.scope = instrument, languages, scope
        self.grids = grid_paths(instrument)
        paths = question_paths(instrument, scope=scope)
        paths |= {variable.id: variable.id for variable in instrument.assigned}
        self.translator = Translator(instrument, paths, scope=scope)
        self.texts = FormTexts(instrument, languages, paths, scope=scope)
        self.types = QuestionTypes(self.translator, self.texts, scope=scope)
        self.rosters: list[SidecarRoster] = []

    def json(self) -> Json:
        pages = [
            self._roster(part) if isinstance(part, Roster) else self._page(part)
            for part in self.instrument.parts
        ]
        hidden = [
            {
                "type": "text",
                "inputType": "number",
                "name": variable.id,
                "visible": False,
                "title": self.texts.text(variable.title),
                "clearIfInvisible": "none",
            }
            for variable in self.instrument.assigned
        ]
        pages[0]["elements"] = hidden + pages[0]["elements"]
        title = self.texts.text(self.instrument.title)
        words = self.instrument.introduction
        calculated = self.texts.calculated()
        return {
            "title": title,
            **({"description": self.texts.text(words)} if words is not None else {}),
            **({"locale": first} if (first := self.languages[0]) != "en" else {}),
            "clearInvisibleValues": "onHidden",
            "showQuestionNumbers": False,
            **({"calculatedValues": calculated} if calculated else {}),
            "pages": pages,
        }

    def _page(self, page: Page) -> Json:
        made: Json = {"name": f"page_{page.id}"} | self._heading(page)
        if page.random_order:
            made["questionsOrder"] = "random"
        return made | {"elements": [self._block(page, block) for block in page.blocks]}

    def _heading(self, page: Page) -> Json:
        parts = {"title": page.title, "description": page.intro}
        return {name: self.texts.text(text) for name, text in parts.items() if text is not None}

    def _roster(self, roster: Roster) -> Json:
        """Write a roster as a page with a dynamic panel, whose texts are composed within it."""
        rows = _Form(self.instrument.roster(roster.id), self.languages, scope=f"{PANEL}.")
        elements = [rows._block(roster.page, block) for block in roster.page.blocks]
        summed = self.translator.row_values(roster).items()
        composed = [
            {"type": "expression", "visible": False, "clearIfInvisible": "none", **value}
            for value in (
                *rows.texts.composed,
                *({"name": name, "expression": written} for written, name in summed),
            )
        ]
        self.texts.has_brace |= rows.texts.has_brace
        self.translator.refused += [*rows.texts.refused, *rows.translator.refused]
        internal = tuple(value["name"] for value in composed)
        columns = tuple(item_columns(rows.instrument))
        self.rosters.append(SidecarRoster(roster.id, roster.id, columns, internal))
        panel: Json = {
            "type": "paneldynamic",
            "name": roster.id,
            "title": self.texts.text(roster.title),
            "templateElements": [*composed, *elements],
            "maxPanelCount": roster.most,
        }
        if roster.count is not None:
            fixed = {"allowAddPanel": False, "allowRemovePanel": False}
            panel |= {"bindings": {"panelCount": roster.count}, **fixed}
        made: Json = {"name": f"page_{roster.page.id}", "elements": [panel]}
        made |= self._heading(roster.page)
        shown = [] if roster.page.condition is None else [roster.page.condition]
        return made | visible_if(self.translator, f"roster {roster.id}", shown)

    def _block(self, page: Page, block: Block) -> Json:
        panel: Json = {"type": "panel", "name": f"panel_{page.id}_{block.id}"}
        if block.random_order and not self.scope:
            panel["questionsOrder"] = "random"
        elements: list[Json] = []
        for rows in rows_together(block):
            first = rows[0]
            if first.in_grid:
                elements.append(self._matrix(rows, random_order=block.random_order))
                continue
            elements.append(self._question(first))
            if needs_companion(first):
                elements.append(self._companion(first))
        if block.stem is not None and not all(item.in_grid for item in block.items):
            first = next(item for item in block.items if not item.in_grid)
            panel["title"] = self.texts.wording(f"S_{first.id}", first, stem=True)
        return panel | {"elements": elements}

    def _matrix(self, rows: Sequence[Item], *, random_order: bool) -> Json:
        first = rows[0]
        return {
            "type": "matrix",
            "name": self.grids[first.id][0],
            "title": self.texts.wording(f"S_{first.id}", first, stem=True),
            "columns": [choice(option, self.texts) for option in choices(first, self.instrument)],
            "rows": [
                {"value": row.id, "text": self.texts.wording(f"W_{row.id}", row)} | self._shown(row)
                for row in rows
            ],
            **({"rowOrder": "random"} if random_order else {}),
            **({"eachRowRequired": True} if first.required else {}),
        }

    def _question(self, item: Item) -> Json:
        name: Json = {"name": item.id}
        if item.kind == "note":
            return {"type": "html", "html": self.texts.note(item), **name, **self._shown(item)}
        title = self.texts.wording(f"W_{item.id}", item)
        beside = entry_hint(item)
        if beside is not None:
            name["description"] = self.texts.text(beside)
        if item.required and needs_companion(item):
            name["requiredIf"] = f"{{{self.scope}{companion(item)}}} empty"
        elif item.required:
            name["isRequired"] = True
        kind = self.types.of_item(item)
        if shuffles(item, self.instrument):
            kind["choicesOrder"] = "random"
        validators = [*kind.pop("validators", ()), *self._checks(item)]
        checked: Json = {"validators": validators} if validators else {}
        name |= self._prefilled(item)
        return {**kind, **name, "title": title, **checked, **self._shown(item)}

    def _prefilled(self, item: Item) -> Json:
        given = item.prefill
        if given is None:
            return {}
        made: Json = {"readOnly": True} if given.read_only else {}
        if given.answer is not None:
            return made | {"defaultValueExpression": self.translator.copied(given.answer, item.id)}
        if given.value is None:
            return made
        value: object = given.value
        if item.responses is not None:
            option = next(o for o in item.responses.all_options if str(o.value) == given.value)
            value = value_of(option)
        elif item.kind == "number":
            value = float(given.value) if "." in given.value else int(given.value)
        return made | {"defaultValue": value}

    def _checks(self, item: Item) -> Iterator[Json]:
        for check in item.checks:
            try:
                rule = self.translator.agrees([check.condition])
            except InexpressibleError as error:
                self.translator.refuse(f"item {item.id}", error)
                continue
            yield {"type": "expression", "text": self.texts.text(check.message), "expression": rule}

    def _companion(self, item: Item) -> Json:
        options = missing_choices(item, self.instrument)
        # what stands in a prefilled question would be read as the answer of who says "don't know"
        blank = () if item.prefill is None else (Not(Call("answered", (Name(item.id),))),)
        return {
            "type": "checkbox",
            "name": companion(item),
            "titleLocation": "hidden",
            "title": self.texts.text(item.text),
            "maxSelectedChoices": 1,
            "choices": [choice(option, self.texts) for option in options],
            **self._shown(item, *blank),
        }

    def _shown(self, item: Item, *more: Expression) -> Json:
        return visible_if(self.translator, f"item {item.id}", (*item.conditions, *more))
