"""Options declared by the annotated fields of a dataclass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from functools import cache
from numbers import Integral, Real
from types import NoneType, UnionType
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin


class Described(NamedTuple):
    """Properties of an option beyond its type.

    Parameters
    ----------
    help : str
        One sentence, or two, for ``--help`` and for the docstring of ``fit_sem``.
    unset : str
        Meaning of None, where it stands for a choice.
    least : int, optional
        Smallest value of a number.
    needs : str
        Another option, or a property of :class:`SemOptions`, without which it has no effect.
    lack : str
        Name of the missing option in messages, if not that in ``needs``.
    """

    help: str
    unset: str = ""
    least: int | None = None
    needs: str = ""
    lack: str = ""


class DeclaredOption(NamedTuple):
    """An option as its field declares it.

    Parameters
    ----------
    name : str
    default : value
    described : Described
    hint : type
        Annotation without its description.
    kind : type
        ``bool``, ``int``, ``float``, ``str``, ``Sequence`` (of names) or ``Mapping``.
    choices : tuple of str
        Allowed choices of the value, or of each name in a sequence.
    words : tuple of str
        Words that may stand for a whole sequence, such as ``all``.
    """

    name: str
    default: Any
    described: Described
    hint: Any
    kind: type
    choices: tuple[str, ...]
    words: tuple[str, ...]

    def canonical(self, value: Any) -> Any:
        """Return a value in canonical form: choices as declared, sequences as tuples.

        Raises
        ------
        ValueError
            For an unknown choice, a value of another type, a number below the smallest, or text
            in place of a sequence of names.
        """
        if value is None and NoneType in get_args(self.hint):
            return None
        if self.kind is not Sequence:
            return _choice(value, self.choices) if self.choices else self._typed(value)
        if isinstance(value, str) and value.lower() in self.words:
            return value.lower()
        if isinstance(value, str | Mapping) or not isinstance(value, Iterable):
            raise ValueError(f"a list of names is needed, not {value!r}")
        value = tuple(value)
        odd = next((name for name in value if not isinstance(name, str)), None)
        if odd is not None:
            raise ValueError(f"a list of names is needed; {odd!r} is none")
        return tuple(_choice(name, self.choices) if self.choices else name for name in value)

    def _typed(self, value: Any) -> Any:
        if self.kind is bool and not isinstance(value, str) and value in (0, 1):
            return bool(value)
        expected, what = _TYPES[self.kind]
        if isinstance(value, bool) or not isinstance(value, expected):
            raise ValueError(f"{what} is needed, not {value!r}")
        if self.described.least is not None and value < self.described.least:
            raise ValueError(f"must be {self.described.least} or more, not {value}")
        return value


_TYPES: dict[type, tuple[Any, str]] = {
    bool: (bool, "True or False"),
    int: (Integral, "an integer"),
    float: (Real, "a number"),
    str: (str, "text"),
    Mapping: (Mapping, "a mapping"),
}
"""Type of the values of an option by its kind, and its name in messages."""


def _choice(value: object, choices: tuple[str, ...]) -> str:
    for choice in choices:
        if isinstance(value, str) and value.lower() == choice.lower():
            return choice
    raise ValueError(f"unknown {value!r}; expected one of {', '.join(choices)}")


@cache
def declared_by(options: type) -> tuple[DeclaredOption, ...]:
    """Return the options of a dataclass, in the order of its fields.

    Parameters
    ----------
    options : type
        Every field has a default and is annotated ``Annotated[type, Described(...)]``.
    """
    return tuple(_declared(item.name, item.default, item.type) for item in fields(options))


def _declared(name: str, default: Any, annotation: Any) -> DeclaredOption:
    hint, described = get_args(annotation)
    parts = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    kind: type = str
    literals: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    for part in parts:
        origin = get_origin(part)
        if origin is Literal:
            literals = get_args(part)
        elif origin is Sequence:
            kind, (member,) = Sequence, get_args(part)
            names = get_args(member)
        elif part is not NoneType:
            kind = origin or part
    several = kind is Sequence
    return DeclaredOption(
        name,
        default,
        described,
        hint,
        kind,
        choices=names if several else literals,
        words=literals if several else (),
    )
