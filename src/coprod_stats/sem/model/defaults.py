"""Parameters that a model text leaves unsaid, and which of all parameters are free.

The rules are those of lavaan's ``sem()``, ``cfa()`` and ``growth()``, documented under
``lavOptions`` (``auto.fix.first``, ``auto.var``, ``auto.cov.lv.x``, ``auto.cov.y``, …).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, combinations_with_replacement

from coprod_stats.sem.model.parameters import ModelOptions
from coprod_stats.sem.model.variable_roles import Formula, VariableRoles

NAN = float("nan")


@dataclass(slots=True)
class Draft:
    """A row of the parameter table while it is being made."""

    lhs: str
    op: str
    rhs: str
    formula: Formula | None = None
    free: bool = True
    fixed: float = NAN
    start: float = NAN
    lower: float = float("-inf")
    upper: float = float("inf")
    label: str = ""
    exogenous: bool = False
    group: int = 1
    level: int = 0
    by_convention: bool = False
    """Fixed as the marker of a latent variable, or as the residual of its only indicator."""

    @property
    def is_variance(self) -> bool:
        """Whether the row is a variance."""
        return self.op == "~~" and self.lhs == self.rhs

    @property
    def by_default(self) -> bool:
        """Whether the model text does not name the row."""
        return self.formula is None

    def in_block(self, group: int, level: int) -> Draft:
        """Make the same row for a group and level."""
        return Draft(
            self.lhs,
            self.op,
            self.rhs,
            self.formula,
            self.free,
            self.fixed,
            self.start,
            self.lower,
            self.upper,
            self.label,
            self.exogenous,
            group,
            level,
            self.by_convention,
        )

    def fix(self, value: float) -> None:
        """Hold the parameter at a value."""
        self.free, self.fixed, self.by_convention = False, value, False

    def fix_by_convention(self, value: float) -> None:
        """Hold the parameter at a value that another group's need not have."""
        self.fix(value)
        self.by_convention = True

    def release(self) -> None:
        """Let the parameter be estimated."""
        self.free, self.fixed, self.by_convention = True, NAN, False


def draft_rows(
    formulas: Sequence[Formula],
    roles: VariableRoles,
    thresholds: Mapping[str, int],
    options: ModelOptions,
    *,
    meanstructure: bool,
) -> list[Draft]:
    """Rows of one group: those of the model text, then those that complete it.

    Parameters
    ----------
    formulas : sequence of Formula
        The model text.
    roles : VariableRoles
        Of the variables in it.
    thresholds : mapping of str to int
        Number of thresholds of each ordered variable.
    options : ModelOptions
        Conventions.
    meanstructure : bool
        Whether intercepts are added.
    """
    rows = [Draft(f.lhs, f.op, f.rhs, formula=f) for f in formulas]
    present = {_identity(f.lhs, f.op, f.rhs) for f in formulas}
    ordered = tuple(name for name in roles.observed if thresholds.get(name, 0) > 0)
    defaults = _default_rows(roles, thresholds, ordered, meanstructure=meanstructure)
    rows += [Draft(*names) for names in defaults if _identity(*names) not in present]
    _fix_scales(rows, roles, options)
    _fix_single_indicators(rows)
    if options.orthogonal:
        _fix_covariances(rows, frozenset(roles.latent))
    if options.orthogonal_efa:
        _fix_covariances(rows, roles.exploratory_factors)
    _fix_intercepts(rows, roles, ordered, options)
    _fix_exogenous(rows, roles, options)
    _fix_ordered(rows, ordered)
    return rows


def _identity(lhs: str, op: str, rhs: str) -> tuple[str, str, str]:
    return (min(lhs, rhs), op, max(lhs, rhs)) if op == "~~" else (lhs, op, rhs)


def _default_rows(
    roles: VariableRoles,
    thresholds: Mapping[str, int],
    ordered: Sequence[str],
    *,
    meanstructure: bool,
) -> Iterator[tuple[str, str, str]]:
    for name in ordered:
        yield from ((name, "|", f"t{k + 1}") for k in range(thresholds[name]))
    covariates = roles.covariates
    for name in (*(v for v in roles.observed if v not in covariates), *roles.latent):
        yield name, "~~", name
    pairs = list(combinations(roles.latent_exogenous, 2))
    pairs += combinations((*roles.latent_outcomes, *roles.observed_outcomes), 2)
    # a rotation makes them covary, whether or not something predicts them
    pairs += [pair for block in roles.exploratory for pair in combinations(block, 2)]
    pairs += combinations_with_replacement(covariates, 2)
    yield from ((a, "~~", b) for a, b in dict.fromkeys(pairs))
    yield from ((name, "~*~", name) for name in ordered)
    if meanstructure:
        yield from ((name, "~1", "") for name in (*roles.observed, *roles.latent))


def _fix_scales(rows: list[Draft], roles: VariableRoles, options: ModelOptions) -> None:
    marked: set[str] = set()
    exploratory = roles.exploratory_factors
    for row in rows:
        if row.is_variance and row.by_default and row.lhs in roles.formative:
            row.fix(0.0)
        scaled = roles.latent if options.std_lv else exploratory
        if row.is_variance and row.lhs in scaled:
            row.fix(1.0)
        if row.op == "=~" and row.lhs not in exploratory and row.lhs not in marked:
            marked.add(row.lhs)
            if not (options.std_lv or options.effect_coding):
                row.fix_by_convention(1.0)


def _fix_single_indicators(rows: list[Draft]) -> None:
    loadings = [(row.lhs, row.rhs) for row in rows if row.op == "=~"]
    latent = [name for name, _ in loadings]
    indicators = [name for _, name in loadings]
    alone = {
        rhs
        for lhs, rhs in loadings
        if lhs != rhs and latent.count(lhs) == 1 and indicators.count(rhs) == 1
    }
    for row in rows:
        if row.is_variance and row.by_default and row.lhs in alone:
            row.fix_by_convention(0.0)


def _fix_covariances(rows: list[Draft], among: frozenset[str]) -> None:
    for row in rows:
        if row.op == "~~" and row.by_default and row.lhs != row.rhs and {row.lhs, row.rhs} <= among:
            row.fix(0.0)


def _fix_intercepts(
    rows: list[Draft], roles: VariableRoles, ordered: Sequence[str], options: ModelOptions
) -> None:
    growth = options.model_type == "growth"
    for row in rows:
        if row.op != "~1" or not row.by_default:
            continue
        is_latent = row.lhs in roles.latent
        if is_latent != growth or row.lhs in ordered:
            row.fix(0.0)


def _fix_exogenous(rows: list[Draft], roles: VariableRoles, options: ModelOptions) -> None:
    covariates = set(roles.covariates)
    for row in rows:
        within = row.op == "~~" and {row.lhs, row.rhs} <= covariates
        if row.by_default and (within or (row.op == "~1" and row.lhs in covariates)):
            row.exogenous = options.fixed_x or options.conditional_x
            if options.fixed_x:
                row.fix(NAN)
        elif options.conditional_x and row.op in ("~", "<~") and row.rhs in covariates:
            row.exogenous = True


def _fix_ordered(rows: list[Draft], ordered: Sequence[str]) -> None:
    for row in rows:
        if row.by_default and (row.op == "~*~" or (row.is_variance and row.lhs in ordered)):
            row.fix(1.0)


def release_for_invariance(rows: list[Draft], roles: VariableRoles, options: ModelOptions) -> None:
    """Free, in a group after the first, what equality across groups makes estimable."""
    equal = set(options.group_equal)
    ordered = {row.lhs for row in rows if row.op == "~*~"}
    shifts = equal & {"intercepts", "thresholds"} and "means" not in equal
    scales = "loadings" in equal and "lv-variances" not in equal
    scaled = roles.latent if options.std_lv else roles.exploratory_factors
    for row in rows:
        latent_by_default = row.by_default and row.lhs in roles.latent
        if latent_by_default and row.op == "~1" and shifts and options.model_type != "growth":
            row.release()
        if row.by_default and row.is_variance and scales and row.lhs in scaled:
            row.release()
        if "thresholds" in equal:
            delta = options.parameterization == "delta" and row.op == "~*~"
            theta = options.parameterization == "theta" and row.is_variance and row.lhs in ordered
            if delta or theta:
                row.release()
