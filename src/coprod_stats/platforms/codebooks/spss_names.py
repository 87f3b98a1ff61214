"""Names of variables that SPSS has for itself, and what their columns are called instead.

IBM SPSS Statistics, Command Syntax Reference, Variable Names:
https://www.ibm.com/docs/en/spss-statistics/latest?topic=variables-variable-names
"""

from __future__ import annotations

RESERVED = frozenset(
    ("ALL", "AND", "BY", "EQ", "GE", "GT", "LE", "LT", "NE", "NOT", "OR", "TO", "WITH")
)
_PREFIX = "Q_"


def spss_name(column: str) -> str:
    """Name the variable of a column; ids have no underscore, so that the name is free."""
    return f"{_PREFIX}{column}" if column.upper() in RESERVED else column


def column_name(variable: str) -> str:
    """Return the column whose variable ``spss_name`` calls so; other names stay as they are."""
    column = variable.upper().removeprefix(_PREFIX)
    return column if column in RESERVED else variable
