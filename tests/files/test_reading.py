"""Files that are endless, oversized, packed too tightly or nested too deeply are refused unread."""

from __future__ import annotations

import io
import os
import threading
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

from coprod_stats.errors import CoprodError
from coprod_stats.files.reading import (
    LIMIT_VARIABLE,
    check_archive,
    decode,
    parse_json,
    read_bytes,
    size_limit,
)


class _RefusedError(CoprodError):
    pass


def refusal(path: Path, **options) -> str:
    with pytest.raises(_RefusedError) as caught:
        read_bytes(path, error=_RefusedError, **options)
    return str(caught.value)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs a device")
def test_a_device_is_no_file_however_it_is_named(tmp_path: Path) -> None:
    link = tmp_path / "answers.csv"
    link.symlink_to("/dev/zero")
    assert "neither a file nor a pipe" in refusal(link)


def test_a_file_beyond_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "sparse.csv"
    with path.open("wb") as stream:
        stream.truncate(50_000_000_000)  # takes no space on the disk, and no memory if it is unread
    assert (
        f"more than the limit of 1,000,000,000; if this is the right file, set the environment \
variable {LIMIT_VARIABLE}"
        in refusal(path)
    )


def test_an_endless_pipe_is_read_up_to_the_limit(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv(LIMIT_VARIABLE, "1e6")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    def write() -> None:
        stream = pipe.open("wb", buffering=0)
        with suppress(BrokenPipeError):  # the reader gives up at the limit
            while True:
                stream.write(b"1,2\n" * 10_000)
        stream.close()

    writer = threading.Thread(target=write)
    writer.start()
    assert "what was read so far" in refusal(pipe)
    writer.join()


def test_the_user_can_raise_the_limit(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"x" * 100)
    monkeypatch.setenv(LIMIT_VARIABLE, "99")
    assert "has 100 bytes, more than the limit of 99" in refusal(path)
    monkeypatch.setenv(LIMIT_VARIABLE, "100")
    assert read_bytes(path, error=_RefusedError) == b"x" * 100


@pytest.mark.parametrize("stated", ["many", "0", "-1", "inf", "nan"])
def test_a_limit_that_is_no_number_is_refused(monkeypatch, stated) -> None:
    monkeypatch.setenv(LIMIT_VARIABLE, stated)
    with pytest.raises(_RefusedError, match="not a number of bytes"):
        size_limit(error=_RefusedError)


def test_a_fixed_limit_stays_whatever_the_user_allows(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "q.yaml"
    path.write_bytes(b"x" * 100)
    monkeypatch.setenv(LIMIT_VARIABLE, "1e9")
    assert "is this the right file?" in refusal(path, limit=99)


def archive(**parts: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return packed.getvalue()


def test_an_archive_that_unpacks_to_a_thousand_times_its_size_is_refused() -> None:
    with pytest.raises(_RefusedError, match="part sheet unpacks to 5,000,000 bytes"):
        check_archive("a.xlsx", archive(sheet=b"x" * 5_000_000), error=_RefusedError)


def test_an_archive_beyond_the_limit_is_refused(monkeypatch) -> None:
    monkeypatch.setenv(LIMIT_VARIABLE, "1000")
    with pytest.raises(_RefusedError, match="the unpacked workbook has 1,200 bytes"):
        check_archive("a.xlsx", archive(a=b"x" * 600, b=b"y" * 600), error=_RefusedError)


def test_an_ordinary_archive_is_accepted() -> None:
    check_archive(
        "a.xlsx", archive(small=b"x" * 900_000, mixed=os.urandom(2_000_000)), error=_RefusedError
    )


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_json_nested_beyond_any_document_is_no_json(opening) -> None:
    with pytest.raises(ValueError, match="nested too deeply"):
        parse_json(opening * 100_000)


def test_a_mistyped_name_is_answered_with_the_file_beside_it(tmp_path: Path) -> None:
    (tmp_path / "answers.csv").touch()
    assert "did you mean 'answers.csv'?" in refusal(tmp_path / "anwsers.csv")
    assert "did you mean" not in refusal(tmp_path / "something_else.csv")


def test_a_bare_name_is_compared_with_what_is_shipped(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "did you mean 'citizen'?" in refusal(Path("citzen"), known=lambda: ["citizen"])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_text_is_decoded_whatever_its_encoding(encoding) -> None:
    text, _ = decode("key,source\na,é\n".encode(encoding), "sheet.csv", error=_RefusedError)
    assert text == "key,source\na,é\n"
