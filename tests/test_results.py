"""The contract of results: tables, and their display in a notebook."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
import pytest

import coprod_stats
from coprod_stats.results import NotebookTables, Result


@dataclass(frozen=True, slots=True)
class Toy(NotebookTables):
    """A result of three terms."""

    def tidy(self) -> pd.DataFrame:
        return pd.DataFrame(
            {"term": ["a<b", "c", "d"], "estimate": [1.25, None, 2], "df": [None] * 3}
        )

    def glance(self) -> pd.DataFrame:
        return pd.DataFrame({"n_obs": [7]})


def result_classes() -> Iterator[type]:
    for module in pkgutil.walk_packages(coprod_stats.__path__, "coprod_stats."):
        if module.name.startswith("coprod_stats.cli."):
            continue
        for _, kind in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            is_protocol = getattr(kind, "_is_protocol", False)
            if kind.__module__ == module.name and hasattr(kind, "tidy") and not is_protocol:
                yield kind


@pytest.mark.parametrize("kind", list(result_classes()), ids=lambda kind: kind.__name__)
def test_every_result_has_its_tables_and_is_shown_by_them(kind: type) -> None:
    assert issubclass(kind, NotebookTables)
    assert hasattr(kind, "glance")
    assert "__slots__" in vars(kind)
    assert "__repr__" in vars(kind)
    assert inspect.unwrap(kind.__repr__).__code__.co_filename != "<string>"  # a dataclass's own


def test_a_result_at_a_prompt_is_a_line_whatever_it_holds() -> None:
    assert repr(Toy()) == "<Toy: A result of three terms>"


def test_a_result_is_shown_by_both_tables() -> None:
    assert isinstance(Toy(), Result)
    shown = Toy()._repr_html_()
    glance, tidy = shown.split("<table")[1:]
    assert "n_obs" in glance
    assert "a&lt;b" in tidy
    assert "1.25" in tidy
    assert "NaN" not in shown
    assert "df" not in tidy  # it applies to no term


def test_long_tables_are_cut_as_pandas_is_told() -> None:
    whole = Toy()._repr_html_()
    with pd.option_context("display.max_rows", 2):
        cut = Toy()._repr_html_()
    assert "..." in cut
    assert "..." not in whole


@dataclass(frozen=True, slots=True)
class Awkward(NotebookTables):
    """Numbers < 1 and > 1000.

    More about it.
    """

    def tidy(self) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "estimate": [0.123456789, 123456.789, -1.5e-7],
                "df": [float("inf"), 1.0, pd.NA],
                "notes": ["", "", ""],
                "true": [True, False, True],
            }
        )

    def glance(self) -> pd.DataFrame:
        return pd.DataFrame({"n_obs": [123456], "note": [""], "p_value": [None]})


def test_numbers_are_rounded_and_what_is_empty_is_dropped() -> None:
    shown = Awkward()._repr_html_()
    assert [f"<td>{text}</td>" in shown for text in ("0.1235", "123457", "-1.5e-07")] == [True] * 3
    assert "<td>123456</td>" in shown  # a count is not rounded
    assert "<td>∞</td>" in shown
    assert "<td>True</td>" in shown
    assert "note" not in shown.replace("notebook", "")
    assert "p_value" not in shown


def test_the_caption_is_the_summary_of_the_class() -> None:
    shown = Awkward()._repr_html_()
    assert shown.count("<caption>") == 1
    assert "<caption>Numbers &lt; 1 and &gt; 1000</caption>" in shown
