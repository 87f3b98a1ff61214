"""The command line as a user meets it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-c", "from coprod_stats.cli.main import run; run()"]


@pytest.fixture
def coprod(monkeypatch, capsys, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a command in this process, in an empty folder; gives status and what it wrote."""
    from coprod_stats.cli.main import run

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def command(*words: object) -> subprocess.CompletedProcess[str]:
        monkeypatch.setattr(sys, "argv", ["coprod", *map(str, words)])
        status = 0
        try:
            run()
        except SystemExit as end:
            status = int(end.code or 0)
        written = capsys.readouterr()
        return subprocess.CompletedProcess(list(words), status, written.out, written.err)

    return command


@pytest.fixture
def coprod_process(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a command as a process of its own, in an empty folder; none outlives the test."""
    started: list[subprocess.Popen[str]] = []

    def start(*words: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*COMMAND, *words],
            cwd=tmp_path,
            text=True,
            env={**os.environ, "COLUMNS": "80"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
