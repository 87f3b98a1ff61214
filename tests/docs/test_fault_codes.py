"""``docs/codes.md`` has every code that the package raises, with cause and remedy, and no other."""

import ast
import re

import fault_codes
import pytest

PAGE = fault_codes.PAGE.read_text(encoding="utf-8")


def test_the_page_is_current() -> None:
    assert fault_codes.page() == PAGE, "write it anew: make codes"


def test_every_code_in_the_source_is_on_the_page_and_the_reverse() -> None:
    source = "\n".join(
        path.read_text(encoding="utf-8") for path in fault_codes.PACKAGE.rglob("*.py")
    )
    raised = set(re.findall(r"\"([A-Z]+-\d{3})\"", source))
    assert len(raised) > 200
    assert set(re.findall(r"^\| ([A-Z]+-\d{3}) \|", PAGE, flags=re.MULTILINE)) == raised


def test_every_line_has_cause_and_remedy() -> None:
    rows = [line for line in PAGE.splitlines() if re.match(r"\| [A-Z]+-\d{3} \|", line)]
    for row in rows:
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]]
        assert len(cells) == 3, row
        assert all(re.search(r"\w{2}", cell) for cell in cells), row


@pytest.mark.parametrize(
    ("read", "written", "families", "said"),
    [
        ({"A-001": [("x", "y")]}, {}, {"A"}, []),
        ({"A-001": [("x", None)]}, {"A-001": {"remedy": "y"}}, {"A"}, []),
        ({"A-001": [("x", None)]}, {}, {"A"}, ["A-001: no remedy, neither in the source"]),
        ({"A-001": [("x", "y")]}, {"A-001": {"cause": "x"}}, {"A"}, ["A-001: the cause is in"]),
        ({"A-001": [("x", "y")]}, {"A-002": {}}, {"A"}, ["A-002: nothing raises it"]),
        ({"A-001": [("x", "y")]}, {}, {"A", "B"}, ["family B: nothing raises it"]),
        ({"A-001": [("x", "y")]}, {}, set(), ["family A: not in the chapters"]),
    ],
)
def test_what_is_lacking_or_too_much_is_named(read, written, families, said) -> None:
    found = list(fault_codes.misfits(read, written, families))
    assert len(found) == len(said)
    assert all(one.startswith(other) for one, other in zip(found, said, strict=True))


SOURCE = """
REASON = "every case is the same; omit it"

class Draft:
    def fault(self, code, location, place, found, remedy):
        return Fault(code, found, remedy)

def check(draft, name, where):
    draft.fault("A-001", (), "item", f"there is no '{name.id}'{where}", "Correct it.")
    message = f"{name} is {'odd' if name else 'even'}"
    Finding("A-002", message)
    raise DataError(REASON + where, code="A-003")

def told(found, remedy):
    return Fault("A-004", found, remedy)

told("names nothing", "Name it.")
"""


def test_words_are_read_from_calls(monkeypatch) -> None:
    tree = ast.parse(SOURCE)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    module = fault_codes.Module("room", tree, parents)
    monkeypatch.setattr(fault_codes, "modules", lambda: [module])
    signature = fault_codes.Signature
    known = fault_codes.signatures([module]) | {
        "Fault": [signature("room", ["code", "found", "remedy"])],
        "Finding": [signature("room", ["code", "message"])],
        "DataError": [signature("room", ["message", "code"])],
    }
    monkeypatch.setattr(fault_codes, "signatures", lambda _: known)
    assert fault_codes.words_by_code() == {
        "A-001": [("there is no '‹id›'", "Correct it.")],
        "A-002": [("‹name› is odd / even", None)],
        "A-003": [("every case is the same; omit it", None)],
        "A-004": [("names nothing", "Name it.")],
    }
