"""``docs/api.md`` has every public name with its signature and docstring."""

import re
from dataclasses import dataclass

import api_reference
import pytest

PAGE = api_reference.PAGE.read_text(encoding="utf-8")


def test_the_page_is_current() -> None:
    assert api_reference.page() == PAGE, "write it anew: make api"


def test_every_public_name_is_described_once() -> None:
    headings = re.findall(r"^### (\S+)$", PAGE, flags=re.MULTILINE)
    assert len(headings) == len(set(headings))
    described = {heading.rpartition(".")[2] for heading in headings}
    package, *rooms = api_reference.rooms()
    assert {name for room in (package, *rooms) for name in room.__all__} == described


def test_links_of_the_table_lead_to_headings() -> None:
    anchors = {
        heading.lower().replace(".", "")
        for heading in re.findall(r"^### (\S+)$", PAGE, flags=re.MULTILINE)
    }
    links = re.findall(r"\]\(#([^)]+)\)", PAGE)
    assert len(links) > 30
    assert set(links) <= anchors


@pytest.mark.parametrize("room", api_reference.rooms(), ids=lambda room: room.__name__)
def test_every_public_name_has_a_docstring(room) -> None:
    for name in room.__all__:
        assert api_reference.docstring(getattr(room, name)).strip(), name


@dataclass(frozen=True)
class Estimate:
    """An estimate.

    Parameters
    ----------
    value : float
        In units of
        the scale.
    low, high
    """

    value: float
    low: float = 0.0

    @property
    def doubled(self) -> float:
        """Twice ``value``."""
        return 2 * self.value


Estimate.__module__ = "coprod_stats.example"


def test_a_docstring_becomes_a_list() -> None:
    assert api_reference.docstring(Estimate) == (
        "An estimate.\n\n**Parameters**\n\n"
        "- `value` (float): In units of the scale.\n- `low, high`\n"
    )
    assert list(api_reference.public_members(Estimate)) == ["`doubled`: Twice `value`."]


def test_a_long_signature_has_a_line_for_each_parameter() -> None:
    def fit(model: "str", data: "int", *, estimator_of_the_model: "str" = "maximum", level=0.95):
        raise NotImplementedError

    assert api_reference.signature("fit", fit) == (
        "fit(model: str, data: int, *, estimator_of_the_model: str = 'maximum', level=0.95)"
    )
    assert api_reference.signature("fit_" + 20 * "x", fit) == (
        "fit_xxxxxxxxxxxxxxxxxxxx(\n    model: str,\n    data: int,\n    *,\n"
        "    estimator_of_the_model: str = 'maximum',\n    level=0.95,\n)"
    )
