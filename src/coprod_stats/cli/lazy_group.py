"""A group of commands that are imported on demand."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

import click

from coprod_stats.suggestions import closest


class LazyGroup(click.Group):
    """A group whose commands are defined in modules that are loaded on demand.

    Parameters
    ----------
    name : str
    homes : mapping of str to str
        Module and name of each command, as ``model_commands:sem``, in the order of the help.
    help : str
    """

    def __init__(self, name: str, homes: Mapping[str, str], *, help: str) -> None:
        shown = {"show_default": True}
        super().__init__(name, help=help, no_args_is_help=True, context_settings=shown)
        self._homes = homes

    def list_commands(self, _: click.Context) -> list[str]:
        """Return the names in the order of the help."""
        return list(self._homes)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the arguments name; the nearest one is suggested for another."""
        if args[0] not in self._homes and not args[0].startswith("-"):
            ctx.fail(f"No such command '{args[0]}'{closest(args[0], self._homes)}")
        return super().resolve_command(ctx, args)

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        """Load a command; None if there is no such name."""
        if name not in self._homes:
            return None
        module, attribute = self._homes[name].split(":")
        command: click.Command = getattr(import_module(f"coprod_stats.cli.{module}"), attribute)
        return command
