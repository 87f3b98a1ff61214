"""A strict reader of Mplus input: what it does not know, or what is not allowed, fails."""

from __future__ import annotations

import re
from dataclasses import dataclass

COMMANDS = ("TITLE", "DATA", "VARIABLE", "ANALYSIS", "MODEL", "MODEL CONSTRAINT", "OUTPUT")
FIELDS = {
    "DATA": {"FILE", "LISTWISE"},
    "VARIABLE": {
        "NAMES",
        "USEVARIABLES",
        "CATEGORICAL",
        "MISSING",
        "GROUPING",
        "CLUSTER",
        "WEIGHT",
        "AUXILIARY",
    },
    "ANALYSIS": {"TYPE", "ESTIMATOR", "PARAMETERIZATION", "INFORMATION", "BOOTSTRAP"},
}
NAME = r"[A-Za-z][A-Za-z0-9_]{0,7}"
NUMBER = r"-?[0-9]+(?:\.[0-9]+)?"
VALUE = rf"(?P<value>[*@]{NUMBER})"
NEW = rf"NEW\(({NAME})\)"
LABEL = rf"(?: \((?P<label>{NAME})\))?"
STATEMENTS = {
    "=~": rf"(?P<lhs>{NAME}) BY (?P<rhs>{NAME}){VALUE}{LABEL}",
    "~": rf"(?P<lhs>{NAME}) ON (?P<rhs>{NAME}){VALUE}{LABEL}",
    "~~": rf"(?P<lhs>{NAME}) WITH (?P<rhs>{NAME}){VALUE}{LABEL}",
    "variance": rf"(?P<lhs>{NAME}){VALUE}{LABEL}",
    "~1": rf"\[(?P<lhs>{NAME}){VALUE}\]{LABEL}",
    "|": rf"\[(?P<lhs>{NAME})\$(?P<rhs>[0-9]+){VALUE}\]{LABEL}",
    "~*~": rf"\{{(?P<lhs>{NAME}){VALUE}\}}{LABEL}",
}


@dataclass(frozen=True)
class Statement:
    """One parameter: where it stands and what is said of it."""

    lhs: str
    op: str
    rhs: str
    value: str
    label: str

    def lavaan(self) -> str:
        """State the same in lavaan's language."""
        rhs = {"~1": "1", "|": f"t{self.rhs}"}.get(self.op, self.rhs)
        op = "~" if self.op == "~1" else self.op
        kind, number = self.value[0], self.value[1:]
        modifiers = [number] if kind == "@" else ["NA", f"start({number})"]
        modifiers += [self.label] if self.label else []
        lines = [f"{self.lhs} {op} {modifier}*{rhs}" for modifier in modifiers]
        return "\n".join(lines)


@dataclass(frozen=True)
class Input:
    """A whole input: fields of the commands, statements by group, constraints, its data."""

    fields: dict[str, dict[str, str]]
    models: dict[str, list[Statement]]
    constraints: list[str]
    comments: list[str]

    @property
    def names(self) -> list[str]:
        return self.fields["VARIABLE"]["NAMES"].split()

    @property
    def groups(self) -> list[str]:
        """Names of the groups in the order of their codes."""
        grouping = self.fields["VARIABLE"].get("GROUPING", "")
        found = re.findall(rf"([0-9]+) = ({NAME})", grouping)
        assert [int(code) for code, _ in found] == list(range(1, len(found) + 1))
        return [name for _, name in found]

    @property
    def used(self) -> list[str]:
        return self.fields["VARIABLE"]["USEVARIABLES"].split()

    def rows(self, data: str) -> list[list[float]]:
        """Read the data file; missing values are NaN."""
        code = re.fullmatch(rf"ALL \(({NUMBER})\)", self.fields["VARIABLE"]["MISSING"])[1]
        cells = [line.split(" ") for line in data.splitlines()]
        assert all(len(row) == len(self.names) for row in cells)
        assert all(re.fullmatch(NUMBER, cell) for row in cells for cell in row)
        return [[float("nan") if cell == code else float(cell) for cell in row] for row in cells]

    def lavaan(self) -> str:
        """Return the whole model in lavaan's language, group by group."""
        parts = self.groups or [""]
        lines = []
        for number, group in enumerate(parts, start=1):
            if group:
                lines.append(f"group: {number}")
            lines += [statement.lavaan() for statement in self.models[group]]
        new = [found[1] for c in self.constraints if (found := re.fullmatch(NEW, c))]
        for constraint in self.constraints:
            if re.fullmatch(NEW, constraint):
                continue
            left, sign, right = re.fullmatch(r"(.*?) ([=<>]) (.*)", constraint).groups()
            if sign == "=":
                sign = ":=" if left in new else "=="
            lines.append(f"{_lower(left)} {sign} {_lower(right)}")
        return "\n".join(lines)


def _lower(expression: str) -> str:
    """Functions in lavaan's spelling."""
    named = re.sub(r"PHI\(", "pnorm(", expression.replace("**", "^"))
    return re.sub(r"[A-Z0-9]+\(", lambda found: found[0].lower(), named)


def read_mplus(text: str) -> Input:
    """Read an input file, refusing whatever Mplus would, as far as this is known here."""
    assert text.isascii()
    sections = _sections(text)
    found = [name for name in sections if not name.startswith("MODEL ")]
    assert found == [name for name in COMMANDS if name in found], "order of the commands"
    assert {"TITLE", "DATA", "VARIABLE", "ANALYSIS", "MODEL", "OUTPUT"} <= set(found)
    fields, comments = {}, []
    for command, known in FIELDS.items():
        fields[command] = {}
        comments += [line for line in sections[command] if line.strip().startswith("!")]
        for field in _statements(line for line in sections[command] if "!" not in line):
            name, given = re.fullmatch(r"([A-Z]+) = (.+)", field).groups()
            assert name in known, field
            fields[command][name] = given
    models = {
        ("" if name == "MODEL" else name.removeprefix("MODEL ")): [
            _statement(statement) for statement in _statements(lines)
        ]
        for name, lines in sections.items()
        if name.startswith("MODEL") and name != "MODEL CONSTRAINT"
    }
    constraints = list(_statements(sections.get("MODEL CONSTRAINT", [])))
    read = Input(fields, models, constraints, comments)
    _check(read)
    return read


def _sections(text: str) -> dict[str, list[str]]:
    sections, lines = {}, None
    for line in text.splitlines():
        assert len(line) <= 90, line
        if not line.startswith(" "):
            command = re.fullmatch(rf"([A-Z]+(?: (?:CONSTRAINT|{NAME}))?):", line)[1]
            assert command not in sections
            lines = sections[command] = []
        else:
            lines.append(line)
    return sections


def _statements(lines):
    text = " ".join(line.strip() for line in lines)
    assert not text or text.endswith(";"), text
    return [part.strip() for part in text.split(";")[:-1]]


def _statement(text: str) -> Statement:
    for op, pattern in STATEMENTS.items():
        if found := re.fullmatch(pattern, text):
            parts = found.groupdict()
            rhs = parts.get("rhs") or (parts["lhs"] if op in ("variance", "~*~") else "")
            op = "~~" if op == "variance" else op
            return Statement(parts["lhs"], op, rhs, parts["value"], parts["label"] or "")
    raise AssertionError(f"no statement of MODEL: {text}")


def _check(read: Input) -> None:
    variable = read.fields["VARIABLE"]
    folded = [name.upper() for name in read.names]
    assert len(folded) == len(set(folded))
    auxiliary = variable.get("AUXILIARY", "").removeprefix("(M) ").split()
    design = [variable[f].split(" ")[0] for f in ("GROUPING", "CLUSTER", "WEIGHT") if f in variable]
    assert sorted(read.names) == sorted([*read.used, *auxiliary, *design])
    assert set(variable.get("CATEGORICAL", "").split()) <= set(read.used)
    assert set(read.models) == {"", *read.groups}
    # with groups, only what a group's own model says is free of the default equalities
    if read.groups:
        assert not any(statement.label for statement in read.models[""])
    for statements in read.models.values():
        known = {*read.used, *(s.lhs for s in statements if s.op == "=~")}
        assert {s.lhs for s in statements} <= known
        assert {s.rhs for s in statements if s.op in ("=~", "~", "~~")} <= known
        places = [(s.op, *sorted((s.lhs, s.rhs))) for s in statements]
        assert len(places) == len(set(places)), "a parameter is stated twice"
    labels = {s.label for statements in read.models.values() for s in statements if s.label}
    defined: set[str] = set()
    for constraint in read.constraints:
        if new := re.fullmatch(NEW, constraint):
            assert new[1] not in labels
            defined.add(new[1])
            continue
        assert re.fullmatch(r"[^=<>]+ [=<>] [^=<>]+", constraint), constraint
        words = set(re.findall(r"[A-Za-z_][A-Za-z0-9_]*(?!\w|\()", constraint))
        assert words <= labels | defined, constraint
