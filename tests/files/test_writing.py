"""A file is written whole or not at all, and files that belong together are written together."""

from __future__ import annotations

import errno
import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from coprod_stats.files import commit as committing
from coprod_stats.files.commit import finish_interrupted
from coprod_stats.files.staged_file import is_unfinished
from coprod_stats.files.writing import (
    InputOverwrittenError,
    committed_together,
    inputs_kept,
    make_folder,
    when_committed,
    write_file,
    written,
)

posix = pytest.mark.skipif(os.name != "posix", reason="as on Unix")
not_root = pytest.mark.skipif(
    os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere"
)


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir() if path.is_file()}


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def test_a_file_is_replaced_and_nothing_else_is_left(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("old")
    write_file(tmp_path / "a.csv", "new\r\nlines\n")
    assert (tmp_path / "a.csv").read_bytes() == b"new\r\nlines\n"
    assert names(tmp_path) == ["a.csv"]


def test_until_a_file_is_complete_the_old_one_is_there(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("old")
    with written(path) as stream:
        stream.write(b"half")
        stream.flush()
        assert path.read_text() == "old"
    assert path.read_text() == "half"


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "full"), KeyboardInterrupt(), ValueError])
def test_after_an_error_the_old_file_is_there_and_no_other(tmp_path: Path, error) -> None:
    (tmp_path / "a.csv").write_text("old")

    def write() -> None:
        with written(tmp_path / "a.csv") as stream:
            stream.write(b"half")
            raise error

    with pytest.raises(type(error) if isinstance(error, BaseException) else error):
        write()
    assert contents(tmp_path) == {"a.csv": "old"}


@pytest.mark.parametrize("failing", ["write", "fsync", "replace"])
def test_a_fault_of_the_disk_names_the_file_and_changes_nothing(
    tmp_path: Path, monkeypatch, failing: str
) -> None:
    (tmp_path / "a.csv").write_text("old")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    if failing == "write":
        monkeypatch.setattr(os, "fdopen", _Full)
    elif failing == "fsync":
        monkeypatch.setattr(os, "fsync", full)
    else:
        monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left on device") as found:
        write_file(tmp_path / "a.csv", "new")
    if failing != "replace":
        assert found.value.filename == str(tmp_path / "a.csv")
    assert contents(tmp_path) == {"a.csv": "old"}


class _Full:
    """A stream on a full disk."""

    def __init__(self, descriptor: int, _: str) -> None:
        self._descriptor = descriptor

    def write(self, _: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def close(self) -> None:
        os.close(self._descriptor)


def test_a_file_is_on_the_disk_before_it_has_its_name(tmp_path: Path, monkeypatch) -> None:
    synced: list[tuple[int, bool]] = []
    fsync = os.fsync

    def observed(descriptor: int) -> None:
        synced.append((os.fstat(descriptor).st_ino, (tmp_path / "answers.csv").exists()))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", observed)
    write_file(tmp_path / "answers.csv", "a,b\n")
    assert ((tmp_path / "answers.csv").stat().st_ino, False) in synced


def test_files_that_belong_together_appear_together(tmp_path: Path) -> None:
    with committed_together():
        write_file(tmp_path / "form.xlsx", "form")
        write_file(tmp_path / "sidecar.json", "sidecar")
        assert contents(tmp_path).keys().isdisjoint({"form.xlsx", "sidecar.json"})
    assert contents(tmp_path) == {"form.xlsx": "form", "sidecar.json": "sidecar"}


def test_an_error_in_a_group_leaves_the_old_group(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")

    def write() -> None:
        with committed_together():
            make_folder(tmp_path / "new" / "folder")
            write_file(tmp_path / "new" / "folder" / "b", "new")
            write_file(tmp_path / "a", "new")
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011  # raised above
        write()
    assert contents(tmp_path) == {"a": "old"}
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize("failing", [1, 2, 3])
@pytest.mark.parametrize("links", [True, False])
def test_if_a_renaming_fails_the_replaced_files_are_put_back(
    tmp_path: Path, monkeypatch, failing: int, links: bool
) -> None:
    for name in ("a", "c"):
        (tmp_path / name).write_text(f"old {name}")
    rename, done = Path.replace, []

    def replace(self: Path, target: Path) -> Path:
        done.append(target)
        if len(done) == failing:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return rename(self, target)

    def without_links(*_: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(Path, "replace", replace)
    if not links:
        monkeypatch.setattr(os, "link", without_links)

    def write() -> None:
        with committed_together():
            for name in ("a", "b", "c"):
                write_file(tmp_path / name, f"new {name}")

    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        write()
    assert contents(tmp_path) == {"a": "old a", "c": "old c"}


@pytest.mark.parametrize("together", [1, 2])
def test_a_folder_that_cannot_be_brought_to_the_disk_is_as_before(
    tmp_path: Path, monkeypatch, together: int
) -> None:
    (tmp_path / "a").write_text("old")

    def full(_: Path) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(committing, "_sync", full)

    def write() -> None:
        with committed_together():
            for name in "ab"[:together]:
                write_file(tmp_path / name, "new")

    with pytest.raises(OSError, match=os.strerror(errno.EIO)) as found:
        write()
    assert found.value.filename == str(tmp_path / "a")
    assert contents(tmp_path) == {"a": "old"}


KILLED = """
import os, signal, sys
from pathlib import Path
from coprod_stats.files.writing import committed_together, write_file
place, moment = int(sys.argv[1]), sys.argv[2]
rename, done = Path.replace, []
def replace(self, target):
    done.append(target)
    if len(done) == place and moment == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    rename(self, target)
    if len(done) == place:
        os.kill(os.getpid(), signal.SIGKILL)
Path.replace = replace
with committed_together():
    for name in ("a", "b", "c"):
        write_file(name, f"new {name}")
"""


@posix
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("place", [1, 2, 3])
def test_what_a_kill_interrupts_is_finished(tmp_path: Path, place: int, moment: str) -> None:
    for name in ("a", "c"):
        (tmp_path / name).write_text(f"old {name}")
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(place), moment], cwd=tmp_path, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    finish_interrupted(tmp_path)
    assert contents(tmp_path) == {name: f"new {name}" for name in "abc"}


def test_a_journal_that_was_not_completed_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    (tmp_path / ".coprod-00000000.commit").write_text('{"coprod_stats_commit": [["')
    finish_interrupted(tmp_path)
    assert contents(tmp_path) == {"a": "old"}


def test_a_journal_renames_nothing_but_what_was_being_written_there(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / ".b.00000000.partial").write_text("b")
    entries = [
        [str(tmp_path / "a"), str(tmp_path / "elsewhere" / "a")],
        [str(tmp_path / "a"), str(tmp_path / "c")],
        [str(tmp_path / ".b.00000000.partial"), str(tmp_path / "elsewhere" / "b")],
    ]
    journal = tmp_path / ".coprod-00000000.commit"
    journal.write_text(json.dumps({"coprod_stats_commit": entries}))
    finish_interrupted(tmp_path)
    assert contents(tmp_path) == {"a": "a", ".b.00000000.partial": "b"}
    assert contents(tmp_path / "elsewhere") == {}


def test_a_group_that_another_process_has_finished_is_no_error(tmp_path: Path, monkeypatch) -> None:
    write_journal = committing._write_journal

    def finished_by_another(path: Path, files: object) -> None:
        write_journal(path, files)
        finish_interrupted(tmp_path)

    monkeypatch.setattr(committing, "_write_journal", finished_by_another)
    with committed_together():
        for name in ("a", "b"):
            write_file(tmp_path / name, name)
    assert contents(tmp_path) == {"a": "a", "b": "b"}


def test_what_was_left_long_ago_is_removed_and_what_is_new_is_not(tmp_path: Path) -> None:
    old, new = tmp_path / ".a.csv.00000000.partial", tmp_path / ".a.csv.11111111.partial"
    other = tmp_path / ".b.csv.22222222.partial"
    for path in (old, new, other):
        path.write_text("")
    for path in (old, other):
        os.utime(path, (time.time() - 100_000,) * 2)
    write_file(tmp_path / "a.csv", "a")
    assert {path.name for path in tmp_path.iterdir()} == {"a.csv", new.name, other.name}
    assert is_unfinished(new.name)
    assert not is_unfinished("a.csv.partial")


def test_what_follows_waits_for_the_files(tmp_path: Path) -> None:
    seen: list[bool] = []
    with committed_together():
        write_file(tmp_path / "a", "a")
        when_committed(lambda: seen.append((tmp_path / "a").exists()))
        assert not seen
    assert seen == [True]
    when_committed(lambda: seen.append(False))
    assert seen == [True, False]


@posix
def test_permissions_are_those_of_the_replaced_file_or_of_any_new_one(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("")
    (tmp_path / "old").chmod(0o640)
    mask = os.umask(0o027)
    try:
        write_file(tmp_path / "old", "a")
        write_file(tmp_path / "new", "a")
    finally:
        os.umask(mask)
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("old", "new")]
    assert modes == [0o640, 0o640]


@posix
def test_a_symbolic_link_stays_and_its_target_is_written(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "folder" / "target")
    for content in ("made", "replaced"):
        write_file(tmp_path / "link", content)
        assert (tmp_path / "link").is_symlink()
        assert contents(tmp_path / "folder") == {"target": content}


@posix
def test_a_long_name_is_no_obstacle(tmp_path: Path) -> None:
    name = "ä" * 125 + ".csv"
    write_file(tmp_path / name, "a")
    assert names(tmp_path) == [name]


@pytest.mark.parametrize(
    ("name", "number"), [("folder", errno.EISDIR), ("no/file", errno.ENOENT)], ids=str
)
def test_where_no_file_can_be_the_error_names_it(tmp_path: Path, name: str, number: int) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match=os.strerror(number)) as found:
        write_file(tmp_path / name, "a")
    assert found.value.filename == str(tmp_path / name)


@not_root
def test_protected_files_and_folders_are_not_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")
    (tmp_path / "file").chmod(0o444)
    with pytest.raises(PermissionError):
        write_file(tmp_path / "file", "new")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder").chmod(0o555)
    with pytest.raises(PermissionError):
        write_file(tmp_path / "folder" / "file", "new")


@posix
def test_a_named_pipe_receives_the_bytes(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    received: list[bytes] = []
    reader = threading.Thread(target=lambda: received.append((tmp_path / "pipe").read_bytes()))
    reader.start()
    write_file(tmp_path / "pipe", "a,b\n")
    reader.join(timeout=30)
    assert received == [b"a,b\n"]
    assert (tmp_path / "pipe").is_fifo()


@posix
def test_a_pipe_receives_nothing_of_a_group_that_fails(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)

    def write() -> None:
        with committed_together():
            write_file(tmp_path / "pipe", "a,b\n")
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011  # raised above
        write()
    assert os.read(reader, 10) == b""
    os.close(reader)


@posix
@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_standard_output_by_its_path_goes_on_where_it_is(tmp_path: Path, name: str) -> None:
    code = (
        "import sys\nfrom coprod_stats.files.writing import write_file\n"
        f"print('first')\nwrite_file({name!r}, 'second\\n')\nprint('third')\n"
    )
    with (tmp_path / "out").open("w") as out:
        subprocess.run([sys.executable, "-c", code], stdout=out, check=True)
    assert (tmp_path / "out").read_text() == "first\nsecond\nthird\n"


def test_inputs_are_not_written_by_whatever_name(tmp_path: Path) -> None:
    answers = tmp_path / "answers.csv"
    answers.write_text("old")
    (tmp_path / "link.csv").symlink_to(answers)
    os.link(answers, tmp_path / "hard.csv")
    with inputs_kept([answers]):
        for name in ("answers.csv", "link.csv", "hard.csv", "Answers.CSV"):
            with pytest.raises(InputOverwrittenError, match="would be overwritten"):
                write_file(tmp_path / name, "new")
        write_file(tmp_path / "other.csv", "new")
    assert answers.read_text() == "old"
    write_file(answers, "new")
    assert answers.read_text() == "new"
