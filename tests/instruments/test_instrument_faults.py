"""Every fault of meaning, all at once, each at its line; the comments say what is expected."""

from __future__ import annotations

import pytest
from inline_questionnaires import Check, Read, marked, places

from coprod_stats.errors import Fault
from coprod_stats.instruments import InstrumentError
from coprod_stats.instruments.checks.texts import MAX_TEXT

SOUND = """
instrument: survey
version: 1.0.0
title: A survey
languages: [en]
constructs: constructs.yaml
forms: {short: {title: Short}, long: {title: Long}}
responses:
  ext5: {kind: unipolar, options: {1: Not at all, 2: A little, 3: Some, 4: Much, 5: Completely}}
pages:
  - page: first
    blocks:
      - block: use
        items:
          - {id: USED, text: Have you used it?, options: {1: "Yes", 2: "No"}}
          - {id: MEANS, kind: multiple, text: By which means?, options: {1: Web, 2: Phone}}
          - {id: NAME, kind: text, text: What is it called?}
  - page: second
    when: USED == 1
    blocks:
      - block: trust
        stem: To what extent
        responses: ext5
        items:
          - {id: TRU1, text: "do you rely on it?"}
          - {id: TRU2, text: "do you doubt it?", reverse: true}
scales:
  TRU: {title: Trust, construct: TRU, items: [TRU1, TRU2], min_answered: 1}
"""

ITEMS = """
instrument: survey
version: 1.0.0
title: A survey
languages: [en]
forms: {short: {title: Short}}
administrative:
  - {id: RID, title: Respondent, role: respondent}
  - {id: RID2, title: Respondent again, role: respondent}  # <- ADMIN-001
  - {id: CODE, title: Code}
  - {id: REGION, title: Region, original: CODE}  # <- ITEM-012
responses:
  ext5: {kind: unipolar, options: {1: Not at all, 2: A little}}
  odd: {kind: unipolar, options: {1: Low, -8: High}}  # <- CODE-001
  cnt2: {kind: count, options: {0: Never, 1: Once}}
  both: {kind: unipolar, options: {1: Low, 2: High}, off_scale: {2: Unsure}}  # <- CODE-002
pages:
  - page: first
    blocks:
      - block: one
        items:
          - {id: A, text: One?, responses: ext5, options: {1: "Yes"}}  # <- ITEM-003
          - {id: B, text: Two?, responses: ext6}  # <- ITEM-002
          - {id: C, text: Three?}  # <- ITEM-004
          - {id: D, kind: text, text: Four?, options: {1: "Yes"}}  # <- ITEM-005
          - {id: E, kind: text, text: Five?, number: {min: 1}}  # <- ITEM-006
          - {id: F, kind: number, text: Six?, number: {min: 9, max: 1}}  # <- ITEM-007
          - {id: F2, kind: number, text: Six?, number: {min: 0.2, max: 0.4}}  # <- ITEM-007
          - {id: G, text: Mark 3., responses: ext5, attention_pass: 3}  # <- ITEM-008
          - {id: H, text: Eight?, responses: ext5, max_choices: 2}  # <- ITEM-009
          - {id: I, text: Nine?, options: {1: Red, 2: Blue}, reverse: true}  # <- SCALE-003
          - {id: J, kind: multiple, text: Ten?, options: {0: None, 1: Some}}  # <- CODE-003
          - {id: K, text: Eleven?, options: {1: "Yes", -9: "No"}}  # <- CODE-001
          - {id: A, text: Twelve?, responses: ext5}  # <- ITEM-001
          - {id: CODE, text: Thirteen?, responses: ext5}  # <- ITEM-001
      - block: one  # <- PAGE-001
        items:
          - {id: L, text: Fourteen?, responses: ext5}
  - page: first  # <- PAGE-001
    blocks:
      - block: three
        items:
          - {id: M, text: Fifteen?, responses: ext5}
          - {id: N, kind: multiple, text: Sixteen?, responses: cnt2}  # <- CODE-003
          - {id: O, kind: rank, text: 17?, options: {1: A}, off_scale: {2: B}}  # <- CODE-004
          - {id: Q, kind: multiple, text: 19?, options: {1: A}, off_scale: {0: B}}  # <- CODE-003
          - {id: R, kind: multiple, text: 20?, options: {1: A}, max_choices: 2}  # <- ITEM-013
          - {id: S, kind: multiple, text: 21?, options: {1: A, 2: B, 3: C},  # <- ITEM-013
             min_choices: 3, max_choices: 2}
          - {id: T, text: 22?, responses: ext5, min_choices: 1}  # <- ITEM-009
          - {id: U, text: 23?, responses: ext5, other: 3}  # <- ITEM-014
          - {id: V, kind: text, text: 24?, other: 1}  # <- ITEM-014
          - {id: X, kind: date, text: 26?, date: {min: 2026-02-30}}  # <- ITEM-015
          - {id: Y, kind: date, text: 27?, date: {min: 2026-02-02, max: 2026-02-01}}  # <- ITEM-015
          - {id: Z, kind: time, text: 28?, date: {min: 2026-02-02}}  # <- ITEM-015
          - {id: AA, text: 29?, responses: ext5, random_order: true}  # <- ITEM-017
          - {id: AB, kind: number, text: 30?, random_order: true}  # <- ITEM-017
          - {id: AC, kind: number, text: 31?, length: {max: 5}}  # <- ITEM-018
          - {id: AD, kind: text, text: 32?, length: {min: 6, max: 5}}  # <- ITEM-018
          - {id: AE, kind: text, text: 33?, pattern: "(?i)a"}  # <- ITEM-018
          - {id: AF, kind: text, text: 34?, pattern: "[a"}  # <- ITEM-018
          - {id: AF2, kind: text, text: 33?, pattern: "[[:alpha:]]+"}  # <- ITEM-018
          - {id: AF3, kind: text, text: 33?, pattern: "(a+)+b"}  # <- ITEM-019
          - {id: AG, kind: text, text: 35?, pattern: a, format: email}  # <- ITEM-018
          - {id: W, text: 25?, responses: ext5, specify: Which?}  # <- ITEM-014
          - {id: P, text: Eighteen?, responses: ext5, off_scale: {2: Unsure}}  # <- CODE-002
derived:
  REGION: {title: Region, value: L}  # <- ITEM-001
"""

SCALES = """
instrument: survey
version: 1.0.0
title: A survey
languages: [en]
constructs: constructs.yaml
forms: {short: {title: Short}}
responses:
  ext5: {kind: unipolar, options: {1: Not at all, 5: Completely}}
  ext7: {kind: unipolar, options: {1: Not at all, 7: Completely}}
pages:
  - page: first
    blocks:
      - block: one
        items:
          - {id: A1, text: One?, responses: ext5}
          - {id: A2, text: Two?, responses: ext7}
          - {id: A3, text: Three?, options: {1: Red, 5: Blue}, measures: [NIX]}  # <- CONSTRUCT-001
          - {id: A4, text: Four?, responses: ext5, forms: [medium]}  # <- FORM-001
scales:
  S1: {title: One, construct: TRU, items: [A1, A9], min_answered: 1}  # <- SCALE-001
  S2: {title: Two, construct: TRU, items: [A1, A1], min_answered: 1}  # <- SCALE-002
  S3: {title: Three, construct: TRU, items: [A1], min_answered: 2}  # <- SCALE-004
  S4: {title: Four, construct: TRU, items: [A1, A2], min_answered: 1}  # <- SCALE-005
  S5: {title: Five, construct: TRU, items: [A3], min_answered: 1}  # <- SCALE-006
  S6: {title: Six, construct: NIX, items: [A1], min_answered: 1}  # <- CONSTRUCT-001
  S7: {title: Seven, construct: TRU, items: [A1], min_answered: 1, forms: [long]}  # <- FORM-001
  A1: {title: Eight, construct: TRU, items: [A1], min_answered: 1}  # <- ITEM-001
indices:
  I1: {title: Nine, construct: NIX, value: A1}  # <- CONSTRUCT-001
"""

EXPRESSIONS = """
instrument: survey
version: 1.0.0
title: A survey
languages: [en]
constructs: constructs.yaml
forms: {short: {title: Short}, long: {title: Long}}
pages:
  - page: first
    blocks:
      - block: one
        items:
          - {id: A, text: One?, options: {1: "Yes", 2: "No"}, forms: [long]}
          - {id: B, kind: multiple, text: Two?, options: {1: Web, 2: Phone}}
          - {id: C, kind: text, text: Three?}
          - {id: N, kind: note, text: Please turn over.}
          - id: D
            text: Four?
            options: {1: "Yes"}
            when: E == 1  # <- ROUTE-001
          - id: E
            text: Five?
            options: {1: "Yes"}
            when: B == 1  # <- EXPR-004
          - id: F
            text: Six?
            options: {1: "Yes"}
            when: C > 1 or E != "Yes"  # <- EXPR-004 EXPR-007
          - id: G
            text: Seven?
            options: {1: "Yes"}
            when: answered(N)  # <- EXPR-004
          - id: H
            text: Eight?
            options: {1: "Yes"}
            when: includes(E, 1)  # <- EXPR-006
          - id: I
            text: Nine?
            options: {1: "Yes"}
            when: includes(B, 3)  # <- EXPR-003
  - page: second
    when: J == 2  # <- ROUTE-001
    blocks:
      - block: two
        items:
          - {id: J, text: Ten?, options: {1: "Yes", 2: "No"}}
          - id: K  # <- FORM-002
            text: Eleven?
            options: {1: "Yes"}
            when: 3 == A  # <- EXPR-003
            forms: [short]
      - block: three
        when: D in (1, 4)  # <- EXPR-003
        wordings:
          - {when: M == 1, text: Otherwise}  # <- ROUTE-001
        items:
          - {id: L, text: Twelve?, options: {1: "Yes"}}
          - {id: M, text: Thirteen?, options: {1: "Yes"}}
derived:
  V1: {title: One, value: V2 + 1}  # <- EXPR-005
  V2: {title: Two, value: V1 + 1}  # <- EXPR-005
  V3: {title: Three, value: "A == "}  # <- EXPR-001
  V4: {title: Four, value: ZZ > 1}  # <- EXPR-002
classification:
  title: Classes
  classes:
    one: Q == 1  # <- EXPR-002
indices:
  X: {title: Index, construct: USE, value: "count(A, )"}  # <- EXPR-001
"""

TEXTS = """
instrument: survey
version: 1.0.0
title: {en: A survey, fr: Une enquête}  # <- LANG-002
languages:  # <- LANG-001
  - en
  - de
  - de
forms:
  short:
    title: {de: Kurz}  # <- LANG-003
placeholders:
  ORG: {item: B, otherwise: the office}  # <- TEXT-003
  AREA: {item: ZZ, otherwise: "[TOWN]"}  # <- TEXT-002
pages:
  - page: first
    intro: About [SERVICE]  # <- TEXT-001
    blocks:
      - block: one
        items:
          - id: A
            text: {de: Eins}  # <- LANG-003
            options: {1: "Yes"}
            hint: {fr: Un}  # <- LANG-002 LANG-003
          - {id: B, kind: multiple, text: "Two at [ORG]?", options: {1: Web}}
"""


def test_a_sound_questionnaire_has_no_faults(check: Check) -> None:
    assert check(SOUND) == ()


LONG = """
instrument: survey
version: 1.0.0
title: A survey
languages: [en]
forms: {{full: {{title: Full}}}}
pages:
  - page: one
    blocks:
      - block: one
        items:
          - {{id: VISITS, text: {text}, options: {{1: Never, 2: Often}}}}
          - {{id: MORE, kind: note, text: "{other}", when: {when}}}
"""


@pytest.mark.parametrize("text", [ITEMS, SCALES, EXPRESSIONS], ids=["items", "scales", "routing"])
def test_all_faults_are_found_at_once_each_at_its_line(check: Check, text: str) -> None:
    assert places(check(text)) == marked(text)


def test_all_faults_of_texts_are_found(check: Check) -> None:
    found = places(check(TEXTS))
    # the text of a placeholder is itself checked for placeholders
    line = next(line for line, code in marked(TEXTS) if code == "TEXT-002")
    assert found == sorted([*marked(TEXTS), (line, "TEXT-001")])


def test_a_text_or_a_condition_that_nobody_would_read_is_a_fault(check: Check) -> None:
    longest = "x" * MAX_TEXT
    text = LONG.format(text=longest, when="VISITS == 1", other=longest)
    assert check(text) == ()
    placeholders = "[AREA] " * MAX_TEXT
    long = LONG.format(
        text=longest + "x", when=" or ".join(["VISITS == 1"] * MAX_TEXT), other=placeholders
    )
    found = sorted((fault.code, fault.place) for fault in check(long))
    assert found == [
        ("EXPR-001", "item MORE"),
        ("TEXT-001", "item MORE"),
        ("TEXT-005", "item MORE"),
        ("TEXT-005", "item MORE"),
        ("TEXT-005", "item VISITS"),
    ]


def test_a_fault_says_file_line_place_finding_and_remedy(check: Check) -> None:
    faulty = SOUND.replace("min_answered: 1", "min_answered: 3")
    assert [str(fault) for fault in check(faulty)] == [
        "SCALE-004 survey.yaml:27, scale 'TRU': requires 3 answers but has 2 items. "
        "Lower 'min_answered'."
    ]


def test_reading_a_faulty_questionnaire_raises_all_its_faults(read: Read) -> None:
    with pytest.raises(InstrumentError) as caught:
        read(ITEMS)
    assert places(caught.value.faults) == marked(ITEMS)
    assert str(caught.value).count("\n") == len(caught.value.faults) - 1


@pytest.mark.parametrize(
    ("old", "new", "line", "place", "found"),
    [
        ("title: A survey", "titel: A survey", 3, "titel", "is not known here"),
        ("title: A survey", "titel: A survey", 1, "the file", "'title' is missing"),
        ("version: 1.0.0", "version: '1'", 2, "version", "not a version of three numbers"),
        ("id: TRU1", "id: tru-1", 24, "pages.1.blocks.0.items.0.id", "not an id of capitals"),
        ("min_answered: 1", "min_answered: one", 27, "scales.TRU.min_answered", "a whole number"),
        ("kind: unipolar", "kind: nice", 8, "responses.ext5.kind", "none of 'unipolar'"),
        ("{1: Web, 2: Phone}", "{one: Web}", 15, "pages.0.blocks.0.items.1.options.one", "whole"),
        ("kind: text", "kind: essay", 16, "pages.0.blocks.0.items.2.kind", "is none of"),
        ("languages: [en]", "languages: []", 4, "languages", "is empty"),
    ],
)
def test_faults_of_shape_have_their_line(
    check: Check, old: str, new: str, line: int, place: str, found: str
) -> None:
    faults = check(SOUND.replace(old, new, 1))
    assert any(
        (fault.code, fault.line, fault.place) == ("SHAPE-001", line, place) and found in fault.found
        for fault in faults
    ), faults


def test_an_unreadable_file_of_constructs_hides_no_other_fault(check: Check) -> None:
    faulty = SOUND.replace("constructs.yaml", "missing.yaml").replace("TRU2]", "TRU9]")
    codes = [fault.code for fault in check(faulty)]
    assert codes == ["YAML-001", "SCALE-001"]


def test_constructs_stand_beside_the_questionnaire(check: Check) -> None:
    faulty = SOUND.replace("constructs: constructs.yaml", "constructs: ../constructs.yaml")
    assert [fault.code for fault in check(faulty)] == ["CONSTRUCT-002"]


def test_derived_variables_in_many_layers_are_followed_in_no_time(check: Check) -> None:
    layers = "".join(
        f"  V{k}: {{title: Layer, value: V{k + 1} + V{k + 2}}}\n" for k in range(1, 60)
    )
    base = "".join(f"  V{k}: {{title: Base, value: USED}}\n" for k in (60, 61))
    routed = SOUND.replace("when: USED == 1", "when: V1 > 1")
    assert check(f"{routed}derived:\n{layers}{base}") == ()


def test_faults_of_an_absent_file_are_faults() -> None:
    from coprod_stats.instruments import check_instrument

    (fault,) = check_instrument("no_such_survey")
    assert isinstance(fault, Fault)
    assert fault.code == "YAML-001"
