"""The blocks of a model text: which formulas hold in which group and at which level.

A two-level model has a block for what varies within clusters and one for what varies between
them. The labels ``1`` and ``within`` mean the first, ``2`` and ``between`` the second; other
labels count in order of appearance, as lavaan has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from coprod_stats.sem.errors import SemModelError
from coprod_stats.sem.model.parameters import BlockVariables, group_name
from coprod_stats.sem.model.syntax_tree import ModelSyntax
from coprod_stats.sem.model.variable_roles import Formula, flatten, variable_roles

_KNOWN_LEVELS = {"1": 1, "within": 1, "2": 2, "between": 2}


@dataclass(frozen=True, slots=True)
class ModelBlock:
    """The formulas of one group and level; level 0 in a single-level model."""

    group: int
    level: int
    formulas: tuple[Formula, ...]


def model_blocks(model: ModelSyntax, group_labels: Sequence[str]) -> list[ModelBlock]:
    """Sort the formulas of a model text into blocks, in order of groups and levels.

    Parameters
    ----------
    model : ModelSyntax
    group_labels : sequence of str
        Labels of the groups in order.

    Raises
    ------
    SemModelError
        Where blocks do not fit the groups, a group has no block, or there are not two levels.
    """
    headers = dict.fromkeys((r.group, r.level) for r in model.relations)
    if not headers:
        raise SemModelError("the model names no variables")
    if len(headers) > 1 and ("", "") in headers:
        raise SemModelError("some formulas stand before the first 'group:' or 'level:' header")
    numbers = _level_numbers(level for _, level in headers)
    blocks: list[ModelBlock] = []
    for group, level in headers:
        formulas = flatten(r for r in model.relations if (r.group, r.level) == (group, level))
        places = [group_number(group, group_labels)] if group else range(1, len(group_labels) + 1)
        blocks += [ModelBlock(place, numbers[level], formulas) for place in places]
    present = {(block.group, block.level) for block in blocks}
    for number, label in enumerate(group_labels, start=1):
        for level_number in sorted(set(numbers.values())):
            if (number, level_number) not in present:
                where = f", level {level_number}" if level_number else ""
                raise SemModelError(
                    f"the model has no block for group '{label}'{where}; "
                    f"the data have {len(group_labels)} groups"
                )
    return sorted(blocks, key=lambda block: (block.group, block.level))


def _level_numbers(labels: Iterable[str]) -> dict[str, int]:
    """Map labels of levels to 1 (within) and 2 (between); no label to 0."""
    found = list(dict.fromkeys(labels))
    if found == [""]:
        return {"": 0}
    if "" in found:
        raise SemModelError("some formulas stand before the first 'level:' header of their group")
    known = [_KNOWN_LEVELS.get(label.lower(), 0) for label in found]
    if len(found) == 1 or set(known) in ({1}, {2}):
        raise SemModelError(
            "the model has a block for one level only; a two-level model needs 'level: 1' (within "
            "clusters) and 'level: 2' (between clusters)"
        )
    by_name = set(known) == {1, 2}
    if len(found) > 2 and not by_name:
        raise SemModelError(
            f"the model has {len(found)} levels ({', '.join(found)}); models of more than two "
            "levels are not implemented"
        )
    if known[0] == 2 or (known[1] == 1 and not by_name):
        raise SemModelError(
            f"'level: {found[0]}' comes before 'level: {found[1]}'; the level within clusters "
            "comes first"
        )
    numbers = known if by_name else (1, 2)
    return dict(zip(found, numbers, strict=True))


def group_number(value: str, group_labels: Sequence[str]) -> int:
    """Return the number of the group, from 1, that the header of a block names.

    Parameters
    ----------
    value : str
        Label of the group, or else its number.
    group_labels : sequence of str
        Labels of the groups in order.

    Raises
    ------
    SemModelError
        If no group has this label or number.
    """
    if value in group_labels:
        return list(group_labels).index(value) + 1
    if value.isdecimal() and 1 <= int(value) <= len(group_labels):
        return int(value)
    known = ", ".join(repr(label) for label in group_labels)
    raise SemModelError(f"block 'group: {value}' fits none of the groups {known}")


def check_variables(blocks: Sequence[ModelBlock], group_labels: Sequence[str]) -> None:
    """Refuse a block of a two-level model that lacks observed variables of another group's.

    Parameters
    ----------
    blocks : sequence of ModelBlock
    group_labels : sequence of str
        Labels of the groups in order.

    Raises
    ------
    SemModelError
        Naming the group and the variables.
    """
    observed = [variable_roles(block.formulas).observed for block in blocks]
    for block, own in zip(blocks, observed, strict=True):
        same_level = (o for b, o in zip(blocks, observed, strict=True) if b.level == block.level)
        absent = dict.fromkeys(name for names in same_level for name in names if name not in own)
        if absent:
            name = group_name(block.group, group_labels)
            raise SemModelError(
                f"the block of {name} does not name {', '.join(absent)}, which another group's "
                "does; groups with different variables are not implemented for two-level models: "
                "name the same variables in every block, or fit the groups one by one"
            )


def level_variables(
    blocks: Sequence[ModelBlock], observed: Sequence[str]
) -> tuple[BlockVariables, ...]:
    """Sort the variables of a two-level model by level; empty for a single-level model.

    Parameters
    ----------
    blocks : sequence of ModelBlock
    observed : sequence of str
        All observed variables; those of each level keep this order.
    """
    levels = []
    for level in sorted({block.level for block in blocks if block.level}):
        formulas = [f for block in blocks if block.level == level for f in block.formulas]
        roles = variable_roles(formulas)
        levels.append(
            BlockVariables(
                observed=tuple(name for name in observed if name in roles.observed),
                latent=roles.latent,
                exogenous=tuple(name for name in observed if name in roles.covariates),
            )
        )
    return tuple(levels)
