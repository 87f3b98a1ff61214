"""The variables of each group: those that its block names, or that it was asked.

Groups answer different items where questionnaires have several forms. A group's part of the model
is then about the variables that the group has: where one text is for all groups, what nobody in a
group answered is omitted from its part, and with it every formula that names it and every latent
variable that is left without indicators.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence, Set
from dataclasses import replace
from typing import TypeVar

from coprod_stats.sem.errors import SemModelError, SemOptionError
from coprod_stats.sem.model.blocks import ModelBlock
from coprod_stats.sem.model.parameters import BlockVariables, ParameterTable, group_name
from coprod_stats.sem.model.syntax_tree import ModelSyntax
from coprod_stats.sem.model.variable_roles import Formula, VariableRoles, variable_roles


def blocks_as_asked(
    blocks: Sequence[ModelBlock], unanswered: Sequence[Set[str]], group_labels: Sequence[str]
) -> tuple[list[ModelBlock], tuple[tuple[str, ...], ...]]:
    """Omit from each group's formulas what nobody in the group answered.

    Parameters
    ----------
    blocks : sequence of ModelBlock
        Of a text for all groups.
    unanswered : sequence of set of str
        Variables that nobody answered, per group; empty where every group has all.
    group_labels : sequence of str

    Returns
    -------
    list of ModelBlock
    tuple of tuple of str
        What is omitted from each group, latent variables included; empty where nothing is.

    Raises
    ------
    SemModelError
        Where no formula of a group remains.
    """
    if not any(unanswered):
        return list(blocks), ()
    known: dict[frozenset[str], tuple[tuple[Formula, ...], tuple[str, ...]]] = {}
    used, unasked = [], []
    for block in blocks:
        absent = frozenset(unanswered[block.group - 1])
        # groups that lack the same variables share their formulas, which are completed once
        if absent not in known:
            known[absent] = _without(block.formulas, absent)
        formulas, omitted = known[absent]
        if not formulas:
            name = group_name(block.group, group_labels)
            raise SemModelError(
                f"nothing of the model remains in {name}, which was not asked "
                f"{', '.join(sorted(absent))}; omit the group"
            )
        used.append(replace(block, formulas=formulas))
        unasked.append(omitted)
    return used, tuple(unasked)


def _without(
    formulas: tuple[Formula, ...], absent: frozenset[str]
) -> tuple[tuple[Formula, ...], tuple[str, ...]]:
    """Drop formulas that name absent variables, or latent ones that lose all their indicators."""
    if not absent:
        return formulas, ()
    latent = dict.fromkeys(f.lhs for f in formulas if f.op in ("=~", "<~"))
    gone: set[str] = set(absent)
    while True:
        kept = tuple(f for f in formulas if not {f.lhs, f.rhs} & gone)
        measured = {f.lhs for f in kept if f.op in ("=~", "<~")}
        lost = [name for name in latent if name not in measured and name not in gone]
        if not lost:
            named = dict.fromkeys(name for f in formulas for name in (f.rhs, f.lhs))
            return kept, tuple(name for name in named if name in gone)
        gone.update(lost)


def variables_of_groups(
    blocks: Sequence[ModelBlock], roles: VariableRoles
) -> tuple[BlockVariables, ...]:
    """Sort the variables of a single-level model by group; empty where all have the same.

    Parameters
    ----------
    blocks : sequence of ModelBlock
        One per group.
    roles : VariableRoles
        Of all variables; those of each group keep this order.
    """
    groups = []
    for block in blocks:
        own = variable_roles(block.formulas)
        groups.append(
            BlockVariables(
                observed=tuple(name for name in roles.observed if name in own.observed),
                latent=tuple(name for name in roles.latent if name in own.latent),
                exogenous=tuple(name for name in roles.observed if name in own.covariates),
            )
        )
    return tuple(groups) if len(set(groups)) > 1 else ()


Node = TypeVar("Node", bound=Hashable)


def connected(nodes: Sequence[Node], links: Iterable[Collection[Node]]) -> list[list[Node]]:
    """Sort nodes into those that links connect, each in the order given.

    Parameters
    ----------
    nodes : sequence
    links : iterable of collection
        Nodes that are connected directly.
    """
    member = {node: {node} for node in nodes}
    for link in links:
        joined = set[Node]().union(*(member[node] for node in link))
        for node in joined:
            member[node] = joined
    parts = {id(member[node]): [n for n in nodes if n in member[node]] for node in nodes}
    return list(parts.values())


def scaled_elsewhere(blocks: Sequence[ModelBlock]) -> dict[int, frozenset[str]]:
    """Return, per group, the latent variables that equality can give a scale and a mean.

    These share indicators with an earlier group, or with one that does. The first of such groups
    sets scale and mean by convention.

    Parameters
    ----------
    blocks : sequence of ModelBlock
        In order of groups.
    """
    holders: dict[tuple[str, str], list[tuple[str, int]]] = {}
    nodes: dict[tuple[str, int], None] = {}
    for block in blocks:
        for formula in block.formulas:
            if formula.op in ("=~", "<~"):
                node = formula.lhs, block.group
                nodes[node] = None
                holders.setdefault((formula.lhs, formula.rhs), []).append(node)
    found: dict[int, set[str]] = {block.group: set() for block in blocks}
    for linked in connected(list(nodes), holders.values()):
        for name, group in linked[1:]:
            if group != linked[0][1]:
                found[group].add(name)
    return {group: frozenset(names) for group, names in found.items()}


def with_same_variables(table: ParameterTable, what: str) -> ParameterTable:
    """Refuse groups of different observed variables where these are not implemented.

    Parameters
    ----------
    table : ParameterTable
    what : str
        Named in the message, as ``with ordered variables``.

    Returns
    -------
    ParameterTable
        Without variables by group.

    Raises
    ------
    SemOptionError
        Naming groups and variables.
    """
    lacking = lacking_variables(table)
    if lacking:
        listed = "; ".join(
            f"{table.group_name(group)} lacks {', '.join(names)}"
            for group, names in lacking.items()
        )
        raise SemOptionError(
            f"groups with different variables are not implemented {what}: {listed}; name the same "
            "variables for every group, or fit the groups one by one"
        )
    return replace(table, group_variables=()) if table.group_variables else table


def named_columns(model: ModelSyntax, columns: Collection[str]) -> tuple[str, ...]:
    """Return the columns that a model text names, products of columns among them.

    Parameters
    ----------
    model : ModelSyntax
    columns : collection of str
        Of the data.
    """
    terms = (term for relation in model.relations for term in (*relation.left, *relation.right))
    return tuple(
        name
        for name in dict.fromkeys(term.variable for term in terms)
        if name in columns or set(name.split(":")) <= set(columns)
    )


def lacking_variables(table: ParameterTable) -> Mapping[int, tuple[str, ...]]:
    """Return the observed variables of other groups that a group lacks, if any; the first is 1.

    Parameters
    ----------
    table : ParameterTable
    """
    found = {}
    for group, own in enumerate(table.observed_of_groups, start=1):
        lacking = tuple(name for name in table.observed if name not in own)
        if lacking:
            found[group] = lacking
    return found
