import hashlib
import json

import pytest

from coprod_stats.documents.errors import ReportError
from coprod_stats.report.manifest import (
    MANIFEST_NAME,
    Provenance,
    Source,
    hash_file,
    package_versions,
    python_version,
    read_manifest,
    write_report_files,
)
from coprod_stats.report.verification import verify_folder

PROVENANCE = Provenance(
    command="coprod run analyses/plan.yaml --data answers.csv",
    data=Source("answers.csv", "0" * 64),
    instrument=Source("citizen.yaml", "1" * 64, "1.0"),
    plan=Source("plan.yaml", "2" * 64),
    python="3.11.2",
    packages={"numpy": "2.2", "coprod-stats": "0.1.0"},
    seed=7,
)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "report.html").write_bytes(b"<p>\xc3\xa9</p>\n")
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "paths.csv").write_bytes(b"a,b\n")
    write_report_files(tmp_path, {}, PROVENANCE)
    return tmp_path


def test_a_manifest_lists_every_file_by_relative_path_and_hash(folder):
    manifest = read_manifest(folder)
    assert manifest.provenance == PROVENANCE
    assert manifest.files == {
        "report.html": hashlib.sha256(b"<p>\xc3\xa9</p>\n").hexdigest(),
        "tables/paths.csv": hashlib.sha256(b"a,b\n").hexdigest(),
    }


def test_a_manifest_is_canonical_and_names_no_absolute_path(folder):
    written = (folder / MANIFEST_NAME).read_bytes()
    content = json.loads(written)
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, indent=2) + "\n"
    assert written == canonical.encode()
    assert str(folder) not in written.decode()
    write_report_files(folder, {}, PROVENANCE)
    assert (folder / MANIFEST_NAME).read_bytes() == written


def test_a_file_is_hashed_whole(tmp_path):
    path = tmp_path / "answers.csv"
    path.write_bytes(b"x" * 3_000_000)
    assert hash_file(path) == hashlib.sha256(b"x" * 3_000_000).hexdigest()


def test_versions_of_this_package_and_its_libraries_are_told():
    versions = package_versions(["numpy"])
    assert list(versions) == ["coprod-stats", "numpy"]
    assert python_version().count(".") == 2


def test_an_untouched_folder_passes(folder):
    verification = verify_folder(folder)
    assert verification.passed
    assert verification.same == ("report.html", "tables/paths.csv")


def test_every_kind_of_difference_is_told(folder):
    (folder / "report.html").write_bytes(b"<p>e</p>\n")
    (folder / "tables" / "paths.csv").unlink()
    (folder / "more.csv").write_bytes(b"")
    verification = verify_folder(folder)
    assert not verification.passed
    assert verification.same == ()
    assert verification.changed == ("report.html",)
    assert verification.missing == ("tables/paths.csv",)
    assert verification.unlisted == ("more.csv",)


def test_a_folder_without_a_manifest_is_refused(tmp_path):
    with pytest.raises(ReportError, match="holds no manifest"):
        read_manifest(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b"null",
        b'{"provenance": {}}',
        b'{"provenance": {"data": 1, "instrument": {}, "plan": {}}, "files": {}}',
    ],
)
def test_a_file_that_is_no_manifest_is_refused(tmp_path, content):
    (tmp_path / MANIFEST_NAME).write_bytes(content)
    with pytest.raises(ReportError, match="is not a manifest"):
        read_manifest(tmp_path)


@pytest.mark.parametrize("name", ["../secret", "/etc/hosts", "a/../../b"])
def test_a_manifest_that_names_a_file_outside_its_folder_is_refused(folder, name):
    content = json.loads((folder / MANIFEST_NAME).read_text(encoding="utf-8"))
    content["files"][name] = "0" * 64
    (folder / MANIFEST_NAME).write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ReportError, match="outside its folder"):
        verify_folder(folder)
