"""The declared options of a fit as keywords of a function, for type checkers and for readers."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from textwrap import fill
from typing import TYPE_CHECKING, ParamSpec, Protocol, cast

from coprod_stats.latent_models.declared_options import DeclaredOption
from coprod_stats.latent_models.sem_options import SemOptions, declared_options

if TYPE_CHECKING:
    import pandas as pd

    from coprod_stats.latent_models.sem_fit import SemFit

Options = ParamSpec("Options")

_ENTRY = "**options\n"
_WIDTH = 96


class ModelFitter(Protocol[Options]):
    """A function of a model, data and the keywords of an options class."""

    def __call__(
        self, model: str, data: pd.DataFrame, *args: Options.args, **options: Options.kwargs
    ) -> SemFit:
        """Fit the model."""
        ...


def with_keywords_of(
    options: Callable[Options, SemOptions],
) -> Callable[[Callable[..., SemFit]], ModelFitter[Options]]:
    """Declare that ``**options`` of a function are the fields of an options class.

    A type checker sees them as keywords with their types; ``inspect.signature`` lists them, and
    each has its entry in the docstring where ``**options`` stands.

    Parameters
    ----------
    options : type
        :class:`~coprod_stats.latent_models.sem_options.SemOptions`.
    """
    accepted = inspect.signature(options).parameters
    declared = [option for option in declared_options() if option.name in accepted]

    def declare(function: Callable[..., SemFit]) -> ModelFitter[Options]:
        signature = inspect.signature(function)
        own = [
            item
            for item in signature.parameters.values()
            if item.name not in accepted and item.kind is not item.VAR_KEYWORD
        ]
        keywords = [
            inspect.Parameter(
                option.name,
                inspect.Parameter.KEYWORD_ONLY,
                default=option.default,
                annotation=option.hint,
            )
            for option in declared
        ]
        vars(function)["__signature__"] = signature.replace(parameters=[*own, *keywords])
        entries = "\n".join(map(_entry, declared))
        # from Python 3.13 the compiler takes the margin of docstrings away; here all lose it
        function.__doc__ = inspect.cleandoc(function.__doc__ or "").replace(_ENTRY, f"{entries}\n")
        return cast("ModelFitter[Options]", function)

    return declare


def _entry(option: DeclaredOption) -> str:
    """Write one entry of numpydoc's section on parameters."""
    described = option.described
    kinds = ", ".join(_kinds(option))
    unset = f" Default: {described.unset}." if described.unset else ""
    margin = " " * 4
    text = fill(described.help + unset, _WIDTH, initial_indent=margin, subsequent_indent=margin)
    return f"{option.name} : {kinds}\n{text}"


def _kinds(option: DeclaredOption) -> Iterator[str]:
    choices = f"{{{', '.join(map(repr, option.choices))}}}" if option.choices else ""
    if option.kind is Sequence:
        several = f"sequence of {choices or 'str'}"
        yield " or ".join([several, *map(repr, option.words)])
    else:
        yield choices or ("mapping" if option.kind is Mapping else option.kind.__name__)
    yield "optional" if option.default is None else f"default {option.default!r}"
