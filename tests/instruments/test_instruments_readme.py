"""The example of the grammar in instruments/README.md is itself a questionnaire without faults."""

from __future__ import annotations

import re
from pathlib import Path

from coprod_stats.instruments import check_instrument, read_instrument
from coprod_stats.instruments.expressions import FUNCTIONS
from coprod_stats.instruments.preview import preview
from coprod_stats.instruments.shipped import list_shipped, shelf

README = (shelf("instruments") / "README.md").read_text(encoding="utf-8")


def test_the_example_has_no_faults(tmp_path: Path) -> None:
    core, scales = re.findall(r"```yaml\n(.+?)```", README, flags=re.DOTALL)
    path = tmp_path / "library.yaml"
    path.write_text(core, encoding="utf-8")
    assert check_instrument(path) == ()
    (tmp_path / "my_constructs.yaml").write_text(
        "source: none\nconstructs:\n"
        + "".join(
            f"  {code}: {{family: x, label: x, role: behaviour, section: x, sources: x, "
            "respondent: both, measure: x}\n"
            for code in ("PART", "WAYS")
        ),
        encoding="utf-8",
    )
    path.write_text(f"{core}\nconstructs: my_constructs.yaml\n{scales}", encoding="utf-8")
    library = read_instrument(path)
    assert "visitor" in preview(library, "core")
    assert [scale.items for scale in library.for_form("core").scales] == [
        ("PART1", "PART2", "PART3")
    ]


def test_every_file_and_function_is_described() -> None:
    for path in list_shipped("instruments"):
        assert f"`{path.name}`" in README
    for function in FUNCTIONS:
        assert re.search(rf"\b{function}\b", README), function
