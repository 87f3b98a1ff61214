"""What the documents show is what happens."""

import re
from pathlib import Path

import pytest
from runnable_documents import ROOT, blocks, rewritten, runs

RUN = (
    "README.md",
    "docs/guide/first_survey.md",
    "docs/guide/commands.md",
    "docs/guide/own_data.md",
    "docs/guide/paper.md",
    "docs/guide/python.md",
)
WRITTEN = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("*/README.md")])
EXAMPLE = """
```text greeting.txt
one
two
```
```diff greeting.txt
-two
+three
```
```console
$ cat \\
    greeting.txt
one
three
$ cat greeting.txt
...
th...
```
```console fails
$ cat nothing
cat: ...
```
```python
print(2 * 3)
```
```text
6
```
"""


@pytest.mark.parametrize(
    "name",
    # one document shows that commands and programs run on a version of Python
    [
        name if name == "README.md" else pytest.param(name, marks=pytest.mark.any_python)
        for name in RUN
    ],
)
def test_examples_print_what_is_shown(name: str, tmp_path: Path) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    failing = {block.start for block in blocks(text) if block.argument == "fails"}
    for run in runs(text, tmp_path):
        place = f"{name}:{text.count(chr(10), 0, run.start)}: {run.command}"
        assert run.as_shown, (
            f"{place}\nprints\n{run.printed}\nand not\n{run.shown}\n"
            "`make documents` writes what is printed"
        )
        if run.status:
            assert run.block.argument == "fails", f"{place}: exit status {run.status}"
            failing.discard(run.block.start)
    assert not failing, f"{name}: nothing fails where it should"


@pytest.mark.parametrize("document", WRITTEN, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8"))
    inside = [target for target in targets if not re.match(r"[a-z]+:", target)]
    assert [target for target in inside if not (document.parent / target).exists()] == []


def test_every_document_is_on_the_map() -> None:
    index = ROOT / "docs" / "index.md"
    text = index.read_text(encoding="utf-8")
    written = {path.relative_to(index.parent).as_posix() for path in ROOT.glob("docs/**/*.md")}
    assert {name for name in written if f"]({name})" not in text} == {"index.md"}


def test_decisions_are_numbered_without_gaps() -> None:
    names = sorted(path.name for path in (ROOT / "docs" / "decisions").glob("*.md"))
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    assert all(re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", name) for name in names)


def test_examples_are_run_in_order_in_one_folder(tmp_path: Path) -> None:
    done = list(runs(EXAMPLE, tmp_path))
    assert [run.as_shown for run in done] == [True] * 4
    assert [run.status for run in done] == [0, 0, 1, 0]


def test_what_is_not_printed_is_found_and_can_be_rewritten(tmp_path: Path) -> None:
    wrong = EXAMPLE.replace("three\n$", "four\n$").replace("6\n", "7\n")
    assert [run.as_shown for run in runs(wrong, tmp_path)] == [False, True, True, False]
    assert rewritten(wrong, tmp_path) == EXAMPLE


def test_an_edit_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="does not have once"):
        list(runs(EXAMPLE.replace("-two", "-seven"), tmp_path))
