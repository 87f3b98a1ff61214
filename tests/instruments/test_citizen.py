"""The citizen core questionnaire: its questions, its branches, and how it reads."""

from __future__ import annotations

import re

import numpy as np
import pytest

from coprod_stats.instruments import Instrument, Item, check_instrument, read_instrument
from coprod_stats.instruments.catalogue import catalogue
from coprod_stats.instruments.checks.claimed_paths import ClaimedPath
from coprod_stats.instruments.checks.linting import lint
from coprod_stats.instruments.language.evaluation import FloatArray, evaluate, is_true
from coprod_stats.instruments.language.tree import Expression
from coprod_stats.instruments.model import Text, Wording
from coprod_stats.instruments.timing import route_lengths
from coprod_stats.study.plan_reading import read_hypotheses

PERSON = ["AGE", "GEN", "EDU", "INCF"]
WORTH = ["WOR1", "WOR5", "WOR3"]
FUTURE = ["WIL1", "WIL2", "WIL4", "CAP1", "CAP2", "CAP6", "CAP7"]
AWARENESS = ["FPAWR5", "FPAWR6", "FPAWR7"]
ATTITUDE = ["ATT1", "ATT2", "ATT6", "ATT7"]
INFORMATION = ["DRFLO7", "DRFLO11", "ATC1", "DRFLO9", "DRFLO10"]
MARKER = ["MRK1", "MRK2", "MRK3"]
OF_EVERYBODY = [*ATTITUDE, *WORTH, *MARKER, *INFORMATION, *AWARENESS, *FUTURE, *PERSON]
OF_THE_SERVICE = [
    *("SUCRUN", "SUCU", "QUA1", "QUA2", "QUA7", "QUA6"),
    *("PRF11", "PRF7", "PRF8", "PRF13", "SECTOR"),
]
DRIVERS = ["DRREL", "DRACT", "DRINP", "DRSET", "DRTEC", "DRKNO", "DRFLO"]
IMPACTS = ["QUA", "PRF", "ATT", "SHR", "KGN"]
FACETS = ["IVEST", "IVENJ", "IVSOC", "IVLOY", "MVREL", "MVECO", "MVNOR", "MVPUB"]

Answers = dict[str, float]
TAKES_PART: Answers = {
    "CONS1": 1,
    "SCANY": 1,
    "PMSET": 1,
    "DFDIR4": 1,
    "DFACT": 1,
    "DFVOL": 1,
    "DFOUT": 1,
    "DFEND2": 1,
    "DFCIT": 1,
    "DFPOS": 1,
    **{f"CPSTG{stage}": 2 for stage in range(1, 7)},
    "CPWITH__1": 1,
    "CPWITH__2": 1,
    "CPWITH__3": 0,
    **{f"CHANNEL__{channel}": float(channel in (1, 4)) for channel in range(1, 7)},
}


@pytest.fixture(scope="module")
def citizen() -> Instrument:
    return read_instrument("citizen").for_form("core")


class Person:
    """Somebody who answers: what they are asked, how it is worded, what they count as."""

    def __init__(self, instrument: Instrument, answers: Answers) -> None:
        self.instrument = instrument
        self.columns: dict[str, FloatArray] = {
            column: np.array([answers.get(column, np.nan)])
            for item in instrument.items
            for column in item.columns
        }
        for variable in instrument.assigned:
            self.columns[variable.id] = np.array([answers.get(variable.id, 1)])
        for _ in instrument.derived:  # a derived variable may follow from another one
            for derived in instrument.derived:
                self.columns.setdefault(derived.id, np.array([np.nan]))
                self.columns[derived.id] = evaluate(derived.value, self.columns, n_rows=1)

    def meets(self, condition: Expression) -> bool:
        return bool(is_true(condition, self.columns, n_rows=1)[0])

    def asked(self) -> list[Item]:
        return [item for item in self.instrument.items if all(map(self.meets, item.conditions))]

    def ids(self) -> list[str]:
        return [item.id for item in self.asked()]

    def wording(self, text: Text | None, wordings: tuple[Wording, ...]) -> str:
        fitting = (wording.text for wording in wordings if self.meets(wording.condition))
        return str(next(fitting, text or ""))

    def texts(self) -> dict[str, str]:
        return {
            item.id: f"{self.wording(item.stem, item.stem_wordings)} "
            f"{self.wording(item.text, item.wordings)}".strip()
            for item in self.asked()
        }

    def kind(self) -> str:
        rule = self.instrument.classification
        assert rule is not None
        return next((name for name, tree in rule.classes if self.meets(tree)), rule.otherwise)


def test_shipped_questionnaires_have_no_faults() -> None:
    for instrument in catalogue():
        assert check_instrument(instrument.id) == ()


def test_the_order_separates_outcomes_from_drivers(citizen: Instrument) -> None:
    assert [page.id for page in citizen.pages] == [
        "consent",
        "contact",
        "service",
        "taking_part",
        "ways",
        "success",
        "quality",
        "attitudes",
        "together",
        "values",
        "sector",
        "worth",
        "marker",
        "working_together",
        "setting_and_knowledge",
        "information",
        "awareness",
        "willingness",
        "background",
    ]
    assert "ATC1" in [item.id for item in citizen.items if item.page == "information"]
    assert citizen.item("ATC1").attention_pass == 2


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, "strict"),
        ({"DFDIR4": 2}, "broad"),
        ({"DFVOL": 2}, "broad"),
        ({"DFOUT": 2}, "broad"),
        ({"DFEND2": 3}, "broad"),
        ({"DFEND2": np.nan}, "broad"),
        ({f"CPSTG{stage}": 0 for stage in range(1, 7)}, "broad"),
        ({f"CPSTG{stage}": np.nan for stage in range(1, 7)}, "broad"),
        ({**{f"CPSTG{stage}": np.nan for stage in range(1, 6)}, "CPSTG6": 1}, "strict"),
        ({"DFVOL": 3}, "obliged"),
        ({"DFVOL": 3, "DFEND2": np.nan}, "obliged"),
        ({"DFVOL": np.nan}, "unclear"),
        ({"DFOUT": 3}, "inside"),
        ({"DFOUT": 3, "DFVOL": np.nan}, "inside"),
        ({"DFOUT": np.nan}, "unclear"),
        ({"DFDIR4": 3}, "none"),
        ({"DFDIR4": np.nan}, "unclear"),
        ({"SCANY": 2, "DFDIR4": np.nan}, "none"),
        ({"SCANY": np.nan, "DFDIR4": np.nan}, "unclear"),
    ],
)
def test_classes_follow_the_definition(citizen: Instrument, changes: Answers, kind: str) -> None:
    assert Person(citizen, TAKES_PART | changes).kind() == kind


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, "strict"),
        ({"DFVOL": 2}, "broad"),
        ({"DFVOL": 3}, "obliged"),
        ({"DFVOL": np.nan}, "unclear"),
        ({"DFOUT": 3}, "inside"),
        ({"DFOUT": np.nan}, "unclear"),
        ({"DFDIR4": 3}, "none"),
        ({"DFDIR4": np.nan}, "unclear"),
    ],
)
def test_classes_of_staff_are_those_of_citizens(changes: Answers, kind: str) -> None:
    provider = read_instrument("provider").for_form("core")
    assert Person(provider, TAKES_PART | changes).kind() == kind


@pytest.mark.parametrize("name", ["DFACT", "DFCIT", "DFPOS"])
def test_no_class_rests_on_what_is_a_driver_or_an_outcome(citizen: Instrument, name: str) -> None:
    kinds = {Person(citizen, TAKES_PART | {name: answer}).kind() for answer in (1, 2, 3, np.nan)}
    assert kinds == {"strict"}


def test_a_co_producer_is_asked_everything_but_what_rotates(citizen: Instrument) -> None:
    rotating = {item.id: item.rotation for item in citizen.items if item.rotation}
    assert sorted(rotating.values()) == sorted("ABC" * 4)
    everything = {item.id for item in citizen.questions}
    for code, left_out in ((1, "C"), (2, "B"), (3, "A")):
        asked = Person(citizen, TAKES_PART | {"PMSET": code}).ids()
        assert everything - set(asked) == {
            id for id, block in rotating.items() if block == left_out
        }
        assert len(asked) == 99


def test_the_core_form_is_as_long_as_it_may_be(citizen: Instrument) -> None:
    assert citizen.forms[0].minutes_at_most == 15
    for length in route_lengths(citizen):
        assert length.n_questions[1] <= 105
        assert length.minutes[1] < 15  # with introductions and hints


@pytest.mark.parametrize("scale", [*DRIVERS, *IMPACTS])
def test_every_core_scale_has_four_questions_of_which_one_rotates(
    citizen: Instrument, scale: str
) -> None:
    items = [citizen.item(id) for id in citizen.scale(scale).items]
    assert len(items) == 4
    assert sum(item.rotation is not None for item in items) == 1


def test_either_end_of_every_stated_path_has_a_reverse_question(citizen: Instrument) -> None:
    reverse = {s.id for s in citizen.scales if any(citizen.item(id).reverse for id in s.items)}
    for hypothesis in read_hypotheses():
        if hypothesis.headline:
            assert reverse & {hypothesis.predictor, hypothesis.outcome}, hypothesis.id


def test_every_driver_and_impact_has_a_question_in_the_other_direction(
    citizen: Instrument,
) -> None:
    for scale in (*DRIVERS, *IMPACTS):
        assert any(citizen.item(id).reverse for id in citizen.scale(scale).items), scale


def test_the_outcome_changes_no_wording(citizen: Instrument) -> None:
    """Whether somebody took part decides what is asked, and not in which words."""
    took = Person(citizen, TAKES_PART).texts()
    for changes in ({"DFDIR4": 3}, {"DFDIR4": np.nan}, {"DFOUT": 3}, {"DFOUT": np.nan}):
        others = Person(citizen, TAKES_PART | changes).texts()
        assert {id: took[id] for id in others} == others


@pytest.mark.parametrize("fate", [3, 4])
def test_nobody_is_asked_to_go_on_with_what_has_ended(citizen: Instrument, fate: int) -> None:
    runs, ended = (
        Person(citizen, TAKES_PART | {"SUCRUN": code}).texts() for code in (1.0, float(fate))
    )
    for id in ("WIL1", "WIL2", "WIL4", "WOR1", "WOR3"):
        assert "[SERVICE]" in runs[id]
        assert "[SERVICE]" not in ended[id], ended[id]


@pytest.mark.parametrize("form", ["core", "full"])
def test_who_has_stopped_is_told_on_each_page_which_time_is_meant(form: str) -> None:
    """Whoever took part is asked what is done there, and may do it no longer."""
    instrument = read_instrument("citizen").for_form(form)
    stopped = Person(instrument, TAKES_PART | {"SUCSTP": 3, "SUCRUN": 4})
    pages = {item.page for item in stopped.asked()}
    pages -= {item.page for item in Person(instrument, TAKES_PART | {"DFDIR4": 3}).asked()}
    told = {page.id: str(page.intro) for page in instrument.pages if page.id in pages}
    for page in pages - {"taking_part", "ways"}:  # these two ask about the past 12 months
        assert "If you no longer take part" in told[page], page
    for side in ("citizen", "provider"):
        quality = next(page for page in read_instrument(side).pages if page.id == "quality")
        assert "has ended" in str(quality.intro)


@pytest.mark.parametrize(
    ("answers", "good", "bad"),
    [
        ({"SUCU": 5, "SUCG": 5, "SUCY": 5, "SUCRUN": 1}, True, False),
        ({"SUCU": 1, "SUCG": 5, "SUCY": 1, "SUCRUN": 1}, True, True),
        ({"SUCU": 6, "SUCG": 6, "SUCY": 4, "SUCRUN": 6}, True, False),
        ({"SUCU": 6, "SUCG": 6, "SUCY": 6, "SUCRUN": 4}, False, True),
        ({"SUCU": 6, "SUCG": 6, "SUCY": 6, "SUCRUN": 3}, True, False),
        ({"SUCU": 6, "SUCG": 6, "SUCY": 6, "SUCRUN": 6}, False, False),
        ({}, False, False),
    ],
)
def test_reasons_follow_success_for_anybody(answers: Answers, good: bool, bad: bool) -> None:
    full = read_instrument("citizen").for_form("full")
    asked = Person(full, TAKES_PART | answers).ids()
    assert ("SUCWG" in asked, "SUCWB" in asked) == (good, bad)


def test_technology_is_asked_of_digital_users_only(citizen: Instrument) -> None:
    technology = {"DRTEC1", "DRTEC6", "DRTEC9", "DRTEC5"}
    for channel in range(1, 7):
        channels = {f"CHANNEL__{other}": float(other == channel) for other in range(1, 7)}
        asked = set(Person(citizen, TAKES_PART | channels).ids())
        assert asked & technology == (technology if channel >= 4 else set())


def test_who_does_not_consent_is_asked_nothing_more(citizen: Instrument) -> None:
    assert Person(citizen, {"CONS1": 2}).ids() == ["CONS1"]
    assert Person(citizen, {}).ids() == ["CONS1"]


@pytest.mark.parametrize("answer", [2, np.nan])
def test_without_a_service_the_questions_are_general(citizen: Instrument, answer: float) -> None:
    person = Person(citizen, {"CONS1": 1, "SCANY": answer})
    rotating = {"DRFLO10"}  # set 1 leaves block C out
    wanted = [id for id in ("CONS1", "SCANY", *OF_EVERYBODY) if id not in rotating]
    assert person.ids() == wanted
    assert person.kind() == ("none" if answer == 2 else "unclear")
    for text in person.texts().values():
        assert not re.search(r"\[SERVICE\]|\[ORG\]|\bagain\b|your contribution to", text), text


@pytest.mark.parametrize("form", ["core", "full"])
def test_no_text_names_a_service_to_those_who_have_none(form: str) -> None:
    person = Person(read_instrument("citizen").for_form(form), {"CONS1": 1, "SCANY": 2})
    for id, text in person.texts().items():
        assert not re.search(r"\[SERVICE\]|\[ORG\]", text), (id, text)


@pytest.mark.parametrize(
    "changes", [{"DFDIR4": 3}, {"DFOUT": 3}, {"DFDIR4": np.nan}], ids=["none", "is staff", "silent"]
)
def test_who_took_no_part_is_asked_of_the_service_and_of_themselves(
    citizen: Instrument, changes: Answers
) -> None:
    person = Person(citizen, TAKES_PART | changes)
    asked = set(person.ids())
    assert asked >= {*OF_EVERYBODY, *OF_THE_SERVICE} - {"DRFLO10", "PRF13"}
    assert not {"DRREL1", "SHR1", "KGN4", "IVEST3", "DURYR", "CHANNEL", "SUCSTP"} & asked
    texts = {id: text for id, text in person.texts().items() if id in OF_EVERYBODY}
    for text in texts.values():
        assert not re.search(r"\bagain\b|your contribution to|when you take part", text), text


def test_awareness_and_attitude_are_asked_of_the_same_people(citizen: Instrument) -> None:
    rng = np.random.default_rng(1)
    for _ in range(200):
        answers = {
            column: rng.choice([np.nan, *map(float, item.responses.values)])
            if item.kind != "multiple" and item.responses
            else float(rng.integers(0, 2))
            for item in citizen.items
            for column in item.columns
        }
        asked = set(Person(citizen, {**answers, "CONS1": 1.0}).ids())
        assert asked >= {*OF_EVERYBODY} - {"DRFLO10", "ATT7"}
        assert ("DRREL1" in asked) == ("SHR1" in asked)


def test_stems_and_rows_read_as_sentences(citizen: Instrument) -> None:
    persons = (
        Person(citizen, TAKES_PART),
        Person(citizen, {"CONS1": 1, "SCANY": 2}),
        Person(citizen, TAKES_PART | {"DFDIR4": 3}),
    )
    for person in persons:
        for item in person.asked():
            stem = person.wording(item.stem, item.stem_wordings)
            row = person.wording(item.text, item.wordings)
            if stem.endswith("..."):
                assert row[0].islower() or item.id == "ATC1", row
                assert row.endswith("?") or item.id == "ATC1", row
            elif stem:
                assert stem.endswith("?"), stem
                assert row[0].isupper(), row
            else:
                assert row[0].isupper(), row
                assert row.endswith(("?", ".", "apply.")), row
            assert "  " not in row


def test_sizes_of_the_scales(citizen: Instrument) -> None:
    sizes = {scale.id: len(scale.items) for scale in citizen.scales}
    assert {id: sizes[id] for id in (*DRIVERS, *IMPACTS)} == dict.fromkeys((*DRIVERS, *IMPACTS), 4)
    assert {id: sizes[id] for id in ("WIL", "WOR", "FPAWR", "MRK")} == dict.fromkeys(
        ("WIL", "WOR", "FPAWR", "MRK"), 3
    )
    assert {id: sizes[id] for id in FACETS} == dict.fromkeys(FACETS, 1)
    assert not {"IV", "MV", "CAP"} & sizes.keys()
    assert {"IV", "MV", "CAP"} <= {index.id for index in citizen.indices}


CAUSES = r"\b(because of|as a result|since you|due to|thanks to|led to|brought about)\b"


def test_outcomes_state_a_level_and_no_cause() -> None:
    for name in ("citizen", "provider"):
        for item in read_instrument(name).questions:
            assert not re.search(CAUSES, f"{item.stem or ''} {item.text}".lower()), item.id


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {"CPAMT": 12, "CPEARLY": 1 / 3, "DTDIV": 6 + 2 + 2, "DTDIVS": 6, "DTDIVC": 2}),
        ({"CPSTG1": 0, "CPSTG2": 0}, {"CPAMT": 8, "CPEARLY": 0, "DTDIV": 8, "DTDIVS": 4}),
        (
            {f"CPSTG{stage}": 0 for stage in range(1, 7)},
            {"CPAMT": 0, "CPEARLY": np.nan, "DTDIV": 4, "DTDIVS": 0},
        ),
        ({"CPSTG3": np.nan}, {"CPAMT": np.nan, "CPEARLY": np.nan, "DTDIV": np.nan}),
        ({"DFDIR4": 3, **{f"CPSTG{k}": np.nan for k in range(1, 7)}}, {"CPAMT": 0}),
        ({"SCANY": 2, "DFDIR4": np.nan, "CPSTG1": np.nan}, {"CPAMT": 0}),
        ({"DFOUT": 3, **{f"CPSTG{k}": np.nan for k in range(1, 7)}}, {"CPAMT": np.nan}),
        ({"DFVOL": 3}, {"CPAMT": 12}),
        ({"DFDIR4": np.nan, "CPSTG1": np.nan}, {"CPAMT": np.nan}),
        ({"IVEST3": 5, "IVENJ1": 3, "IVSOC5": 3, "IVLOY2": 1}, {"IV": 3}),
        ({"MVREL2": 5, "MVECO10": 3, "MVNOR7": 3}, {"MV": np.nan}),
        ({"CAP1": 5, "CAP2": 3, "CAP6": 3, "CAP7": 1}, {"CAP": 3}),
        ({"CAP1": 5, "CAP2": 3, "CAP6": 3}, {"CAP": np.nan}),
        ({f"CPSTG{stage}": 0 for stage in range(2, 7)}, {"DTDIVE": 0}),
        ({f"CPSTG{stage}": 1 for stage in range(1, 7)}, {"DTDIVE": 1 - 1 / 6}),
        ({f"CPSTG{stage}": 0 for stage in range(1, 7)}, {"DTDIVE": np.nan}),
    ],
)
def test_indices(citizen: Instrument, changes: Answers, expected: Answers) -> None:
    person = Person(citizen, TAKES_PART | changes)
    values = {index.id: index.value for index in citizen.indices}
    found = {name: float(evaluate(values[name], person.columns, n_rows=1)[0]) for name in expected}
    assert found == pytest.approx(expected, nan_ok=True)


def test_missing_answers_are_offered_beside_the_scale(citizen: Instrument) -> None:
    assert {item.offers for item in citizen.items if item.in_grid and item.id != "ATC1"} == {
        ("dont_know",)
    }
    assert citizen.item("GEN").offers == ("refused",)
    assert citizen.item("INCF").offers == ("dont_know", "refused")
    assert citizen.item("CONS1").required


@pytest.mark.parametrize("name", ["citizen", "provider"])
def test_the_introduction_names_no_time_that_depends_on_the_form(name: str) -> None:
    introduction = read_instrument(name).introduction
    assert introduction is not None
    words = dict(introduction.by_language)
    assert "The invitation says how long it takes" in words["en"]
    assert not re.search(r"minute|hour|دقيقة|دقائق|ساعة", " ".join(words.values()))


def test_members_of_staff_are_not_asked_what_no_class_and_no_index_uses(
    citizen: Instrument,
) -> None:
    of_the_definition = {"DFACT", "DFVOL", "DFEND2", "DFCIT", "DFPOS"}
    stages = {f"CPSTG{stage}" for stage in range(1, 7)}
    assert of_the_definition | stages <= set(Person(citizen, TAKES_PART).ids())
    for outside in (3, np.nan):
        asked = set(Person(citizen, TAKES_PART | {"DFOUT": outside}).ids())
        assert "DFOUT" in asked
        assert not asked & (of_the_definition | stages)


@pytest.mark.parametrize(
    "changes", [{}, {"DFDIR4": 3}, {"SCANY": 2}], ids=["took part", "user", "no service"]
)
@pytest.mark.parametrize("side", ["citizen", "provider"])
def test_other_questions_lie_between_a_condition_and_what_it_is_for(
    side: str, changes: Answers
) -> None:
    """Worth, a necessary condition of willingness, is not answered just before it."""
    core = read_instrument(side).for_form("core")
    asked = Person(core, TAKES_PART | changes).ids()
    assert asked.index("WIL1") - asked.index("WOR3") > 10


@pytest.mark.parametrize("side", ["citizen", "provider"])
def test_not_to_know_and_not_to_apply_are_different_answers(side: str) -> None:
    instrument = read_instrument(side)
    assert "apply" not in str(instrument.dont_know)
    offered = {
        item.id
        for item in instrument.questions
        if item.responses is not None
        and any(str(option.label) == "Does not apply" for option in item.responses.off_scale)
    }
    assert offered >= {"DRREL11", "DRSET2", "DRFLO9", "PRF13", "KGN9", "IVSOC5", "MVPUB4"}
    assert not offered & {"DRINP1", "DRACT1", "DRKNO10", "WIL1", "ATT1"}  # "not at all" is true


@pytest.mark.parametrize(("side", "born"), [("citizen", "AGE"), ("provider", "PAGE")])
def test_nobody_below_18_is_asked(side: str, born: str) -> None:
    instrument = read_instrument(side)
    rule = instrument.item(born).number
    assert rule is not None
    assert rule.maximum == 2026 - 18 - 1  # of age in any month of 2026
    assert "adults" in str(instrument.introduction)


@pytest.mark.parametrize("side", ["citizen", "provider"])
def test_titles_of_indices_fit_a_table_and_notes_state_their_range(side: str) -> None:
    for index in read_instrument(side).indices:
        assert len(str(index.title)) <= 40, index.id
        assert re.search(r"\d to \d", str(index.note)), index.id


@pytest.mark.parametrize("side", ["citizen", "provider"])
def test_what_was_contributed_and_how_often_are_asked_of_the_same_time(side: str) -> None:
    instrument = read_instrument(side)
    assert "In the past 12 months" in str(instrument.item("DFDIR4").text)
    assert "In the past 12 months" in str(instrument.item("CPSTG1").stem)


@pytest.mark.parametrize("side", ["citizen", "provider"])
@pytest.mark.parametrize("outcome", ["KGN", "CPAMT"])
def test_information_shares_no_meaning_with_what_it_is_to_explain(side: str, outcome: str) -> None:
    path = ClaimedPath("H", "main", "DRFLO", outcome, "a plan", "full")
    found = lint(read_instrument(side), paths=[path], all_claims=False)
    of_questions = {entry.place for entry in found if entry.code == "LINT-015"}
    # who is asked, not what is measured; and, in the full form that no plan tests, information that
    # can be found beside knowledge that is kept
    assert of_questions <= {"SCANY", "DFDIR4", "DFOUT", "DRFLO4-KGN4"}


OTHERS_THINK = (
    r"^(do|have) (the two sides|(elected )?politicians|people|staff|citizens|others|experts)\b"
    r"( and (citizens|lay people))?( come to)? (think|see|feel|believe|want|look down|consider)\b"
)


@pytest.mark.parametrize("side", ["citizen", "provider"])
def test_nobody_is_asked_what_others_think(side: str) -> None:
    asked = {
        item.id
        for item in read_instrument(side).questions
        if item.in_grid and re.search(OTHERS_THINK, str(item.text))
    }
    assert asked == {"MISP3"}  # whether the two sides see alike is what misperception is about
    for was in (
        "do people see contributing as part of being a citizen?",
        "do staff and citizens think well of each other?",
        "have experts and lay people come to see each other differently?",
    ):
        assert re.search(OTHERS_THINK, was), was
