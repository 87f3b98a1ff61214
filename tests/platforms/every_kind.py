"""A questionnaire with every kind of item, and respondents who fill it at random."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd

from coprod_stats.instruments import read_instrument
from coprod_stats.instruments.language.evaluation import FloatArray, evaluate, is_true
from coprod_stats.instruments.model import (
    DONT_KNOW,
    MISSING_CODES,
    NOT_ANSWERED,
    OPTION_KINDS,
    REFUSED,
    TEXT_KINDS,
    Instrument,
    Item,
)

CONSTRUCTS = """
source: An article.
constructs:
  TRU: {family: Impact, label: Trust, role: impact, section: "5", sources: "[1]",
        respondent: both, measure: reflective}
"""
SURVEY = """
instrument: survey
version: 1.0.0
title: {en: "A survey, with | and \\"quotes\\"", de: Eine Umfrage}
introduction: {en: "Thank you. It is for [ORG].", de: "Danke. Es ist für [ORG]."}
about: {en: "Tests the hypothesis of reciprocity.", de: "Prüft die Hypothese der Gegenseitigkeit."}
status: draft
languages: [en, de]
constructs: constructs.yaml
offers: [dont_know]
missing_options:
  dont_know: {en: "Don't know", de: Weiß nicht}
  refused: {en: Prefer not to say, de: Keine Angabe}
forms: {full: {title: Full}}
placeholders:
  ORG: {item: NAME, otherwise: {en: the office, de: das Amt}}
  FEEL: {item: MOOD, otherwise: somehow}
  CASE: {variable: ARM, levels: {1: failed, 2: succeeded}, otherwise: unknown}
  LANDED: {item: LAND, otherwise: nowhere}
administrative:
  - {id: RID, title: Respondent, role: respondent}
assigned:
  ARM: {title: What is told, levels: {1: Failure, 2: Success}}
responses:
  ext5:
    kind: unipolar
    options: {1: Not at all, 2: "A little | less", 3: Some, 4: {en: Much, de: Viel}, 5: Completely}
    off_scale: {8: Too early to say}
  nrs:
    kind: unipolar
    points: [0, 10]
    options: {0: Not at all, 5: {en: "Half, or so", de: Halb}, 10: "All | of it"}
  cnt3:
    kind: count
    options: {0: Never, 1: Once, 2: More often}
pages:
  - page: consent
    title: {en: "Consent", de: Einwilligung}
    intro: Please read this.
    blocks:
      - block: consent
        items:
          - {id: CONS, kind: consent, text: I agree., options: {1: "Yes", 2: "No"},
             required: true, offers: []}
  - page: first
    when: CONS == 1
    blocks:
      - block: use
        items:
          - {id: USED, text: {en: Have you used it?, de: Haben Sie es benutzt?},
             options: {1: "Yes", 2: "No"}, offers: [dont_know, refused]}
          - {id: NAME, kind: text, text: What is it called?, when: USED == 1,
             offers: [dont_know]}
          - {id: MOOD, text: How was it?, options: {1: good, 2: bad}, offers: [], hint: Roughly.}
          - {id: MEANS, kind: multiple, text: "How, with [ORG]?", max_choices: 2,
             options: {1: "Web, or app", 2: Phone, 3: Letter}, offers: [dont_know, refused]}
          - {id: YEARS, kind: number, text: Since when?, number: {min: 0, max: 90, unit: years},
             offers: [dont_know, refused]}
          - {id: HOURS, kind: number, text: How long?, number: {min: 0, whole: false}, offers: []}
          - {id: STORY, kind: note, text: "It [CASE], and you felt [FEEL]."}
  - page: second
    title: Trust in [ORG]
    when: CONS == 1
    blocks:
      - block: trust
        stem: To what extent
        wordings: [{when: YEARS == 0, text: "So far, to what extent"}]
        responses: ext5
        offers: [dont_know, refused]
        when: not answered(MEANS) or includes(MEANS, 1) or USED != 1
        items:
          - {id: TRU1, text: "do you rely on [ORG]?"}
          - {id: TRU2, text: "do you doubt it?", when: YEARS > 1,
             wordings: [{when: KEEN == 1, text: "do you, who rely on [ORG], doubt it?"}]}
          - {id: TRU3, text: "is it kind?"}
      - block: often
        stem: How often
        responses: cnt3
        when: ARM == 1
        items:
          - {id: OFT1, text: did you call?}
          - {id: OFT2, text: did you write?, when: "count(TRU1 > 2, TRU3 > 2) > 0"}
      - block: shares
        items:
          - {id: GOALS, kind: rank, top: 2, text: What matters?,
             options: {1: Quiet, 2: Choice, 3: Help}}
          - {id: POINTS, kind: allocate, total: 10, text: Who does it?,
             options: {1: We, 2: They}, when: "USED in (1, 2) or YEARS + 1 > 3"}
          - {id: LAST, kind: text, text: Anything else?, offers: [], when: "option(POINTS, 1) > 4"}
  - page: third
    when: CONS == 1
    blocks:
      - block: choices
        items:
          - {id: WAYS, kind: multiple, min_choices: 2, text: In which ways?,
             options: {1: By hand, 2: By phone, 3: By post, 4: By car},
             off_scale: {96: None of these, 97: "All, equally"}}
          - {id: WHYNOT, kind: text, text: Why in none?, when: "includes(WAYS, 96)",
             required: true}
          - {id: PLACE, text: Where?, options: {1: Here, 2: There, 3: Elsewhere}, other: 3,
             specify: {en: "Where, then?", de: Wo?}, offers: [dont_know]}
          - {id: MIXED, text: Which one?, options: {1: This, 2: That, 3: The other}, offers: [],
             random_order: true}
          - {id: MIXES, kind: multiple, text: Which?, options: {1: This, 2: That, 3: Else},
             random_order: true, other: 3, off_scale: {4: None}, offers: [refused]}
          - {id: RANKED, kind: rank, text: In order?, options: {1: This, 2: That, 3: The other},
             random_order: true}
          - {id: LAND, text: In which country?, options: {1: Germany, 2: Austria, 7: France},
             off_scale: {9: Nowhere}, codes: {1: DE, 2: AT, 7: FRANCE, 9: no_where}}
          - {id: SIDES, kind: multiple, text: Which sides?, options: {1: Left, 2: Right},
             off_scale: {5: None}, codes: {1: A, 2: B, 5: NONE}, when: LAND != 2 and LAND < 9}
          - {id: WHICH, kind: text, text: "In [LANDED]?", when: "includes(SIDES, 1) or LAND >= 7"}
          - {id: TOOLS, kind: multiple, text: With what?, options: {1: A pen, 2: Other}, other: 2,
             off_scale: {9: Nothing}, when: "not answered(PLACE__other)"}
          - {id: FEW, kind: multiple, min_choices: 1, max_choices: 2, text: Which two?,
             options: {1: One, 2: Two, 3: Three}, offers: [], when: "not includes(WAYS, 96, 97)"}
          - id: TIMES
            kind: number
            text: How often?
            number: {min: 1, max: 900}
            checks:
              - {holds: TIMES <= 900 - YEARS, message: {en: "Oftener than [ORG]?", de: Zu viel.}}
              - {holds: "not includes(WAYS, 96) or TIMES < 50", message: So often in no way?}
          - {id: PLATE, kind: text, text: Which number?, pattern: '[A-Z]{2,3}/\\d+',
             length: {min: 5, max: 8}, offers: [dont_know]}
          - {id: PLATE2, kind: text, text: And then?, pattern: "[A-Z]+/[0-9]+", offers: []}
          - {id: GREEN, text: Is it green?, options: {1: "Yes", 2: "No"},
             when: 'NAME in ("The PARK", "7") or (contains(NAME, "E") and NAME != "zwei")'}
          - {id: FORK, text: Which way?, options: {1: This, 2: That, 3: Neither}, other: 3,
             offers: [dont_know], options_when: {2: MIXED != 1, 3: USED == 2}}
          - {id: FORKS, kind: multiple, text: Which ways?, options: {1: This, 2: That, 3: Both},
             off_scale: {9: None}, options_when: {2: "includes(MIXES, 1, 2)", 9: FORK == 1,
             3: MIXED != 1}}
          - {id: CALLED, kind: text, text: Still called so?, offers: [], prefill: {answer: NAME}}
          - {id: MOOD2, text: And now?, options: {1: good, 2: bad, 3: neither}, offers: [],
             prefill: {answer: MOOD}}
          - {id: COST, kind: number, text: At what cost?, number: {min: 0, whole: false},
             offers: [], prefill: {value: 2.5}}
          - {id: NUMB, text: Is it a number?, options: {1: "Yes", 2: "No"},
             when: 'NAME == "007" or not contains(PLATE, "b/1")'}
      - block: lines
        items:
          - {id: PAIN, kind: number, text: How much does it hurt?, offers: [dont_know, refused],
             number: {min: 0, max: 100, slider: {low: "Not | at all", high: {en: Much, de: Sehr},
             middle: Some, step: 5}}}
          - {id: SHARE, kind: number, text: Which part?, offers: [], when: PAIN >= 50,
             number: {min: -1, max: 1, whole: false, slider: {low: None, high: All, step: 0.1}}}
          - {id: TELL, kind: text, text: Tell us?, when: "SHARE > 0 or not answered(SHARE)"}
          - {id: EASY, text: How easy is it?, responses: nrs}
          - {id: HARD, text: Why is it hard?, kind: text, when: EASY < 5}
      - block: parts
        stem: How good are
        responses: nrs
        items:
          - {id: SEATS, text: the seats?}
          - {id: STAFF, text: the staff?, offers: [refused]}
      - block: moments
        items:
          - {id: BEGUN, kind: date, text: Since when?, offers: [dont_know, refused],
             date: {min: 1990-01-01, max: 2030-12-31}}
          - {id: ENDED, kind: date, text: Until which day?, offers: [], when: answered(BEGUN)}
          - {id: DAILY, kind: time, text: At what time?}
derived:
  KEEN: {title: Keen, value: TRU1 > 3 and USED == 1}
"""
TEXTS = (
    "the park",
    "=1+1",
    'a "quoted", text',
    "zwei\nZeilen",
    "مرحبا",
    "-5",
    "semi;colon|pipe",
    "007",
)


PLATES = ("AB/12", "XYZ/9999")
DAYS = ("1999-12-31", "2024-02-29", "2026-11-30")
TIMES = ("00:00", "09:05", "23:59")
MODULES = (
    "vignette",
    "conjoint",
    "goals_benefits_challenges_reasons",
    "sector_behaviours",
    "panel_wave",
)


def everything(name: str) -> Instrument:
    """Return a shipped questionnaire in its full form with all modules."""
    return read_instrument(name, modules=MODULES).for_form("full")


@dataclass(frozen=True)
class Respondents:
    """What people would answer to every question, and what they are asked.

    ``wanted`` holds, per respondent, item id -> answer (code, text, tuple of codes, mapping of
    option to number, or None for a skipped question); ``canonical`` the table to be read back.
    """

    wanted: list[dict[str, object]]
    canonical: list[dict[str, str]]


def respondents(instrument: Instrument, n: int, seed: int) -> Respondents:
    rng = np.random.default_rng(seed)
    wanted = [{item.id: draw_answer(item, rng) for item in instrument.questions} for _ in range(n)]
    for row in wanted:
        row.update({a.id: int(rng.choice(a.values)) for a in instrument.assigned})
    return Respondents(wanted, [canonical(instrument, row, i) for i, row in enumerate(wanted)])


def table(instrument: Instrument, people: Respondents) -> pd.DataFrame:
    """Return the canonical table of respondents, as reading it back gives it."""
    texts = {item.id for item in instrument.items if item.kind in TEXT_KINDS} | {"RID"}
    return pd.DataFrame(people.canonical).apply(
        lambda column: column if column.name in texts else pd.to_numeric(column.replace("", np.nan))
    )


def draw_answer(item: Item, rng: np.random.Generator) -> object:
    codes = [{"dont_know": DONT_KNOW, "refused": REFUSED}[offer] for offer in item.offers]
    if codes and rng.random() < 0.2:
        return int(rng.choice(codes))
    if not item.required and rng.random() < 0.15:
        return None
    scale = item.responses
    low = item.number.minimum if item.number is not None else None
    match item.kind:
        case "single" | "consent":
            options = [option.value for option in (*scale.options, *scale.off_scale)]
            return options[0] if item.required and rng.random() < 0.9 else int(rng.choice(options))
        case "multiple":
            if scale.off_scale and rng.random() < 0.2:
                return (int(rng.choice([option.value for option in scale.off_scale])),)
            most = item.max_choices or len(scale.options)
            size = int(rng.integers(item.min_choices or 1, most + 1))
            return tuple(sorted(rng.choice(scale.values, size=size, replace=False).tolist()))
        case "rank":
            order = rng.permutation(scale.values)[: item.top].tolist()
            return {
                value: order.index(value) + 1 if value in order else 0 for value in scale.values
            }
        case "allocate":
            points = rng.multinomial(item.total, np.ones(len(scale.values)) / len(scale.values))
            return dict(zip(scale.values, points.tolist(), strict=True))
        case "number" if item.number.slider is not None:
            return item.number.on_step(
                low + int(rng.integers(item.number.n_steps + 1)) * item.number.slider.step
            )
        case "number":
            low = int(item.number.minimum or 0)
            return low + (int(rng.integers(5)) if item.number.whole else rng.integers(9) / 4)
        case "date":
            return str(rng.choice(DAYS))
        case "time":
            return str(rng.choice(TIMES))
    return str(rng.choice(TEXTS if item.rule is None else PLATES))


def written(item: Item, code: int) -> str:
    """Return what a form writes for an answer: its letters, or its code."""
    options = (*item.responses.options, *item.responses.off_scale)
    return next((o.code for o in options if o.value == code and o.code), str(code))


def plain(value: float) -> str:
    """Spell a number as a person would, whatever the package makes of it; blank for NaN."""
    return f"{Decimal(repr(float(value))).normalize():f}" if value == value else ""


def cells_of(item: Item, answer: object) -> dict[str, str]:
    """Return the canonical cells of an answer to a question that was asked."""
    if answer is None:
        return dict.fromkeys(item.columns, str(NOT_ANSWERED))
    if item.kind in OPTION_KINDS and isinstance(answer, int):
        return dict.fromkeys(item.columns, str(answer))
    if isinstance(answer, tuple):
        options = (*item.responses.options, *item.responses.off_scale)
        return {f"{item.id}__{o.value}": str(int(o.value in answer)) for o in options}
    if isinstance(answer, Mapping):
        return {f"{item.id}__{value}": str(number) for value, number in answer.items()}
    return {item.id: plain(answer) if isinstance(answer, float) else str(answer)}


class _Known(Mapping[str, FloatArray]):
    def __init__(self, instrument: Instrument, cells: dict[str, str]) -> None:
        self.instrument, self.cells = instrument, cells

    @property
    def texts(self) -> dict[str, tuple[str]]:
        return {name: (cell,) for name, cell in self.cells.items()}

    def __getitem__(self, name: str) -> FloatArray:
        derived = {entry.id: entry.value for entry in self.instrument.derived}
        if name in derived:
            return evaluate(derived[name], self, n_rows=1, texts=self.texts)
        options = {item.id: item for item in self.instrument.items if item.kind in OPTION_KINDS}
        if name in options:
            unknown = all(np.isnan(self[column][0]) for column in options[name].columns)
            return np.array([np.nan if unknown else 1.0])
        cell = self.cells.get(name, "")
        if not cell or cell in map(str, MISSING_CODES):
            return np.array([np.nan])
        try:
            return np.array([float(cell)])
        except ValueError:
            return np.array([1.0])

    def __iter__(self) -> Iterator[str]:
        return iter(self.cells)

    def __len__(self) -> int:
        return len(self.cells)


def _among_shown(item: Item, answer: object, known: _Known) -> object:
    """Return an answer that the form shows: another option, or none, where it does not."""
    if not item.options_when:
        return answer
    hidden = {
        code
        for code, tree in item.options_when
        if not is_true(tree, known, n_rows=1, texts=known.texts)[0]
    }
    if isinstance(answer, tuple):
        return tuple(code for code in answer if code not in hidden) or None
    if answer not in hidden:
        return answer
    options = (*item.responses.options, *item.responses.off_scale)
    return next((option.value for option in options if option.value not in hidden), None)


def prefilled(item: Item, cells: Mapping[str, str]) -> object:
    """Return what stands in a form for who leaves a prefilled question as it is."""
    given = item.prefill
    found = given.value if given.answer is None else cells[given.answer]
    if found in (None, "", *map(str, MISSING_CODES)):
        return None
    if item.kind in TEXT_KINDS:
        return found
    return float(found) if item.kind == "number" else int(found)


def canonical(instrument: Instrument, row: dict[str, object], number: int) -> dict[str, str]:
    """Return the canonical cells of a respondent, blank where nothing was asked."""
    cells = {"RID": f"r{number}"} if instrument.administrative else {}
    cells |= {variable.id: str(row[variable.id]) for variable in instrument.assigned}
    known = _Known(instrument, cells)
    for item in instrument.questions:
        row[item.id] = _among_shown(item, row[item.id], known)
        if row[item.id] is None and item.prefill is not None:
            row[item.id] = prefilled(item, cells)
        asked = all(
            is_true(condition, known, n_rows=1, texts=known.texts)[0]
            for condition in item.conditions
        )
        blank = dict.fromkeys(item.columns, "")
        cells.update(cells_of(item, row[item.id]) if asked else blank)
    return cells
