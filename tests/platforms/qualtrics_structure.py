"""What a Qualtrics survey file must be like, checked part by part.

From Qualtrics' own documentation of survey definitions (types, selectors, validation settings and
their allowed values) and from published survey files: every element refers to what exists.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]
SELECTORS = {
    "DB": {"TB"},
    "MC": {"SAVR", "SAHR", "MAVR"},
    "TE": {"SL", "ESTB"},
    "Matrix": {"Likert"},
    "RO": {"DND"},
    "CS": {"VRTL"},
    "Slider": {"HSLIDER"},
}
SUB_SELECTORS = {"MC": "TX", "Matrix": "SingleAnswer", "RO": "TX", "CS": "TX"}
VALIDATION = {"None", "ContentType", "ChoiceRange", "ChoicesTotal", "CustomValidation"}
REQUIRED = {
    "QuestionText",
    "DataExportTag",
    "QuestionType",
    "Selector",
    "Configuration",
    "QuestionDescription",
    "Validation",
    "GradingData",
    "Language",
    "NextChoiceId",
    "NextAnswerId",
    "QuestionID",
    "DefaultChoices",
    "DataVisibility",
}
OPTIONAL = {
    "SubSelector",
    "Choices",
    "ChoiceOrder",
    "Answers",
    "AnswerOrder",
    "RecodeValues",
    "VariableNaming",
    "ChoiceDataExportTags",
    "DisplayLogic",
    "Randomization",
    "SearchSource",
    "ClarifyingSymbolType",
    "Labels",
}
OPERATORS = {
    "Selected",
    "NotSelected",
    "MatchesRegex",
    "DoesNotMatchRegex",
    "EqualTo",
    "NotEqualTo",
    "LessThan",
    "LessThanOrEqual",
    "GreaterThan",
    "GreaterThanOrEqual",
    "Empty",
    "NotEmpty",
}
ELEMENTS = ["BL", "FL", "SO", "SCO", "PROJ", "STAT", "QC", "RS"]
PIPE = re.compile(r"\$\{([^}]*)\}")


def faults(survey: Json) -> list[str]:
    """Name everything that is wrong with a survey file."""
    return list(_Checker(survey).faults())


class _Checker:
    def __init__(self, survey: Json) -> None:
        self.survey = survey
        self.elements: list[Json] = survey["SurveyElements"]
        self.questions: dict[str, Json] = {
            e["Payload"]["QuestionID"]: e["Payload"] for e in self.elements if e["Element"] == "SQ"
        }
        self.data: set[str] = set()

    def one(self, kind: str) -> Any:
        (payload,) = (e["Payload"] for e in self.elements if e["Element"] == kind)
        return payload

    def faults(self) -> Iterator[str]:
        yield from self._envelope()
        self.data = set(_fields(self.one("FL")["Flow"]))
        yield from self._blocks()
        for qid, question in self.questions.items():
            yield from (f"{qid}: {fault}" for fault in self._question(question))
        yield from self._flow(self.one("FL"))

    def _envelope(self) -> Iterator[str]:
        if set(self.survey) != {"SurveyEntry", "SurveyElements"}:
            yield "keys of the file"
        kinds = [e["Element"] for e in self.elements if e["Element"] != "SQ"]
        if kinds != ELEMENTS:
            yield f"elements {kinds}"
        ids = {e["SurveyID"] for e in self.elements} | {self.survey["SurveyEntry"]["SurveyID"]}
        if len(ids) != 1 or not re.fullmatch(r"SV_[0-9A-Za-z]{15}", next(iter(ids))):
            yield f"survey ids {ids}"
        for element in self.elements:
            if set(element) != {
                "SurveyID",
                "Element",
                "PrimaryAttribute",
                "SecondaryAttribute",
                "TertiaryAttribute",
                "Payload",
            }:
                yield f"keys of element {element['Element']}"
        count = next(e for e in self.elements if e["Element"] == "QC")
        if count["SecondaryAttribute"] != str(len(self.questions)):
            yield "question count"

    def _blocks(self) -> Iterator[str]:
        blocks = self.one("BL")
        if [b["Type"] for b in blocks][:: len(blocks) - 1] != ["Default", "Trash"]:
            yield "the first block is the default one, the last one the trash"
        placed = [e["QuestionID"] for b in blocks for e in b["BlockElements"]]
        if sorted(placed) != sorted(self.questions):
            yield "every question stands in one block"
        if len({b["ID"] for b in blocks}) != len(blocks) or not all(
            re.fullmatch("BL_[0-9A-Za-z]{15}", b["ID"]) for b in blocks
        ):
            yield "block ids"
        tags = [q["DataExportTag"] for q in self.questions.values()]
        tags += [
            tag
            for q in self.questions.values()
            for tag in q.get("ChoiceDataExportTags", {}).values()
        ]
        if len({tag.lower() for tag in tags}) != len(tags):
            yield "export tags"

    def _question(self, question: Json) -> Iterator[str]:
        kind, keys = question["QuestionType"], set(question)
        if not keys >= REQUIRED or keys - REQUIRED - OPTIONAL:
            yield f"keys {keys ^ REQUIRED}"
        if question["Selector"] not in SELECTORS[kind]:
            yield "selector"
        if question.get("SubSelector") != SUB_SELECTORS.get(kind):
            yield "sub-selector"
        settings = question["Validation"]["Settings"]
        if settings["Type"] not in VALIDATION or (settings["Type"] == "ContentType") != (
            "ValidNumber" in settings
        ):
            yield "validation"
        if kind != "DB" and {settings["ForceResponse"], settings["ForceResponseType"]} - {
            "ON",
            "OFF",
        }:
            yield "forced"
        yield from self._choices(question)
        for text in _texts(question):
            yield from self._pipes(text)
        for language in (question["Language"] or {}).values():
            for part in ("Choices", "Answers"):
                if language.get(part, {}).keys() != question.get(part, {}).keys():
                    yield f"translated {part}"
        if "CustomValidation" in settings:
            yield from self._logic(settings["CustomValidation"]["Logic"])
        if (settings["Type"] == "CustomValidation") != ("CustomValidation" in settings):
            yield "custom validation"
        if "DisplayLogic" in question:
            yield from self._logic(question["DisplayLogic"])
        for choice in question.get("Choices", {}).values():
            if "DisplayLogic" in choice:
                yield from self._logic(choice["DisplayLogic"])

    def _choices(self, question: Json) -> Iterator[str]:
        matrix = question["QuestionType"] == "Matrix"
        choices, answers = question.get("Choices", {}), question.get("Answers", {})
        if question["QuestionType"] in ("DB", "TE"):
            if choices or answers:
                yield "choices where there are none"
            return
        if question["ChoiceOrder"] != list(choices) or question.get("AnswerOrder", []) != list(
            answers
        ):
            yield "order"
        if question["QuestionType"] == "Slider":
            yield from self._slider(question)
            return
        coded = answers if matrix else choices
        for part in ("RecodeValues", "VariableNaming"):
            values = question[part]
            if values.keys() != coded.keys() or len(set(values.values())) != len(values):
                yield part
            if not all(re.fullmatch(r"-?\d+", value) for value in values.values()):
                yield f"{part} are numbers"
        if not all(re.fullmatch(r"[1-9]\d*", id) for id in (*choices, *answers)):
            yield "ids of choices"
        if question["NextChoiceId"] <= max(map(int, choices)):
            yield "next choice"
        if matrix and question["ChoiceDataExportTags"].keys() != choices.keys():
            yield "tags of rows"

    def _slider(self, question: Json) -> Iterator[str]:
        shape = question["Configuration"]
        if list(question["Choices"]) != ["1"] or len(question["Labels"]) not in (2, 3):
            yield "one line with labels at both ends"
        if not shape["CSSliderMin"] < shape["CSSliderMax"] or shape["GridLines"] < 1:
            yield "ends of the slider"
        if not re.fullmatch(r"\d", shape["NumDecimals"]) or shape["SnapToGrid"] is not True:
            yield "where the slider stops"
        for words in (question["Language"] or {}).values():
            if words["Labels"].keys() != question["Labels"].keys():
                yield "translated labels"

    def _pipes(self, text: str) -> Iterator[str]:
        for path in PIPE.findall(text):
            kind, _, rest = path.partition("://")
            if kind == "e" and rest.removeprefix("Field/") in self.data:
                continue
            if kind == "q" and rest.split("/")[0] in self.questions:
                continue
            yield f"pipe {path}"

    def _logic(self, logic: Json) -> Iterator[str]:
        sets = [logic[key] for key in logic if key.isdigit()]
        if logic["Type"] != "BooleanExpression" or not sets:
            yield "logic"
        types = [entry["Type"] for entry in sets]
        if types[:1] != ["If"] or len(set(types[1:])) > 1 or set(types[1:]) - {"AndIf", "OrIf"}:
            yield f"sets {types}"
        joining = {
            e.get("Conjuction")
            for entry in sets
            for key, e in entry.items()
            if key.isdigit() and key != "0"
        }
        if len(joining) > 1 or (
            joining
            and types[1:]
            and types[1] != {"And": "OrIf", "Or": "AndIf"}[next(iter(joining))]
        ):
            yield "conjunctions that need brackets"
        for entry in sets:
            for key, expression in entry.items():
                if key.isdigit():
                    yield from self._expression(expression)

    def _expression(self, one: Json) -> Iterator[str]:
        if one["Type"] != "Expression" or one["Operator"] not in OPERATORS:
            yield f"expression {one}"
        compares = one["Operator"] not in ("Selected", "NotSelected", "Empty", "NotEmpty")
        if compares != ("RightOperand" in one):
            yield f"right side of {one['LeftOperand']}"
        if one["LogicType"] == "EmbeddedField":
            if one["LeftOperand"] not in self.data | {"NEVER_SET"}:
                yield f"embedded data {one['LeftOperand']}"
            return
        qid, what, *path = one["LeftOperand"].removeprefix("q://").split("/")
        question = self.questions[qid]
        if {one["QuestionID"], one["QuestionIDFromLocator"]} != {qid}:
            yield f"question ids of {one['LeftOperand']}"
        known = {
            "SelectableChoice": question["QuestionType"] in ("MC", "Matrix"),
            "ChoiceTextEntryValue": question["QuestionType"] == "TE",
            "ChoiceNumericEntryValue": question["QuestionType"] in ("RO", "CS", "Slider"),
        }
        if not known.get(what):
            yield f"locator {one['LeftOperand']}"
        lists = [question.get("Choices", {}), question.get("Answers", {})]
        if any(id not in listed for id, listed in zip(path, lists, strict=False)):
            yield f"no choice {one['LeftOperand']}"

    def _flow(self, root: Json) -> Iterator[str]:
        nodes = list(_nodes(root["Flow"]))
        ids = [node["FlowID"] for node in nodes] + [root["FlowID"]]
        if len(set(ids)) != len(ids) or root["Properties"]["Count"] != len(ids):
            yield "flow ids"
        placed = [node["ID"] for node in nodes if node["Type"] in ("Block", "Standard")]
        if placed != [block["ID"] for block in self.one("BL")[:-1]]:
            yield "blocks in the flow"
        for node in nodes:
            if node["Type"] == "Branch":
                yield from self._logic(node["BranchLogic"])
            for entry in node.get("EmbeddedData", ()):
                yield from self._pipes(entry["Value"])
                if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", entry["Field"]):
                    yield f"name of {entry['Field']}"


def _nodes(flow: list[Json]) -> Iterator[Json]:
    for node in flow:
        yield node
        yield from _nodes(node.get("Flow", []))


def _fields(flow: list[Json]) -> Iterator[str]:
    for node in _nodes(flow):
        yield from (entry["Field"] for entry in node.get("EmbeddedData", ()))


def _texts(question: Json) -> Iterator[str]:
    for words in (question, *(question["Language"] or {}).values()):
        yield words["QuestionText"]
        for part in ("Choices", "Answers", "Labels"):
            yield from (entry["Display"] for entry in (words.get(part) or {}).values())
