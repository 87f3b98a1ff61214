"""Documents whose examples are run: the fenced blocks of a Markdown file, in order, in one folder.

=====================  =====================================================================
block                  what is done with it
=====================  =====================================================================
``console``            lines after ``$`` are run by bash, the others are what they print;
                       ``...`` stands for anything, as a line for any lines
``console fails``      the same, and a command must end with another status than 0
``yaml NAME``          written to the file NAME; likewise ``csv NAME`` and ``text NAME``
``diff NAME``          lines after ``-`` are replaced in NAME by those after ``+``
``python``             run; the ``text`` block that follows is what it prints
others                 read by people only
=====================  =====================================================================

``make documents`` writes what is printed now into the documents, wherever nothing is left out.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^```(?P<info>[^\n]*)\n(?P<body>.*?)^```$", re.DOTALL | re.MULTILINE)
COMMAND = re.compile(r"^\$ (?P<command>(?:.*\\\n)*.*)\n(?P<shown>(?:(?!\$ ).*\n)*)", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block; ``start`` is where its body begins in the text of the document."""

    kind: str
    argument: str
    body: str
    start: int


@dataclass(frozen=True)
class Run:
    """Something that was run: what it printed, and what the document shows, and where."""

    command: str
    printed: str
    status: int
    shown: str
    start: int
    block: Block

    @property
    def as_shown(self) -> bool:
        """Spaces at the ends of lines and empty lines do not count: nobody sees them."""
        pattern = "".join(
            r"(?:.*\n)*?" if line == "..." else re.escape(line).replace(r"\.\.\.", ".*") + r"\n"
            for line in _tidied(self.shown)
        )
        return bool(re.fullmatch(pattern, "".join(f"{line}\n" for line in _tidied(self.printed))))


def blocks(text: str) -> list[Block]:
    return [
        Block(*found["info"].strip().partition(" ")[::2], found["body"], found.start("body"))
        for found in FENCE.finditer(text)
    ]


def runs(text: str, folder: Path) -> Iterator[Run]:
    """Do what the blocks of a document say, and tell what came of each command."""
    found = blocks(text)
    for block, after in zip(found, [*found[1:], None], strict=False):
        match block.kind:
            case "console":
                for part in COMMAND.finditer(block.body):
                    done = _run(["bash", "-c", part["command"]], folder)
                    start = block.start + part.start("shown")
                    yield Run(part["command"], *done, part["shown"], start, block)
            case "python" if after is not None and (after.kind, after.argument) == ("text", ""):
                done = _run([sys.executable, "-c", block.body], folder)
                yield Run("this program", *done, after.body, after.start, block)
            case "yaml" | "csv" | "text" if block.argument:
                (folder / block.argument).write_text(block.body, encoding="utf-8")
            case "diff" if block.argument:
                _edit(folder / block.argument, block.body)


def rewritten(text: str, folder: Path) -> str:
    """Return a document with what is printed now, where it shows all of it."""
    for run in reversed(list(runs(text, folder))):
        # a help text has dots of its own, behind an argument that may be repeated
        if "..." not in run.shown or run.command.endswith("--help"):
            lines = "\n".join(line.rstrip() for line in run.printed.splitlines()).strip("\n")
            printed = f"{lines}\n" if lines else ""
            text = text[: run.start] + printed + text[run.start + len(run.shown) :]
    return text


def _run(command: list[str], folder: Path) -> tuple[str, int]:
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "src"),
        "COLUMNS": "100",
    }
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        encoding="utf-8",
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    return done.stdout, done.returncode


def _tidied(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def _edit(path: Path, hunk: str) -> None:
    """Replace each run of lines after ``-`` by the lines after ``+`` that follow it."""
    text = path.read_text(encoding="utf-8")
    for run in re.findall(r"(?:^-.*\n)+(?:^\+.*\n)*", hunk, flags=re.MULTILINE):
        lines = run.splitlines()
        old = "".join(f"{line[1:]}\n" for line in lines if line.startswith("-"))
        new = "".join(f"{line[1:]}\n" for line in lines if line.startswith("+"))
        if text.count(old) != 1:
            raise ValueError(f"{path.name} does not have once:\n{old}")
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    for document in map(Path, sys.argv[1:]):
        with tempfile.TemporaryDirectory() as workplace:
            now = rewritten(document.read_text(encoding="utf-8"), Path(workplace))
        document.write_text(now, encoding="utf-8")
