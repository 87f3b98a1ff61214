"""Codes of faults and warnings, read from the source: where each is raised, with what words.

``make codes`` writes ``docs/codes.md``. The words are found by following the call that is given
the code to the parameters called ``found``, ``message`` or ``reason``, and ``remedy``. What is not
written out at that place stands in ``code_remedies.yaml``, which holds nothing else.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "coprod_stats"
PAGE = ROOT / "docs" / "codes.md"
BY_HAND = Path(__file__).with_name("code_remedies.yaml")
CODE = re.compile(r"[A-Z]+-\d{3}")
CAUSES = ("found", "message", "reason")


Words = tuple[str | None, str | None]
"""A cause and its remedy, as far as they are written out where a code is raised."""


@dataclass
class Module:
    """A parsed file with the parent of each node."""

    room: str
    tree: ast.Module
    parents: dict[ast.AST, ast.AST]

    def enclosing(self, node: ast.AST) -> Iterator[ast.AST]:
        """Return what surrounds a node, from the inside out."""
        while node in self.parents:
            node = self.parents[node]
            yield node


@dataclass(frozen=True)
class Signature:
    """Names of the parameters of something that takes a code, and the room that has it."""

    room: str
    names: list[str]

    def fit(self, room: str, n_given: int) -> tuple[bool, int]:
        """Order candidates of one name: those of the room first, then by what is left open."""
        return room != self.room, abs(len(self.names) - n_given)


def modules() -> list[Module]:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        room = path.relative_to(PACKAGE).parts[0]
        found.append(Module(room, tree, parents))
    return found


def signatures(parsed: list[Module]) -> dict[str, list[Signature]]:
    """Return the parameters of every function and class that takes a code, by name."""
    found: dict[str, list[Signature]] = {}
    for module in parsed:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef):
                names = parameters(module, node)
                owner = module.parents[node]
                inits = node.name == "__init__" and isinstance(owner, ast.ClassDef)
                name = owner.name if inits else node.name
            elif isinstance(node, ast.ClassDef):
                fields = [part for part in node.body if isinstance(part, ast.AnnAssign)]
                names = [part.target.id for part in fields if isinstance(part.target, ast.Name)]
                name = node.name
            else:
                continue
            if "code" in names:
                found.setdefault(name, []).append(Signature(module.room, names))
    return found


def parameters(module: Module, function: ast.FunctionDef) -> list[str]:
    names = [argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)]
    return names[1:] if isinstance(module.parents[function], ast.ClassDef) else names


def words_by_code() -> dict[str, list[Words]]:
    """Return every code that the package raises, with the words that stand beside it."""
    parsed = modules()
    known = signatures(parsed)
    found: dict[str, list[Words]] = {}
    passed_on: dict[str, str] = {}
    for module in parsed:
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
                continue
            parent = module.parents.get(node)
            if not CODE.fullmatch(node.value) or isinstance(parent, ast.Compare):
                continue
            if isinstance(parent, ast.Dict) and node in parent.values:
                key = parent.keys[parent.values.index(node)]
                if isinstance(key, ast.Constant) and CODE.fullmatch(str(key.value)):
                    passed_on[node.value] = str(key.value)
            said = [words for words in _said(module, node, known) if any(words)]
            found[node.value] = list(dict.fromkeys([*found.get(node.value, []), *said]))
    for code, origin in passed_on.items():
        found[code] = found[code] or found[origin]
    return {code: words or [(None, None)] for code, words in found.items()}


def _said(module: Module, node: ast.Constant, known: dict[str, list[Signature]]) -> Iterator[Words]:
    """Return the words of the call that is given a code, or of the table that holds them."""
    parent = module.parents.get(node)
    call = module.parents.get(parent) if isinstance(parent, ast.keyword) else parent
    if isinstance(call, ast.Call):
        name = called(call)
        n_given = len(call.args) + len(call.keywords)
        for candidate in sorted(known.get(name, []), key=lambda s: s.fit(module.room, n_given)):
            given = arguments(call, candidate.names)
            if given.get("code") is node:
                yield from _words_given(module, given)
                return
    elif isinstance(parent, ast.Dict) and node in parent.keys:
        yield template(module, parent.values[parent.keys.index(node)]), None
    elif isinstance(parent, ast.Tuple) and parent.elts[0] is node and len(parent.elts) == 2:
        yield template(module, parent.elts[1]), None


def called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ast.unparse(call.func)


def arguments(call: ast.Call, names: list[str]) -> dict[str, ast.AST]:
    given: dict[str, ast.AST] = dict(zip(names, call.args, strict=False))
    return given | {entry.arg: entry.value for entry in call.keywords if entry.arg}


def _words_given(module: Module, given: dict[str, ast.AST]) -> Iterator[Words]:
    cause = next((given[key] for key in CAUSES if key in given), None)
    remedy = given.get("remedy")
    function = next(
        (scope for scope in module.enclosing(given["code"]) if isinstance(scope, ast.FunctionDef)),
        None,
    )
    if function is not None and isinstance(cause, ast.Name):
        names = parameters(module, function)
        if cause.id in names:  # a function that adds the code to what it is told
            for call in ast.walk(module.tree):
                if isinstance(call, ast.Call) and called(call) == function.name:
                    told = arguments(call, names)
                    yield template(module, told.get(cause.id)), template(module, told.get("remedy"))
            return
    yield template(module, cause), template(module, remedy)


def template(module: Module, node: ast.AST | None) -> str | None:
    """Return a text with a name for each part that is filled in; None if nothing is written."""
    match node:
        case ast.Constant(value=str(text)):
            return None if CODE.fullmatch(text) else text
        case ast.JoinedStr():
            parts = [_part(module, part) for part in node.values]
            literal = "".join(part.value for part in node.values if isinstance(part, ast.Constant))
            return "".join(parts) if re.search(r"\w\w", literal) else None
        case ast.IfExp():
            both = [template(module, part) for part in (node.body, node.orelse)]
            return " / ".join(text for text in both if text) or None
        case ast.BinOp(op=ast.Add()):
            both = [
                None if _is_where(part) else template(module, part)
                for part in (node.left, node.right)
            ]
            return "".join(text for text in both if text) or None
        case ast.Tuple(elts=[first, *_]):
            return template(module, first)
        case ast.Name():
            return template(module, _assigned(module, node))
        case _:
            return None


def _part(module: Module, part: ast.AST) -> str:
    match part:
        case ast.Constant(value=str(text)):
            return text
        case ast.FormattedValue(value=ast.IfExp() as choice):
            written = template(module, choice)
            return written if written is not None else f"‹{_name(choice.body)}›"
        case ast.FormattedValue(value=ast.Name() as name):
            if _is_where(name):
                return ""
            written = template(module, _assigned(module, name))
            return written if written is not None else f"‹{_name(name)}›"
        case ast.FormattedValue(value=value):
            return f"‹{_name(value)}›"
    return ""


def _is_where(node: ast.AST) -> bool:
    """Whether something only says which group is meant, where there are several."""
    return isinstance(node, ast.Name) and node.id == "where"


def _name(node: ast.AST) -> str:
    """Return a word for what is filled in."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.strip("_").replace("_", " ")
        case ast.Call(func=ast.Attribute(attr="join"), args=[argument]):
            return _name(argument)
        case ast.Call(
            func=ast.Name(
                id="str" | "repr" | "len" | "sorted" | "map" | "min" | "max" | "int" | "join_ids"
            ),
            args=args,
        ):
            return _name(args[-1])
        case ast.Call(func=ast.Attribute(value=value)):
            return _name(value)
        case ast.Call(func=function):
            return _name(function)
        case ast.Subscript(value=value) | ast.Starred(value=value) | ast.UnaryOp(operand=value):
            return _name(value)
        case ast.GeneratorExp(elt=element) | ast.ListComp(elt=element):
            return _name(element)
        case ast.JoinedStr(values=values):
            inner = [part for part in values if isinstance(part, ast.FormattedValue)]
            return _name(inner[0].value) if inner else "…"
        case ast.BinOp(left=left):
            return _name(left)
    return "…"


def _assigned(module: Module, name: ast.Name) -> ast.AST | None:
    """Return what a name was last given before its use, in the function or the module."""
    for scope in module.enclosing(name):
        if isinstance(scope, ast.FunctionDef):
            inside = [entry for entry in ast.walk(scope) if isinstance(entry, ast.Assign)]
            given = [entry for entry in inside if entry.lineno <= name.lineno]
        elif isinstance(scope, ast.Module):
            given = [entry for entry in scope.body if isinstance(entry, ast.Assign)]
        else:
            continue
        found = [
            entry
            for entry in given
            for target in entry.targets
            if isinstance(target, ast.Name) and target.id == name.id
        ]
        if found:
            return max(found, key=lambda entry: entry.lineno).value
    return None


def page() -> str:
    """Return ``docs/codes.md``; a code without its words, or a word too many, is an error."""
    by_hand = yaml.safe_load(BY_HAND.read_text(encoding="utf-8"))
    read, written = words_by_code(), by_hand["codes"]
    families = {name for chapter in by_hand["chapters"] for name in chapter["families"]}
    problems = list(misfits(read, written, families))
    if problems:
        raise ValueError("\n".join(problems))
    parts = [INTRODUCTION]
    for chapter in by_hand["chapters"]:
        parts.append(f"## {chapter['title']}\n")
        for family, concern in chapter["families"].items():
            parts.append(f"### {family}\n\n{concern[0].upper()}{concern[1:]}.\n")
            parts.append("| code | cause | remedy |\n|---|---|---|")
            for code in sorted(code for code in read if code.startswith(f"{family}-")):
                entry = written.get(code, {})
                for cause, remedy in read[code]:
                    cause, remedy = cause or entry["cause"], remedy or entry["remedy"]
                    parts.append(f"| {code} | {_cell(cause).rstrip('.')} | {_cell(remedy)} |")
            parts.append("")
    return "\n".join(parts)


def misfits(
    read: Mapping[str, list[Words]], written: Mapping[str, Mapping[str, str]], families: set[str]
) -> Iterator[str]:
    """Name words that are lacking, that stand in two places, and what nothing raises."""
    used = {code.partition("-")[0] for code in read}
    yield from (f"family {name}: not in the chapters" for name in sorted(used - families))
    yield from (f"family {name}: nothing raises it" for name in sorted(families - used))
    yield from (f"{code}: nothing raises it" for code in written if code not in read)
    for code, sites in read.items():
        for position, word in enumerate(("cause", "remedy")):
            is_open = any(site[position] is None for site in sites)
            if is_open and word not in written.get(code, {}):
                yield f"{code}: no {word}, neither in the source nor by hand"
            if not is_open and word in written.get(code, {}):
                yield f"{code}: the {word} is in the source and by hand"


def _cell(text: str) -> str:
    return re.sub(r"([*_|<])", r"\\\1", text.strip())


INTRODUCTION = (
    "# Codes of faults, warnings and notes\n\n"
    "Whatever the package reports has a code that stays the same from version to version. The "
    "words are those of the message, which begins with the file, the line and the thing "
    "concerned; ‹…› stands for what is filled in. A code that is used for several things has a "
    "line for each.\n\n"
    "Written from the source by `make codes`.\n"
)

if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
