"""Errors of the numeric core."""

from __future__ import annotations

from coprod_stats.errors import CoprodError, UnknownNameError


class SemError(CoprodError):
    """Base of the errors of latent-variable models."""


class SemModelError(SemError):
    """The model text is well formed, but no model can be built from it."""


class UnknownVariableError(UnknownNameError, SemModelError):
    """The model names a variable that is neither in the data nor latent."""


class SemDataError(SemError):
    """The data cannot carry the model that was asked for.

    Parameters
    ----------
    message : str
        What was found and what to do.
    code : str
        Stable code, as ``SEM-111``.
    variables : tuple of str
        Variables concerned.
    """

    def __init__(
        self, message: str, *, code: str = "SEM-115", variables: tuple[str, ...] = ()
    ) -> None:
        self.message = message
        self.code = code
        self.variables = variables
        names = f" ({', '.join(variables)})" if variables else ""
        super().__init__(f"{code}: {message}{names}")

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild_data_error, (self.message, self.code, self.variables)


def _rebuild_data_error(message: str, code: str, variables: tuple[str, ...]) -> SemDataError:
    return SemDataError(message, code=code, variables=variables)


class SemOptionError(SemError):
    """An option is unknown, contradicts another one or would have no effect."""


class SemSyntaxError(SemError):
    """The model text cannot be read; states where and what was expected.

    Parameters
    ----------
    message : str
        What was found and what was expected.
    line, column : int
        Place in the text, both counted from 1.
    source : str
        The whole line of the text.
    """

    def __init__(self, message: str, *, line: int, column: int, source: str = "") -> None:
        self.message = message
        self.line = line
        self.column = column
        self.source = source
        pointer = f"\n    {source}\n    {' ' * (column - 1)}^" if source else ""
        super().__init__(f"line {line}, column {column}: {message}{pointer}")

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild_syntax_error, (self.message, self.line, self.column, self.source)


def _rebuild_syntax_error(message: str, line: int, column: int, source: str) -> SemSyntaxError:
    return SemSyntaxError(message, line=line, column=column, source=source)
