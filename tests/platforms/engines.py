"""The tools that others wrote, against which forms are tried: which are here, and in which version.

``python tests/platforms/engines.py`` prints the list; with ``COPROD_ENGINES=required`` in the
environment it fails if one is missing, and the tests that need it fail instead of being skipped;
with ``COPROD_ENGINES=none`` the tests that need a tool outside Python are skipped.
"""

from __future__ import annotations

import functools
import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import typst

HERE = Path(__file__).parent
NODE_MODULES = Path(os.environ.get("COPROD_NODE_MODULES", HERE / "node_modules"))
LINKML_PYTHON = Path(os.environ.get("COPROD_LINKML_PYTHON", HERE / ".linkml/bin/python"))
SHARED = HERE.parents[2] / "shared"
DDI_SCHEMA = Path(
    os.environ.get("COPROD_DDI_SCHEMA", SHARED / "schemas" / "ddi-codebook-2.5" / "codebook.xsd")
)
REAL_EXPORTS = Path(os.environ.get("COPROD_PLATFORM_EXPORTS", SHARED / "platform_exports"))
OLDEST_NODE = (20, 19)
REQUIRED = os.environ.get("COPROD_ENGINES") == "required"
LEFT_OUT = os.environ.get("COPROD_ENGINES") == "none"
OUTSIDE_PYTHON = ("node", "xforms-engine", "survey-core", "java", "pspp", "linkml-redcap")
NEVER_REQUIRED = ("ddi-schema", "real-exports")
"""What no registry of packages has."""


@functools.cache
def node() -> str | None:
    """Find a Node that the engines run on: the machine's, or the one that npm brought."""
    shipped = sorted(NODE_MODULES.glob("node-*/bin/node"))  # npm 9 makes no link to it
    for found in (shutil.which("node"), *map(str, shipped)):
        version = found and _said(found, "--version")
        if version and tuple(map(int, version.lstrip("v").split(".")[:2])) >= OLDEST_NODE:
            return found
    return None


def _said(*command: str | Path) -> str | None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    return lines[0] if lines else ""


def _npm(package: str) -> str | None:
    content = NODE_MODULES / package / "package.json"
    if node() is None or not content.is_file():
        return None
    return str(json.loads(content.read_text(encoding="utf-8"))["version"])


def _python(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _on_path(command: str, *asked: str) -> str | None:
    found = shutil.which(command)
    return None if found is None else _said(found, *asked)


def _linkml() -> str | None:
    code = "import importlib.metadata as m, linkml; print(m.version('linkml-redcap'))"
    return _said(LINKML_PYTHON, "-c", code)


def _ddi() -> str | None:
    return "2.5" if DDI_SCHEMA.is_file() and _python("lxml") else None


def arabic_fonts() -> list[Path]:
    """Find the files of fonts of this machine that print Arabic."""
    found = typst.Fonts(include_embedded_fonts=False).fonts()
    return [
        Path(font.path) for font in found if font.path and font.family in ("Amiri", "DejaVu Sans")
    ]


TOOLS: dict[str, tuple[Callable[[], str | None], str]] = {
    "node": (
        lambda: node() and _said(str(node()), "--version"),
        "Node 20.19 or newer; npm ci in tests/platforms brings one",
    ),
    "xforms-engine": (lambda: _npm("@getodk/xforms-engine"), "npm ci in tests/platforms"),
    "survey-core": (lambda: _npm("survey-core"), "npm ci in tests/platforms"),
    "java": (lambda: _on_path("java", "-version"), "a Java runtime, for ODK Validate"),
    "pyxform": (lambda: _python("pyxform"), "the lock file"),
    "frictionless": (lambda: _python("frictionless"), "the lock file"),
    "pyreadstat": (lambda: _python("pyreadstat"), "the lock file"),
    "pspp": (lambda: _on_path("pspp", "--version"), "PSPP"),
    "ddi-schema": (
        _ddi,
        "lxml, and the DDI-Codebook 2.5 schema beside the checkout or in COPROD_DDI_SCHEMA",
    ),
    "real-exports": (
        lambda: "here" if REAL_EXPORTS.is_dir() else None,
        "exports that platforms wrote, beside the checkout or in COPROD_PLATFORM_EXPORTS",
    ),
    "arabic-font": (
        lambda: next((font.name for font in arabic_fonts()), None),
        "a font that prints Arabic, as fonts-hosny-amiri",
    ),
    "linkml-redcap": (_linkml, "an environment tests/platforms/.linkml with linkml-redcap.lock"),
}


@functools.cache
def version(tool: str) -> str | None:
    """Return the version of a tool, or None if it is not here."""
    found = None if LEFT_OUT and tool in OUTSIDE_PYTHON else TOOLS[tool][0]()
    numbers = re.search(r"\d+(\.\d+)+", found or "")
    return numbers[0] if numbers else found


def needs(*tools: str) -> pytest.MarkDecorator:
    """Skip a test where a tool is missing and not required."""
    absent = [tool for tool in tools if not _required(tool) and version(tool) is None]
    reason = "; ".join(f"needs {TOOLS[tool][1]}" for tool in absent)
    return pytest.mark.skipif(bool(absent), reason=reason)


def _required(tool: str) -> bool:
    return REQUIRED and tool not in NEVER_REQUIRED


def main() -> int:
    """Print the tools with their versions; gives 1 if one is required and missing."""
    absent = []
    for tool in TOOLS:
        found = version(tool)
        absent += [tool] if found is None and _required(tool) else []
        sys.stdout.write(f"{tool:<14} {found or 'not found: ' + TOOLS[tool][1]}\n")
    return int(bool(absent))


if __name__ == "__main__":
    raise SystemExit(main())
