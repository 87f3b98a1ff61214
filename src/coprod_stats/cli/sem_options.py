"""The declared options of a fit, as options of a command."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import click

from coprod_stats.latent_models.declared_options import DeclaredOption
from coprod_stats.latent_models.sem_options import declared_options

Command = TypeVar("Command", bound=Callable[..., Any])

WIDEST_CHOICES = 60
"""Characters of the longest list of choices shown in place of the value; others follow the help."""


class AnyCase(click.Choice[str]):
    """Choices that are read regardless of case and shown as declared."""

    def normalize_choice(self, choice: object, ctx: click.Context | None) -> str:
        """Return a choice in its declared spelling, anything else unchanged."""
        text = super().normalize_choice(choice, ctx)
        return next((known for known in self.choices if known.lower() == text.lower()), text)


def with_sem_options(command: Command) -> Command:
    """Add an option for every field of ``SemOptions`` to a command, in the order of declaration.

    The command receives them as keywords; one without a default is None unless given.
    """
    for option in reversed(declared_options()):
        command = _option(option)(command)
    return command


def _option(option: DeclaredOption) -> Callable[[Command], Command]:
    described = option.described
    flag = f"--{option.name.replace('_', '-')}"
    attributes: dict[str, Any] = {"help": described.help, "show_default": described.unset or True}
    choices = "|".join(option.choices)
    if option.kind is Sequence:
        words = "|".join((*option.words, "NAME,…"))
        attributes |= {"type": _names(option.words), "metavar": words}
    elif option.kind is Mapping:
        attributes |= {"type": settings, "metavar": "NAME=VALUE,…"}
    elif option.kind is bool:
        flag += f"/--no-{flag[2:]}" if option.default else ""
        attributes |= {"is_flag": True, "default": option.default}
    elif option.kind is int:
        attributes |= {"type": click.IntRange(min=described.least), "default": option.default}
    elif option.choices:
        attributes |= {
            "type": AnyCase(option.choices),
            "default": option.default,
            "metavar": "NAME" if len(choices) > WIDEST_CHOICES else None,
        }
    else:
        attributes |= {"type": option.kind, "default": option.default}
    if option.choices and (option.kind is Sequence or len(choices) > WIDEST_CHOICES):
        known = ", ".join(option.choices)
        attributes["help"] = f"{described.help.removesuffix('.')}: {known}."
    return click.option(flag, option.name, **attributes)


def _names(words: tuple[str, ...]) -> Callable[[str], str | tuple[str, ...]]:
    """Read comma-separated names; some words stand for a whole list."""

    def names(text: str) -> str | tuple[str, ...]:
        return text.lower() if text.lower() in words else split(text)

    return names


def split(text: str) -> tuple[str, ...]:
    """Split text at its commas."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def settings(text: str) -> dict[str, str | bool | float]:
    """Read comma-separated ``name=value`` pairs, with numbers and truth values converted.

    Raises
    ------
    click.BadParameter
        If a part is not of this form.
    """
    found: dict[str, str | bool | float] = {}
    for part in split(text):
        name, sign, value = (piece.strip() for piece in part.partition("="))
        if not (name and sign and value):
            raise click.BadParameter(f"'{part}' is not of the form name=value")
        found[name] = _value(value)
    return found


def _value(text: str) -> str | bool | float:
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    try:
        return int(text) if text.lstrip("-").isdigit() else float(text)
    except ValueError:
        return text
