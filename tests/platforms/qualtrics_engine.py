"""Walks through a Qualtrics survey file as a respondent would, and writes exports of its shape.

It knows the file only: the flow with its randomisers, branches and embedded data, display logic
("and" before "or", within sets and between them), what is forced and limited, and piped text.
"""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from every_kind import plain

Json = dict[str, Any]
OWN = (
    ("StartDate", "startDate"),
    ("EndDate", "endDate"),
    ("Status", "status"),
    ("Progress", "progress"),
    ("Duration (in seconds)", "duration"),
    ("Finished", "finished"),
    ("RecordedDate", "recordedDate"),
    ("ResponseId", "_recordId"),
    ("DistributionChannel", "distributionChannel"),
    ("UserLanguage", "userLanguage"),
)


def elements(survey: Json, kind: str) -> list[Json]:
    return [e["Payload"] for e in survey["SurveyElements"] if e["Element"] == kind]


@dataclass
class Respondent:
    """One walk through a survey.

    ``given`` holds answers by export tag: a code, a text, a list of codes, or numbers by option.
    """

    survey: Json
    given: Mapping[str, Any]
    assigned: Mapping[str, str]
    language: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    data: dict[str, str] = field(default_factory=dict)
    displayed: set[str] = field(default_factory=set)
    rows_displayed: dict[str, set[str]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    ended: bool = False

    def __post_init__(self) -> None:
        self.questions = {q["QuestionID"]: q for q in elements(self.survey, "SQ")}
        self.blocks = {b["ID"]: b for b in elements(self.survey, "BL")[0]}
        self._flow(elements(self.survey, "FL")[0]["Flow"])

    def _flow(self, nodes: list[Json]) -> None:
        for node in nodes:
            if self.ended:
                return
            match node["Type"]:
                case "Block" | "Standard":
                    for element in self.blocks[node["ID"]]["BlockElements"]:
                        self._question(self.questions[element["QuestionID"]])
                case "EmbeddedData":
                    for entry in node["EmbeddedData"]:
                        self.data[entry["Field"]] = self._calculated(entry["Value"])
                case "BlockRandomizer":
                    assert node["SubSet"] == 1
                    self._flow([self._arm(node)])
                case "Group":
                    self._flow(node["Flow"])
                case "Branch":
                    if self.holds(node["BranchLogic"]):
                        self._flow(node["Flow"])
                case "EndSurvey":
                    self.ended = True
                case other:
                    raise AssertionError(other)

    def _arm(self, node: Json) -> Json:
        for arm in node["Flow"]:
            ((entry),) = arm["EmbeddedData"]
            if self.assigned.get(entry["Field"], entry["Value"]) == entry["Value"]:
                return arm
        raise AssertionError(f"no arm for {self.assigned}")

    def holds(self, logic: Json) -> bool:
        groups: list[list[bool]] = []
        for place in sorted((key for key in logic if key.isdigit()), key=int):
            entry = logic[place]
            joined = entry["Type"] in ("AndIf",) and groups
            held = self._set_holds(entry)
            groups[-1].append(held) if joined else groups.append([held])
        return any(all(group) for group in groups)

    def _set_holds(self, entry: Json) -> bool:
        groups: list[list[bool]] = []
        for place in sorted((key for key in entry if key.isdigit()), key=int):
            held = self._compare(entry[place])
            joined = entry[place].get("Conjuction", "Or") == "And" and groups
            groups[-1].append(held) if joined else groups.append([held])
        return any(all(group) for group in groups)

    def _compare(self, one: Json) -> bool:
        operator, right = one["Operator"], one.get("RightOperand", "")
        if operator in ("Selected", "NotSelected"):
            return self._selected(one["LeftOperand"]) == (operator == "Selected")
        left = self._left(one)
        if operator == "MatchesRegex":
            return re.fullmatch(right, left) is not None
        if operator == "DoesNotMatchRegex":
            return re.fullmatch(right, left) is None
        if operator in ("Empty", "NotEmpty"):
            return (left == "") == (operator == "Empty")
        if one["LogicType"] == "EmbeddedField":
            return (left == right) == (operator == "EqualTo")
        if left == "":
            return operator == "NotEqualTo"
        a, b = float(left), float(right)
        return {
            "EqualTo": a == b,
            "NotEqualTo": a != b,
            "LessThan": a < b,
            "GreaterThan": a > b,
            "LessThanOrEqual": a <= b,
            "GreaterThanOrEqual": a >= b,
        }[operator]

    def _left(self, one: Json) -> str:
        if one["LogicType"] == "EmbeddedField":
            return self.data.get(one["LeftOperand"], "")
        qid, what, *path = one["LeftOperand"].removeprefix("q://").split("/")
        assert qid in self.questions
        answer = self.answers.get(qid, "")
        if what == "ChoiceTextEntryValue":
            return str(answer)
        assert what == "ChoiceNumericEntryValue"
        assert path[0] in self.questions[qid]["Choices"]
        return str(answer.get(path[0], "")) if isinstance(answer, dict) else ""

    def _selected(self, locator: str) -> bool:
        qid, what, *path = locator.removeprefix("q://").split("/")
        question = self.questions[qid]
        assert what == "SelectableChoice"
        answer = self.answers.get(qid)
        if question["QuestionType"] == "Matrix":
            row, choice = path
            assert row in question["Choices"]
            assert choice in question["Answers"]
            return isinstance(answer, dict) and answer.get(row) == choice
        (choice,) = path
        assert choice in question["Choices"]
        return choice in answer if isinstance(answer, list) else answer == choice

    def _question(self, question: Json) -> None:
        logic = question.get("DisplayLogic")
        if logic and not self.holds(logic):
            return
        qid, tag = question["QuestionID"], question["DataExportTag"]
        self.displayed.add(qid)
        self.texts[tag] = self._said(self._in_language(question)["QuestionText"])
        if question["QuestionType"] == "DB":
            return
        answer = self._answer(question)
        if answer not in (None, "", [], {}):
            self.answers[qid] = answer
        self._check(question, answer)

    def _in_language(self, question: Json) -> Json:
        return question["Language"].get(self.language, question) if self.language else question

    def _answer(self, question: Json) -> Any:
        ids = {code: id for id, code in question.get("RecodeValues", {}).items()}
        given = self.given.get(question["DataExportTag"])
        if question["QuestionType"] == "Matrix":
            tags = question["ChoiceDataExportTags"]
            logic = {row: c.get("DisplayLogic") for row, c in question["Choices"].items()}
            shown = {row for row, own in logic.items() if own is None or self.holds(own)}
            self.rows_displayed[question["QuestionID"]] = shown
            words = self._in_language(question)["Choices"]
            self.texts |= {tags[row]: self._said(words[row]["Display"]) for row in shown}
            return {
                row: ids[str(self.given[tag])]
                for row, tag in tags.items()
                if row in shown and self.given.get(tag) is not None
            }
        if given is None:
            return None
        for code in given if isinstance(given, list) else [given]:
            own = question.get("Choices", {}).get(ids.get(str(code)), {}).get("DisplayLogic")
            if own is not None and not self.holds(own):
                self.problems.append(f"{question['DataExportTag']}: {code} is not shown")
        if question["QuestionType"] == "Slider":
            return {"1": plain(given)}
        if isinstance(given, list):
            return [ids[str(code)] for code in given]
        if isinstance(given, Mapping):
            return {ids[str(code)]: number for code, number in given.items()}
        if question["QuestionType"] == "MC":
            return ids[str(given)]
        return plain(given) if isinstance(given, float) else str(given)

    def _check(self, question: Json, answer: Any) -> None:
        tag, settings = question["DataExportTag"], question["Validation"]["Settings"]
        if settings["ForceResponse"] == "ON":
            rows = self.rows_displayed.get(question["QuestionID"])
            missing = len(answer) < len(rows) if rows is not None else answer in (None, "", [])
            if missing:
                self.problems.append(f"{tag}: forced")
        custom = settings.get("CustomValidation")
        if custom and not self.holds(custom["Logic"]):
            self.problems.append(f"{tag}: not valid")
        if answer in (None, "", [], {}):
            return
        limits = settings.get("ValidNumber")
        if settings["Type"] == "ContentType" and limits:
            number = float(answer)
            low, high = (float(limits[k]) if limits[k] else number for k in ("Min", "Max"))
            if not low <= number <= high or (limits["NumDecimals"] == "0" and number % 1):
                self.problems.append(f"{tag}: no such number")
        if question["QuestionType"] == "Slider":
            shape, stands = question["Configuration"], float(answer["1"])
            low, high = shape["CSSliderMin"], shape["CSSliderMax"]
            stops = (stands - low) * shape["GridLines"] / (high - low)
            if not low <= stands <= high or abs(stops - round(stops)) > 1e-6:
                self.problems.append(f"{tag}: the slider does not stop there")
        if settings["Type"] == "ChoicesTotal" and sum(answer.values()) != float(
            settings["ChoiceTotal"]
        ):
            self.problems.append(f"{tag}: wrong total")
        if settings["Type"] == "ChoiceRange":
            low, high = (settings[k] or len(answer) for k in ("MinChoices", "MaxChoices"))
            if not int(low) <= len(answer) <= int(high):
                self.problems.append(f"{tag}: not so many")
        if (
            isinstance(answer, list)
            and len(answer) > 1
            and any(question["Choices"][choice].get("ExclusiveAnswer") for choice in answer)
        ):
            self.problems.append(f"{tag}: not alone")

    def _said(self, text: str) -> str:
        return html.unescape(re.sub("<br>", "\n", self._piped(text)))

    def _calculated(self, text: str) -> str:
        piped = self._piped(text)
        arithmetic = re.fullmatch(r"\$e\{ ([-+*/(). 0-9]+) \}", piped)
        return plain(eval(arithmetic[1])) if arithmetic else piped  # noqa: S307 digits and signs

    def _piped(self, text: str) -> str:
        def fill(match: re.Match[str]) -> str:
            kind, path = match[1].split("://")
            if kind == "e":
                return self.data[path.removeprefix("Field/")]
            qid, what, *rest = path.split("/")
            answer = self.answers.get(qid, "")
            recode = self.questions[qid].get("RecodeValues", {})
            if what == "ChoiceTextEntryValue":
                return html.escape(str(answer), quote=False) if "{" not in text[:3] else str(answer)
            if what == "SelectedChoicesRecode":
                return recode[answer]
            if what == "SelectedAnswerRecode":
                return recode[answer[rest[0]]]
            assert what == "ChoiceNumericEntryValue"
            return str(answer[rest[0]])

        return re.sub(r"\$\{([a-z]+://[^}]+)\}", fill, text)


@dataclass(frozen=True)
class Column:
    name: str
    label: str
    import_id: Json
    cell: Any


def columns(survey: Json, *, split: bool, unanswered: bool) -> Iterator[Column]:
    """Return the columns of an export, each with what it says for a respondent."""

    def seen(respondent: Respondent, qid: str, blank: str = "-99") -> str:
        return blank if unanswered and qid in respondent.displayed else ""

    for question in elements(survey, "SQ"):
        qid, tag = question["QuestionID"], question["DataExportTag"]
        recode, kind = question.get("RecodeValues", {}), question["QuestionType"]
        text = re.sub("<[^>]+>", "", question["QuestionText"])
        multiple = kind == "MC" and question["Selector"] == "MAVR"
        if kind == "DB":
            continue
        if kind == "TE":
            of = partial(_typed, qid=qid, seen=seen)
            yield Column(tag, text, {"ImportId": f"{qid}_TEXT"}, of)
        elif kind == "MC" and not (multiple and split):
            of = partial(_chosen, qid=qid, recode=recode, seen=seen)
            yield Column(tag, text, {"ImportId": qid}, of)
        elif multiple:
            for choice in question["Choices"]:
                of = partial(_ticked, qid=qid, choice=choice, seen=seen)
                yield Column(f"{tag}_{choice}", text, {"ImportId": qid, "choiceId": choice}, of)
        elif kind == "Matrix":
            for row, name in question["ChoiceDataExportTags"].items():
                of = partial(_in_row, qid=qid, row=row, recode=recode, seen=seen)
                yield Column(name, text, {"ImportId": f"{qid}_{row}"}, of)
        else:
            for choice in question["Choices"]:
                of = partial(_numbered, qid=qid, choice=choice, seen=seen)
                yield Column(f"{tag}_{choice}", text, {"ImportId": f"{qid}_{choice}"}, of)
    for name in data_fields(survey):
        yield Column(name, name, {"ImportId": name}, lambda r, n=name: r.data.get(n, ""))


def _typed(person: Respondent, *, qid: str, seen: Any) -> str:
    return person.answers.get(qid) or seen(person, qid)


def _chosen(person: Respondent, *, qid: str, recode: Json, seen: Any) -> str:
    answer = person.answers.get(qid)
    chosen = answer if isinstance(answer, list) else [answer] if answer else []
    return ",".join(recode[choice] for choice in chosen) or seen(person, qid)


def _ticked(person: Respondent, *, qid: str, choice: str, seen: Any) -> str:
    return "1" if choice in person.answers.get(qid, ()) else seen(person, qid, "0")


def _in_row(person: Respondent, *, qid: str, row: str, recode: Json, seen: Any) -> str:
    answer = person.answers.get(qid, {}).get(row)
    if answer is not None:
        return recode[answer]
    return seen(person, qid) if row in person.rows_displayed.get(qid, ()) else ""


def _numbered(person: Respondent, *, qid: str, choice: str, seen: Any) -> str:
    return str(person.answers[qid][choice]) if qid in person.answers else seen(person, qid)


def data_fields(survey: Json) -> list[str]:
    def walk(nodes: list[Json]) -> Iterator[str]:
        for node in nodes:
            yield from (entry["Field"] for entry in node.get("EmbeddedData", ()))
            yield from walk(node.get("Flow", ()))

    return list(dict.fromkeys(walk(elements(survey, "FL")[0]["Flow"])))


def export_csv(
    survey: Json, people: list[Respondent], *, split: bool = False, unanswered: bool = False
) -> str:
    """Write the CSV of a survey: names, questions, import ids, then a row for each response."""
    kept = list(columns(survey, split=split, unanswered=unanswered))
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow([*(name for name, _ in OWN), *(column.name for column in kept)])
    writer.writerow([*(name for name, _ in OWN), *(column.label for column in kept)])
    own = [json.dumps({"ImportId": id}, separators=(",", ":")) for _, id in OWN]
    writer.writerow(own + [json.dumps(c.import_id, separators=(",", ":")) for c in kept])
    for number, person in enumerate(people):
        about = (
            "2026-11-24 10:00:00",
            "2026-11-24 10:09:00",
            "0",
            "100",
            "540",
            "1",
            "2026-11-24 10:09:01",
            f"R_{number}",
            "anonymous",
            "EN",
        )
        writer.writerow([*about, *(column.cell(person) for column in kept)])
    return "\ufeff" + written.getvalue()
