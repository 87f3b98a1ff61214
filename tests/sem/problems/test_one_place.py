"""The kind of a problem is chosen in one place; everything else asks the problem."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import coprod_stats
from coprod_stats.sem.multilevel.problem import TwoLevelProblem
from coprod_stats.sem.ordered.problem import OrderedProblem
from coprod_stats.sem.problems.continuous import CompleteDataProblem, ContinuousProblem
from coprod_stats.sem.problems.incomplete import (
    FullInformationProblem,
    IncompleteProblem,
    TwoStageProblem,
)

SOURCE = Path(coprod_stats.__file__).parent
CHOICE = SOURCE / "sem" / "problems" / "choice.py"
KINDS = {
    kind.__name__
    for kind in (
        CompleteDataProblem,
        ContinuousProblem,
        FullInformationProblem,
        IncompleteProblem,
        OrderedProblem,
        TwoLevelProblem,
        TwoStageProblem,
    )
}


def uses_of_a_kind(code: str) -> list[str]:
    """Names of kinds that run-time code uses other than to subclass them."""
    tree = ast.parse(code)
    bases = {id(base) for node in ast.walk(tree) for base in getattr(node, "bases", [])}
    return sorted(
        node.id
        for node in run_time_nodes(tree)
        if isinstance(node, ast.Name) and node.id in KINDS and id(node) not in bases
    )


def run_time_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes but annotations, which are for readers and type checkers."""
    yield node
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from run_time_nodes(child)


def test_no_other_module_asks_which_kind_a_problem_is():
    found = {
        str(path.relative_to(SOURCE)): used
        for path in SOURCE.rglob("*.py")
        if path != CHOICE and (used := uses_of_a_kind(path.read_text(encoding="utf-8")))
    }
    assert found == {}


def test_the_chooser_uses_every_concrete_kind():
    assert set(uses_of_a_kind(CHOICE.read_text(encoding="utf-8"))) == KINDS - {
        "ContinuousProblem",
        "IncompleteProblem",
    }


@pytest.mark.parametrize(
    "code",
    [
        "def f(problem):\n    return isinstance(problem, OrderedProblem)",
        "def f(problem: Problem):\n    return type(problem) is TwoLevelProblem",
        "def f(table):\n    return TwoStageProblem(table, (), None)",
    ],
)
def test_asking_is_found(code):
    assert uses_of_a_kind(code)


def test_subclassing_and_annotating_is_not_asking():
    assert uses_of_a_kind("class A(IncompleteProblem):\n    b: OrderedProblem") == []
