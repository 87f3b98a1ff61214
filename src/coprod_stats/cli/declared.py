"""Options of a command, declared without the library that parses them.

Typer and what it loads take longer to import than a small model takes to fit. A command that must
start at once declares its options here; :func:`read_plainly` reads an ordinary command line by
those declarations, and :func:`for_typer` gives the same command to Typer, which has the last word
on everything else: help, abbreviations, and every mistake.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

Command = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Option:
    """A named option.

    Parameters
    ----------
    help : str
    name : str
        With dashes; that of the parameter if left out. A flag needs one: it has no opposite.
    min : int, optional
        Smallest value of a number.
    metavar : str, optional
        Stands for the value in the help, where its choices would be too long.
    """

    help: str
    name: str = ""
    min: int | None = None
    metavar: str | None = None


@dataclass(frozen=True, slots=True)
class Argument:
    """What stands without a name, one or several."""

    help: str
    metavar: str


@dataclass(frozen=True, slots=True)
class _Declared:
    """A parameter of a command: its type without ``| None``, and how it was declared."""

    name: str
    kind: Any
    info: Option | Argument
    default: Any

    @property
    def option(self) -> str:
        """Name with dashes; empty for an argument."""
        if isinstance(self.info, Argument):
            return ""
        return self.info.name or f"--{self.name.replace('_', '-')}"

    def value(self, word: str) -> object:
        """Read a word as the type says; ValueError where it does not fit exactly."""
        if self.kind is bool:
            return True
        if get_origin(self.kind) is Literal:
            if word not in get_args(self.kind):
                raise ValueError(word)
            return word
        if self.kind is int:
            number = int(word)
            least = self.info.min if isinstance(self.info, Option) else None
            if least is not None and number < least:
                raise ValueError(word)
            return number
        return self.kind(word)


def read_plainly(command: Command, words: Sequence[str]) -> dict[str, Any] | None:
    """Read a command line that holds nothing unusual.

    Parameters
    ----------
    command : callable
        Its parameters are annotated with :class:`Option` and :class:`Argument`.
    words : sequence of str
        What follows the name of the command.

    Returns
    -------
    dict of str to value, or None
        Values of all parameters; None where Typer must decide what is meant.
    """
    declared = _declared(command)
    options = {item.option: item for item in declared if item.option}
    values = {item.name: item.default for item in declared}
    unnamed: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if not word.startswith("-"):
            unnamed.append(word)
            continue
        name, has_value, text = word.partition("=")
        item = options.get(name)
        if item is None or (item.kind is bool and has_value):
            return None
        if item.kind is not bool and not has_value:
            if not rest or (rest[0].startswith("-") and rest[0] != "-"):
                return None
            text = rest.pop(0)
        try:
            values[item.name] = item.value(text)
        except ValueError:
            return None
    (argument,) = (item for item in declared if not item.option)
    return values | {argument.name: unnamed}


def _declared(command: Command) -> tuple[_Declared, ...]:
    hints = get_type_hints(command, include_extras=True)
    found = []
    for name, parameter in inspect.signature(command).parameters.items():
        annotated, info = get_args(hints[name])
        kinds = [kind for kind in get_args(annotated) if kind is not type(None)]
        is_optional = type(None) in get_args(annotated)
        found.append(
            _Declared(name, kinds[0] if is_optional else annotated, info, parameter.default)
        )
    return tuple(found)


def for_typer(command: Command) -> Command:
    """Return a command the annotations that Typer reads."""
    # with what it needs it takes a tenth of a second to import
    import typer

    @wraps(command)
    def converted(**values: Any) -> None:
        command(**values)

    hints = get_type_hints(command, include_extras=True)
    parameters = []
    for name, parameter in inspect.signature(command).parameters.items():
        annotated, info = get_args(hints[name])
        if isinstance(info, Option):
            names = (info.name,) if info.name else ()
            told: Any = typer.Option(*names, help=info.help, min=info.min, metavar=info.metavar)
        else:
            told = typer.Argument(help=info.help, metavar=info.metavar, show_default=False)
        parameters.append(parameter.replace(annotation=Annotated[annotated, told]))
    converted.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    converted.__annotations__ = {item.name: item.annotation for item in parameters}
    del converted.__wrapped__
    return converted
