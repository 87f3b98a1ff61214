"""The reference of names: what the package and its rooms offer, from signatures and docstrings.

``make api`` writes ``docs/api.md``: every name of ``coprod_stats.__all__`` and of the ``__all__``
of a room, each described once, in the room where it is at home.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "api.md"
SECTION = re.compile(r"^(?P<title>[A-Z][A-Za-z ]+)\n-{3,}$", re.MULTILINE)
ENTRY = re.compile(r"^(?P<name>\S.*?)(?: : (?P<kind>.+))?$")
ROLE = re.compile(r":[a-z]+:`([^`]+)`")
WIDTH = 100
INTRODUCTION = """# Reference

What `import coprod_stats as cp` offers, and what the rooms offer beyond it. Written from the docstrings by `make api`; how to go about things is in the [guide](index.md), what is computed on the pages of methods.
"""  # noqa: E501


def rooms() -> list[ModuleType]:
    """Return the package and every room that names what is public."""
    package = importlib.import_module("coprod_stats")
    folders = sorted(path.parent.name for path in Path(package.__path__[0]).glob("*/__init__.py"))
    found = [importlib.import_module(f"coprod_stats.{name}") for name in folders]
    return [package, *(room for room in found if getattr(room, "__all__", ()))]


def page() -> str:
    """Return ``docs/api.md``."""
    package, *others = rooms()
    home = {id(getattr(room, name)): room for room in others for name in room.__all__}
    own = [name for name in package.__all__ if id(getattr(package, name)) not in home]
    parts = [INTRODUCTION, "| name | is | in |\n|---|---|---|"]
    for name in package.__all__:
        value = getattr(package, name)
        room = home.get(id(value), package)
        parts.append(f"| [`cp.{name}`](#{anchor(room, name)}) | {summary(value)} | {short(room)} |")
    parts.append("")
    sections = [(package, own), *((room, sorted(room.__all__)) for room in others)]
    for room, names in sections:
        parts.append(f"## {short(room)}\n")
        if room is not package:
            parts.append(f"{summary(room)}\n")
        parts += [described(room, name) for name in names if home_of(room, name, home)]
    return "\n".join(parts).rstrip() + "\n"


def home_of(room: ModuleType, name: str, home: dict[int, ModuleType]) -> bool:
    """Whether a name is described in this room: the last that offers it, as it is nearest."""
    return home.get(id(getattr(room, name)), room) is room


def short(room: ModuleType) -> str:
    return room.__name__.partition(".")[2] or "coprod_stats"


def anchor(room: ModuleType, name: str) -> str:
    """Return the anchor that Markdown makes of a heading."""
    return f"{room.__name__}.{name}".lower().replace(".", "")


def summary(value: object) -> str:
    """Return the first paragraph of a docstring, on one line."""
    first = markdown((inspect.getdoc(value) or "").split("\n\n")[0])
    return " ".join(first.split()).replace("|", "\\|")


def described(room: ModuleType, name: str) -> str:
    """Return heading, signature and docstring of a name, and the members of a class."""
    value = getattr(room, name)
    parts = [f"### {room.__name__}.{name}\n"]
    if callable(value) and not (inspect.isclass(value) and issubclass(value, Exception)):
        parts.append(f"```text\n{signature(name, value)}\n```\n")
    parts.append(docstring(value))
    if inspect.isclass(value):
        members = [f"- {entry}" for entry in public_members(value)]
        parts += ["**Members**\n", "\n".join(members), ""] if members else []
    return "\n".join(parts)


def signature(name: str, value: object) -> str:
    """Return a call as it is declared, a parameter a line where one line is too long."""
    declared = inspect.signature(value)  # type: ignore[arg-type]
    declared = declared.replace(parameters=map(shortened, declared.parameters.values()))
    if inspect.isclass(value):
        declared = declared.replace(
            parameters=[as_written(value, each) for each in declared.parameters.values()],
            return_annotation=inspect.Signature.empty,
        )
    text = unquoted(f"{name}{declared}")
    if len(text) <= WIDTH:
        return text
    lines = [unquoted(part) for part in parameter_lines(declared)]
    result = unquoted(str(declared)).rpartition(" -> ")[2] if "->" in text else ""
    return "\n".join([f"{name}(", *lines, f") -> {result}" if result else ")"])


def as_written(value: type, parameter: inspect.Parameter) -> inspect.Parameter:
    """Return a field as its class annotates it, which a pydantic model resolves."""
    for owner in value.__mro__:
        written = vars(owner).get("__annotations__", {}).get(parameter.name)
        if isinstance(written, str):
            return parameter.replace(annotation=written)
    return parameter


class Omitted:
    """Stands for a default that is too long to read."""

    def __repr__(self) -> str:
        return "…"


def shortened(parameter: inspect.Parameter) -> inspect.Parameter:
    is_long = len(repr(parameter.default)) > WIDTH - 20
    return parameter.replace(default=Omitted()) if is_long else parameter


def parameter_lines(declared: inspect.Signature) -> Iterator[str]:
    starred = False
    for parameter in declared.parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and not starred:
            starred = True
            yield "    *,"
        starred |= parameter.kind is parameter.VAR_POSITIONAL
        yield f"    {parameter},"


def unquoted(text: str) -> str:
    """Return a signature without the quotes of postponed annotations and the ids of objects."""
    text = re.sub(r"(: |-> )(?:'([^']*)'|\"([^\"]*)\")", r"\1\2\3", text)
    return re.sub(r"<(?:function|class) '?([\w.]+)'?[^>]*>", r"\1", text)


def public_members(value: type) -> Iterator[str]:
    """Return the methods and properties that a class itself adds, with their summaries."""
    fields = {entry.name for entry in dataclasses.fields(value)} if _is_dataclass(value) else set()
    for owner in reversed(value.__mro__):
        if not owner.__module__.startswith("coprod_stats"):
            continue
        for name, member in vars(owner).items():
            if name.startswith("_") or name in fields:
                continue
            if isinstance(member, property):
                yield f"`{name}`: {summary(member)}"
            elif inspect.isfunction(member):
                call = unquoted(str(inspect.signature(member)))
                yield f"`{name}{re.sub(r'^[(]self(, )?', '(', call)}`: {summary(member)}"


def _is_dataclass(value: type) -> bool:
    return dataclasses.is_dataclass(value)


def docstring(value: object) -> str:
    """Return a docstring of numpy's style as Markdown; an inherited one does not count."""
    text = vars(value).get("__doc__") if inspect.isclass(value) else value.__doc__
    if not text or (inspect.isclass(value) and text.startswith(f"{value.__name__}(")):
        return ""
    head, *rest = SECTION.split(inspect.cleandoc(text))
    parts = [markdown(head.strip()), ""]
    for title, body in zip(rest[::2], rest[1::2], strict=True):
        parts += [f"**{title}**\n", section(title, body.strip("\n")), ""]
    return "\n".join(parts)


def section(title: str, body: str) -> str:
    """Return a section: a list where names are described, otherwise its text."""
    if title in ("Notes", "References", "Examples", "See Also"):
        return markdown(inspect.cleandoc(body))
    lines: list[str] = []
    for line in body.splitlines():
        if line and not line[0].isspace():
            found = ENTRY.match(line)
            assert found
            kind = f" ({markdown(found['kind'])})" if found["kind"] else ""
            lines.append(f"- `{found['name']}`{kind}")
        elif line.strip() and lines:
            joint = ": " if lines[-1].startswith("- ") and ": " not in lines[-1] else " "
            lines[-1] += joint + markdown(line.strip())
    return "\n".join(lines)


def markdown(text: str) -> str:
    """Return the marks of reStructuredText that docstrings use as those of Markdown."""
    text = re.sub(r"`~[\w.]+\.(\w+)`", r"`\1`", ROLE.sub(r"`\1`", text.replace("``", "`")))
    return text.replace(" ::", ":").replace("::\n", ":\n")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "src"))
    PAGE.write_text(page(), encoding="utf-8")
