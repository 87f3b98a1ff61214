"""The full forms, the provider questionnaire and the modules."""

from __future__ import annotations

import re
from itertools import combinations, pairwise

import numpy as np
import pytest
from inline_questionnaires import Read

from coprod_stats.instruments import Instrument, check_instrument, read_instrument
from coprod_stats.instruments.assignment import draw_levels
from coprod_stats.instruments.language.evaluation import is_true
from coprod_stats.instruments.routes import draw_routes
from coprod_stats.instruments.shipped import shelf
from coprod_stats.instruments.timing import route_lengths
from coprod_stats.instruments.twins import TwinError, twin_pairs

MODULES = sorted(path.stem for path in (shelf("instruments") / "modules").glob("*.yaml"))
# items per scale: citizen, provider
FULL = {
    "QUA": (5, 5),
    "PRF": (5, 5),
    "ATT": (5, 5),
    "SHR": (6, 6),
    "KGN": (5, 5),
    "IVEST": (4, 4),
    "IVENJ": (4, 4),
    "IVSOC": (4, 4),
    "IVLOY": (4, 4),
    "MVREL": (4, 4),
    "MVECO": (4, 4),
    "MVNOR": (5, 5),
    "MVPUB": (5, 5),
    "DRREL": (6, 6),
    "DRACT": (5, 5),
    "DRINP": (5, 5),
    "DRSET": (5, 5),
    "DRTEC": (6, 6),
    "DRKNO": (5, 5),
    "DRFLO": (6, 6),
    "WIL": (5, 5),
    "WOR": (4, 4),
    "EFF": (3, 3),
    "PRFC": (0, 4),
    "FARKC": (3, 3),
    "VAOPN": (4, 4),
    "VASAL": (4, 4),
    "VAINC": (4, 4),
    "VACRE": (4, 4),
    "VATRU": (6, 6),
    "VALEG": (4, 4),
    "VAUSE": (4, 4),
    "DTCON": (4, 4),
    "DTACC": (4, 4),
    "DTTRA": (4, 4),
    "DTHUM": (2, 4),
    "DTFIN": (2, 4),
    "DTPRF": (4, 4),
    "FACOM": (4, 4),
    "FAINC": (4, 4),
    "FAOPA": (4, 4),
    "FAPOL": (4, 4),
    "FARSK": (4, 4),
    "FPAWR": (4, 4),
    "FPOWN": (4, 4),
    "FPSCP": (4, 4),
    "FPMIN": (4, 4),
    "FPMAS": (4, 4),
    "FPSDM": (4, 4),
    "FPPRE": (4, 4),
    "FPTEN": (4, 4),
    "FPINS": (0, 4),
    "NEGEV": (4, 0),
    "CCO": (4, 4),
    "PDKNO": (4, 4),
    "PDTRN": (4, 4),
    "ADWKL": (0, 4),
    "ADDIS": (0, 4),
    "ADPOW": (0, 4),
    "PROFL": (0, 4),
    "ADBUR": (4, 0),
    "MRK": (4, 4),
    "FCPOL": (0, 4),
    "DTRGT": (0, 3),
    "POLCH": (3, 3),
    "CRIS": (3, 3),
    "SDR": (3, 3),
}


ELSEWHERE = {"NEGEV": "FCNEG", "SDR": "STYLE", "EFF": "CAP", "FARKC": "FARSK", "PRFC": "PRF"}
"""Construct of a scale that has another name."""


@pytest.fixture(scope="module")
def citizen() -> Instrument:
    return read_instrument("citizen")


@pytest.fixture(scope="module")
def provider() -> Instrument:
    return read_instrument("provider")


@pytest.mark.parametrize("name", ["citizen", "provider"])
def test_core_forms_take_at_most_fifteen_minutes_and_105_questions(name: str) -> None:
    for length in route_lengths(read_instrument(name).for_form("core")):
        assert length.minutes[1] <= 15
        assert length.n_questions[1] <= 105


def test_every_scale_of_the_draft_is_there(citizen: Instrument, provider: Instrument) -> None:
    for place, instrument in enumerate((citizen, provider)):
        sizes = {scale.id: len(scale.items) for scale in instrument.for_form("full").scales}
        for code, wanted in FULL.items():
            assert sizes.get(code, 0) == wanted[place], code
            if wanted[place]:
                construct = instrument.scale(code).construct.code
                assert construct == ELSEWHERE.get(code, code)


@pytest.mark.parametrize("name", ["citizen", "provider"])
def test_scales_rotate_within_and_alike_in_both_forms(name: str) -> None:
    whole = read_instrument(name)
    full, core = whole.for_form("full"), whole.for_form("core")
    assert {i.id: i.rotation for i in core.items} == {
        i.id: full.item(i.id).rotation for i in core.items
    }
    rotating_in_core = [item.rotation for item in core.items if item.rotation]
    assert [rotating_in_core.count(letter) for letter in "ABC"] == [4, 4, 4]
    blocks = [item.rotation for item in full.items if item.rotation is not None]
    assert set(blocks) == {"A", "B", "C"}
    assert max(map(blocks.count, "ABC")) - min(map(blocks.count, "ABC")) <= 8
    for scale in full.scales:
        letters = [full.item(id).rotation for id in scale.items]
        rotating = [letter for letter in letters if letter is not None]
        spread = [rotating.count(letter) for letter in "ABC"]
        assert max(spread) - min(spread) <= 2, scale.id


@pytest.mark.parametrize("name", ["citizen", "provider"])
def test_every_two_items_of_a_scale_are_asked_together_of_300_in_1200(name: str) -> None:
    full = read_instrument(name).for_form("full")
    sets = next(variable for variable in full.assigned if variable.blocks)
    drawn = draw_levels(sets, n_respondents=1_200, rng=np.random.default_rng(1))
    asked = {
        letter: np.isin(
            drawn,
            [
                code
                for code, blocks in zip(sets.values, sets.blocks, strict=True)
                if letter in blocks
            ],
        )
        for letter in "ABC"
    }
    for one, two in combinations("ABC", 2):
        assert (asked[one] & asked[two]).sum() >= 300


@pytest.mark.parametrize("name", ["citizen", "provider"])
def test_everybody_is_asked_enough_of_each_scale_to_score_it(name: str) -> None:
    full = read_instrument(name).for_form("full")
    routes = draw_routes(full, n_respondents=300, rng=np.random.default_rng(5))
    asked = dict(zip((item.id for item in routes.items), routes.asked.T, strict=True))
    strict = routes.classes == "strict"
    for scale in full.scales:
        counts = np.sum([asked[id] for id in scale.items], axis=0)[strict]
        some = counts[counts > 0]
        if len(scale.items) > 2:
            assert (some >= min(scale.min_answered, 2)).all(), scale.id


@pytest.mark.parametrize(("name", "limit"), [("citizen", 37.0), ("provider", 39.0)])
def test_length_of_the_full_forms(name: str, limit: float) -> None:
    full = read_instrument(name).for_form("full")
    assert full.forms[0].minutes_at_most == limit
    assert all(length.minutes[1] <= limit for length in route_lengths(full))


def test_the_two_sides_mirror_each_other(citizen: Instrument, provider: Instrument) -> None:
    pairs = twin_pairs(citizen, provider)
    twins = {pair.own.id: pair.other.id for pair in pairs}
    assert (twins["AGE"], twins["GEN"]) == ("PAGE", "PGEN")
    assert {pair.own.id for pair in pairs if not pair.comparable} == set()
    latent = [id for id in twins if id.startswith(("QUA", "DR", "IV", "MV", "VA", "FA", "FP"))]
    assert len(latent) > 130
    scored = [pair for pair in pairs if pair.own.reverse or pair.other.reverse]
    assert all(pair.own.reverse == pair.other.reverse for pair in scored)
    backwards = {pair.own.id: pair.other.id for pair in twin_pairs(provider, citizen)}
    assert backwards == {other: own for own, other in twins.items()}


TWIN = """
    instrument: {id}
    version: 1.0.0
    title: One side
    languages: [en]
    twin: {twin}
    forms: {{core: {{title: Core}}}}
    pages:
      - page: p
        blocks:
          - block: b
            items:
              - {{id: {item}, text: Yes?, options: {{1: "Yes"}}, twin: {names}}}
"""


@pytest.mark.parametrize(
    ("twin", "names", "message"),
    [
        ("third", "A1", "do not name each other"),
        ("left", "A9", "which names A9"),
        ("left", "B9", "which names B9"),
    ],
)
def test_twins_that_do_not_fit_are_refused(read: Read, twin: str, names: str, message: str) -> None:
    left = read(TWIN.format(id="left", twin="right", item="A1", names="B1"))
    right = read(TWIN.format(id="right", twin=twin, item="B1", names=names))
    with pytest.raises(TwinError, match=message):
        twin_pairs(left, right)


def test_a_twin_that_is_not_there_is_refused(read: Read) -> None:
    left = read(TWIN.format(id="left", twin="right", item="A1", names="Z9"))
    right = read(TWIN.format(id="right", twin="left", item="B1", names="B1"))
    with pytest.raises(TwinError, match="has no item Z9"):
        twin_pairs(left, right)


@pytest.mark.parametrize("name", ["citizen", "provider"])
def test_modules_go_in_one_by_one_and_all_together(name: str) -> None:
    assert len(MODULES) == 7
    for modules in (*([module] for module in MODULES), MODULES):
        assert check_instrument(name, modules=modules) == ()


def test_experiments_come_after_all_that_they_name() -> None:
    """The conjoint names drivers, the story success and failure, of which both are asked before."""
    pages = [page.id for page in read_instrument("citizen", modules=MODULES).pages]
    order = [
        "quality",
        "values",
        "sector",
        "marker",
        "working_together",
        "willingness",
        "vignette",
        "vignette_questions",
        "vignette_checks",
        "background",
    ]
    assert all(pages.index(one) < pages.index(two) for one, two in pairwise(order))


@pytest.mark.parametrize("name", ["citizen", "provider"])
def test_the_core_vignette_has_six_cells_and_no_cues(name: str) -> None:
    core = read_instrument(name, modules=["vignette"]).for_form("core")
    levels = {variable.id: len(variable.levels) for variable in core.assigned}
    assert {name: levels[name] for name in levels if name != "PMSET"} == {"VOUT": 2, "VPRE": 3}
    assert {"VSKILL", "VEFFORT"}.isdisjoint(item.id for item in core.items)
    assert [str(item.conditions) for item in core.items if "VARM" in str(item.conditions)] == []


@pytest.mark.parametrize("name", ["citizen", "provider"])
def test_points_can_be_given_to_oneself_in_every_arm(name: str) -> None:
    full = read_instrument(name, modules=["vignette"]).for_form("full")
    routes = draw_routes(full, n_respondents=400, rng=np.random.default_rng(6))
    asked = dict(zip((item.id for item in routes.items), routes.asked.T, strict=True))
    told = asked["VMC2"]
    assert told.any()
    assert (asked["VATT"] == told).all()
    options = [str(option.label) for option in full.item("VATT").responses.options]
    assert any(re.search(r"\bMe\b", label) for label in options)


def test_presence_is_checked_apart_from_what_it_is_said_to_work_by() -> None:
    story = read_instrument("citizen", modules=["vignette"])
    measured = {item.id: {c.code for c in item.measures} for item in story.items}
    assert measured["VMC4"] == measured["VMC3"] == {"SOCPR"}
    assert measured["VIMP"] == {"IMPRS"}


@pytest.mark.parametrize("name", ["citizen", "provider"])
def test_who_was_there_is_told_alike_in_both_arms_and_not_who_did_the_work(name: str) -> None:
    story = read_instrument(name, modules=["vignette"])
    note = story.item("VSTORY")
    arms = [str(note.text), *(str(wording.text) for wording in note.wordings)]
    assert len(arms) == 2
    for arm in arms:
        assert arm.count("[VPRESENT]") == 1
        assert arm.count("planned and led this month's work") == 1
        assert arm.count("had proposed which plants to put in") == 1
    told = next(one for one in story.placeholders if one.name == "VPRESENT")
    assert not re.search(r"\byou(r(self)?)?\b|\balone\b", str(told).casefold())


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        ({"SCANY": 2}, {"PWPREV", "PWLINK"}),
        ({"SCANY": 1, "DFDIR4": 3, "PWPREV": 1}, {"PWPREV", "PWSAME", "PWLINK"}),
        (
            {"SCANY": 1, "DFDIR4": 3, "PWPREV": 1, "PWSAME": 1, "PWPART2": 5},
            {"PWPREV", "PWSAME", "PWPART2", "PWQUA", "PWEVT", "PWLINK"},
        ),
        (
            {"SCANY": 1, "DFDIR4": 1, "PWPREV": 1, "PWSAME": 1, "PWPART2": 4},
            {"PWPREV", "PWSAME", "PWPART2", "PWQUA", "PWEVT", "PWLINK"},
        ),
        (
            {"SCANY": 1, "DFDIR4": 1, "PWPREV": 1, "PWSAME": 1, "PWPART2": 1},
            {
                *("PWPREV", "PWSAME", "PWPART2", "PWSTAFF", "PWREL", "PWQUA", "PWEVT"),
                "PWLINK",
            },
        ),
    ],
)
def test_a_panel_asks_those_who_begin_and_those_who_stop(
    answers: dict[str, float], asked: set[str]
) -> None:
    panel = read_instrument("citizen", modules=["panel_wave"])
    known = {name: np.array([value]) for name, value in {"CONS1": 1.0, **answers}.items()}
    columns = {column: np.array([np.nan]) for item in panel.items for column in item.columns}
    shown = {
        item.id
        for item in panel.items
        if item.page == "since_last_time"
        and all(is_true(tree, columns | known, n_rows=1)[0] for tree in item.conditions)
    }
    assert shown == asked


def test_an_app_only_never_goes_with_a_public_place() -> None:
    conjoint = read_instrument("citizen", modules=["conjoint"])
    pairs = next(variable for variable in conjoint.assigned if variable.id == "CJ1ATS")
    labels = [str(level.label) for level in pairs.levels]
    assert len(labels) == 8
    assert not any("app only" in label and "public place" in label for label in labels)
    assert len(conjoint.assigned) == 5 * 2 * 8 + 1


def test_acts_are_those_of_the_sector_only() -> None:
    core = read_instrument("citizen", modules=["sector_behaviours"]).for_form("core")
    routes = draw_routes(core, n_respondents=500, rng=np.random.default_rng(7))
    acts = np.array([item.page == "sector_acts" for item in routes.items])
    assert set(np.unique(routes.asked[:, acts].sum(axis=1))) == {0, 4}
