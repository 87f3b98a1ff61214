"""The citizen core questionnaire: its questions, its branches, and how it reads."""

from __future__ import annotations

import re

import numpy as np
import pytest

from coprod_stats.instruments import Instrument, Item, check_instrument, read_instrument
from coprod_stats.instruments.catalogue import catalogue
from coprod_stats.instruments.language.evaluation import FloatArray, evaluate, is_true
from coprod_stats.instruments.language.tree import Expression
from coprod_stats.instruments.model import Text, Wording

# the marks of the short form in the draft, on items with a citizen wording
CORE = [
    "CONS1",
    "SCNAME",
    "SCORG",
    "DFDIR",
    "DFACT",
    "DFVOL",
    "DFOUT",
    "DFEND",
    "DFCIT",
    "CPSTG1",
    "CPSTG2",
    "CPSTG3",
    "CPSTG4",
    "CPSTG5",
    "CPSTG6",
    "CPWHI1",
    "CPWHI2",
    "CPWHI3",
    "CPFRM",
    "CHANNEL",
    "CPKNW",
    "PDCTL",
    "ACTOR",
    "SUCC",
    "SECTOR",
    "QUA1",
    "QUA2",
    "QUA3",
    "PRF1",
    "PRF2",
    "PRF3",
    "ATT1",
    "ATT2",
    "ATT3",
    "SHR1",
    "SHR2",
    "SHR3",
    "KGN1",
    "KGN2",
    "KGN3",
    "IVEST1",
    "IVENJ1",
    "IVSOC1",
    "IVLOY1",
    "MVREL1",
    "MVECO1",
    "MVNOR3",
    "MVPUB1",
    "MRK1",
    "MRK2",
    "MRK3",
    "ATC1",
    "DRREL1",
    "DRREL2",
    "DRREL3",
    "DRACT1",
    "DRACT2",
    "DRACT3",
    "DRINP1",
    "DRINP2",
    "DRINP3",
    "DRSET1",
    "DRSET2",
    "DRSET3",
    "DRTEC1",
    "DRTEC2",
    "DRTEC3",
    "DRKNO1",
    "DRKNO2",
    "DRKNO3",
    "DRFLO1",
    "DRFLO2",
    "DRFLO3",
    "WIL1",
    "WIL2",
    "WOR1",
    "ROL1",
    "NEC1",
    "CAP1",
    "CAP2",
    "AGE",
    "GEN",
    "EDU",
    "WRK",
    "INCF",
    "URB",
    "DURYR",
]
ADDED = ["SCANY", "CPFRMM", "FPAWR1", "FPAWR2", "FPAWR3", "FPAWR4"]
PERSON = ["AGE", "GEN", "EDU", "WRK", "INCF", "URB"]
FUTURE = ["WIL1", "WIL2", "WOR1", "ROL1", "NEC1", "CAP1", "CAP2"]
AWARENESS = ["FPAWR1", "FPAWR2", "FPAWR3", "FPAWR4"]

Answers = dict[str, float]
TAKES_PART: Answers = {
    "CONS1": 1,
    "SCANY": 1,
    "DFDIR": 1,
    "DFACT": 1,
    "DFVOL": 1,
    "DFOUT": 1,
    "DFEND": 1,
    "DFCIT": 1,
    **{f"CPSTG{stage}": 2 for stage in range(1, 7)},
    "CPFRM__1": 1,
    "CPFRM__2": 1,
    "CPFRM__3": 0,
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


def test_it_asks_the_87_marked_questions_and_six_more(citizen: Instrument) -> None:
    assert len(set(CORE)) == 87
    assert {item.id for item in citizen.questions} == {*CORE, *ADDED}


def test_the_order_separates_outcomes_from_drivers(citizen: Instrument) -> None:
    assert [page.id for page in citizen.pages] == [
        "consent",
        "contact",
        "service",
        "taking_part",
        "ways",
        "quality",
        "together",
        "values",
        "sector",
        "marker",
        "working_together",
        "setting_and_knowledge",
        "awareness",
        "willingness",
        "background",
    ]
    drivers = [item.id for item in citizen.items if item.page == "setting_and_knowledge"]
    assert "ATC1" in drivers
    assert citizen.item("ATC1").attention_pass == 2


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, "strict"),
        ({"DFCIT": 2}, "strict"),
        ({"DFDIR": 2}, "broad"),
        ({"DFVOL": 3}, "broad"),
        ({"DFOUT": 2}, "broad"),
        ({"DFACT": 2}, "broad"),
        ({"DFEND": np.nan}, "broad"),
        ({"DFACT": 3}, "none"),
        ({"DFOUT": 3}, "none"),
        ({"DFOUT": np.nan}, "none"),
        ({f"CPSTG{stage}": 0 for stage in range(1, 7)}, "none"),
        ({f"CPSTG{stage}": np.nan for stage in range(1, 7)}, "none"),
        ({**{f"CPSTG{stage}": np.nan for stage in range(1, 6)}, "CPSTG6": 1}, "strict"),
    ],
)
def test_classes_follow_the_definition(citizen: Instrument, changes: Answers, kind: str) -> None:
    assert Person(citizen, TAKES_PART | changes).kind() == kind


def test_a_co_producer_is_asked_everything_but_awareness(citizen: Instrument) -> None:
    asked = Person(citizen, TAKES_PART).ids()
    assert sorted(asked) == sorted({*CORE, "SCANY", "CPFRMM"})
    assert len(asked) == 89


def test_technology_is_asked_of_digital_users_only(citizen: Instrument) -> None:
    technology = {"DRTEC1", "DRTEC2", "DRTEC3"}
    for channel in range(1, 7):
        channels = {f"CHANNEL__{other}": float(other == channel) for other in range(1, 7)}
        asked = set(Person(citizen, TAKES_PART | channels).ids())
        assert asked & technology == (technology if channel >= 4 else set())


def test_the_main_form_is_asked_of_those_with_several(citizen: Instrument) -> None:
    assert "CPFRMM" not in Person(citizen, TAKES_PART | {"CPFRM__2": 0}).ids()


def test_who_does_not_consent_is_asked_nothing_more(citizen: Instrument) -> None:
    assert Person(citizen, {"CONS1": 2}).ids() == ["CONS1"]
    assert Person(citizen, {}).ids() == ["CONS1"]


@pytest.mark.parametrize("answer", [2, np.nan])
def test_without_a_service_the_questions_are_general(citizen: Instrument, answer: float) -> None:
    person = Person(citizen, {"CONS1": 1, "SCANY": answer})
    assert person.ids() == ["CONS1", "SCANY", *AWARENESS, *FUTURE, *PERSON]
    assert person.kind() == "none"
    for text in person.texts().values():
        assert not re.search(r"\[SERVICE\]|\[ORG\]|\bagain\b|your contribution", text), text


@pytest.mark.parametrize(
    "changes",
    [
        {"DFDIR": 3, "DFACT": 3},
        {"DFOUT": 3},
        {f"CPSTG{stage}": 0 for stage in range(1, 7)},
        {"DFACT": np.nan},
    ],
    ids=["took no part", "is staff", "in no stage", "did not say"],
)
def test_who_has_not_co_produced_gets_a_branch_of_their_own(
    citizen: Instrument, changes: Answers
) -> None:
    person = Person(citizen, TAKES_PART | changes)
    asked = person.ids()
    assert asked[-18:] == ["SECTOR", *AWARENESS, *FUTURE, *PERSON]
    assert not {"QUA1", "DRREL1", "MRK1", "DURYR", "CHANNEL"} & set(asked)
    texts = {id: text for id, text in person.texts().items() if id in (*AWARENESS, *FUTURE)}
    for text in texts.values():
        assert not re.search(r"\bagain\b|your contribution|when you take part", text), text


def test_every_finisher_is_in_exactly_one_branch(citizen: Instrument) -> None:
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
        assert ("QUA1" in asked) != ("FPAWR1" in asked)
        assert {"WIL1", "AGE"} <= asked


def test_stems_and_rows_read_as_sentences(citizen: Instrument) -> None:
    persons = (
        Person(citizen, TAKES_PART),
        Person(citizen, {"CONS1": 1, "SCANY": 2}),
        Person(citizen, TAKES_PART | {"DFDIR": 3, "DFACT": 3}),
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


def test_scales_for_all_headline_factors(citizen: Instrument) -> None:
    sizes = {scale.id: (len(scale.items), scale.min_answered) for scale in citizen.scales}
    drivers = ["DRREL", "DRACT", "DRINP", "DRSET", "DRTEC", "DRKNO", "DRFLO"]
    impacts = ["QUA", "PRF", "ATT", "SHR", "KGN"]
    assert {id: sizes[id] for id in (*drivers, *impacts, "MRK")} == dict.fromkeys(
        (*drivers, *impacts, "MRK"), (3, 2)
    )
    assert {id: sizes[id] for id in ("IV", "MV", "FPAWR")} == dict.fromkeys(
        ("IV", "MV", "FPAWR"), (4, 3)
    )
    assert {id: sizes[id] for id in ("WIL", "CAP", "WOR", "ROL", "NEC")} == {
        "WIL": (2, 2),
        "CAP": (2, 2),
        "WOR": (1, 1),
        "ROL": (1, 1),
        "NEC": (1, 1),
    }
    assert [item.id for item in citizen.items if item.reverse] == ["ATT2", "FPAWR4"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {"CPAMT": 12, "CPEARLY": 1 / 3, "CPWHI": 6, "DTDIV": 6 + 2 + 2}),
        ({"CPSTG1": 0, "CPSTG2": 0}, {"CPAMT": 8, "CPEARLY": 0, "CPWHI": 6, "DTDIV": 8}),
        (
            {f"CPSTG{stage}": 0 for stage in range(1, 7)},
            {"CPAMT": 0, "CPEARLY": np.nan, "CPWHI": 6, "DTDIV": 4},
        ),
        ({"CPSTG3": np.nan}, {"CPAMT": np.nan, "CPEARLY": np.nan, "CPWHI": 6, "DTDIV": np.nan}),
    ],
)
def test_indices(citizen: Instrument, changes: Answers, expected: Answers) -> None:
    answers = TAKES_PART | {f"CPWHI{k}": 2 for k in (1, 2, 3)} | changes
    person = Person(citizen, answers)
    found = {
        index.id: float(evaluate(index.value, person.columns, n_rows=1)[0])
        for index in citizen.indices
    }
    assert found == pytest.approx(expected, nan_ok=True)


def test_missing_answers_are_offered_beside_the_scale(citizen: Instrument) -> None:
    assert {item.offers for item in citizen.items if item.in_grid and item.id != "ATC1"} == {
        ("dont_know",)
    }
    assert citizen.item("GEN").offers == ("refused",)
    assert citizen.item("INCF").offers == ("dont_know", "refused")
    assert citizen.item("CONS1").required
