"""A questionnaire with rosters, and respondents who fill it with rows at random."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from every_kind import Respondents, canonical, draw_answer, plain, respondents

from coprod_stats.instruments import Instrument, read_instrument

HOUSEHOLD = """
instrument: household
version: 1.0.0
title: Who lives here
languages: [en, de]
missing_options: {dont_know: Don't know, refused: Prefer not to say}
forms: {full: {title: Full}}
placeholders:
  WHO: {item: NAME, otherwise: {en: this person, de: diese Person}}
responses:
  sat: {kind: unipolar, options: {1: Low, 2: Middle, 3: "High, {very}"}}
administrative: [{id: RID, title: Respondent, role: respondent}]
pages:
  - page: size
    blocks:
      - block: size
        items:
          - {id: SIZE, kind: number, text: How many live here?, number: {min: 0, max: 4},
             offers: [dont_know]}
          - {id: CARE, text: Does anyone need care?, options: {1: "Yes", 2: "No"}}
  - page: members
    title: The members
    intro: One after the other.
    when: CARE == 1
    roster:
      id: MEMBER
      title: {en: Members of the household, de: Mitglieder}
      count: SIZE
      summaries:
        KIDS: {title: Children, value: "count(AGE < 18)"}
        MEANAGE: {title: Mean age, value: mean(AGE)}
        HELPED: {title: Any is helped, value: "any(HELP == 1)"}
        EVERYONE: {title: All are helped, value: "all(HELP == 1)"}
        ROWS: {title: Rows, value: "count(MEMBER > 0)"}
    blocks:
      - block: who
        items:
          - {id: NAME, kind: text, text: What is the name?}
          - {id: AGE, kind: number, text: {en: "How old is [WHO]?", de: "Wie alt ist [WHO]?"},
             number: {min: 16, max: 120}, offers: [dont_know]}
          - {id: HELP, text: "Does [WHO] need help?", options: {1: "Yes", 2: "No"},
             when: AGE >= 18, offers: [dont_know, refused], required: true,
             wordings: [{when: AGE > 18, text: "And does [WHO] need help?"}]}
          - {id: WAYS, kind: multiple, text: In what?, options: {1: Shopping, 2: Walking},
             off_scale: {9: None}, when: HELP == 1, offers: [dont_know]}
          - {id: WHY, kind: text, text: Why?, when: "includes(WAYS, 9)"}
      - block: how
        stem: How satisfied is [WHO]
        responses: sat
        items: [{id: S1, text: with the rooms?}, {id: S2, text: with the food?, when: AGE > 17}]
  - page: services
    roster: {id: SERVICE, title: Services, most: 3}
    blocks:
      - block: s
        items:
          - {id: KIND, text: Which?, options: {1: Nurse, 2: Doctor, 3: Other}, other: 3}
          - {id: SINCE, kind: date, text: Since when?, offers: [refused]}
          - {id: RANK, kind: rank, top: 2, text: What matters?, options: {1: A, 2: B, 3: C}}
          - {id: PTS, kind: allocate, total: 10, text: Who?, options: {1: We, 2: They},
             offers: [dont_know]}
          - {id: PAIN, kind: number, text: How bad?, when: KIND == 1,
             number: {min: 0, max: 10, slider: {low: a, high: b}}}
  - page: end
    blocks:
      - block: e
        items: [{id: LAST, kind: text, text: Anything else?, when: CARE == 2}]
derived:
  OLD: {title: Old, value: AGE > 18}
"""


def household(folder: Path, **changes: str) -> Instrument:
    """Read the questionnaire, with some of its words changed."""
    text = HOUSEHOLD
    for old, new in changes.values():
        assert old in text
        text = text.replace(old, new)
    path = folder / "household.yaml"
    path.write_text(text, encoding="utf-8")
    return read_instrument(path).for_form("full")


@dataclass(frozen=True)
class Rows:
    """What each respondent answers for each row, and the tables to be read back."""

    people: Respondents
    wanted: list[dict[str, list[dict[str, Any]]]]
    canonical: dict[str, list[dict[str, str]]]


def rows_of(instrument: Instrument, n: int, seed: int) -> Rows:
    """Let respondents answer for as many rows as they state, or as they like."""
    rng = np.random.default_rng(seed)
    people = respondents(instrument, n, seed)
    wanted: list[dict[str, list[dict[str, Any]]]] = []
    tables: dict[str, list[dict[str, str]]] = {roster.id: [] for roster in instrument.rosters}
    for number, cells in enumerate(people.canonical):
        size = int(cells["SIZE"]) if int(cells["SIZE"]) > 0 and cells["CARE"] == "1" else 0
        wanted.append({})
        for roster in instrument.rosters:
            inside = instrument.roster(roster.id)
            count = size if roster.count else int(rng.integers(roster.most + 1))
            wanted[-1][roster.id] = [
                {item.id: draw_answer(item, rng) for item in inside.questions} for _ in range(count)
            ]
            tables[roster.id] += [
                canonical(inside, row, number) | {roster.id: str(place)}
                for place, row in enumerate(wanted[-1][roster.id], 1)
            ]
    return Rows(people, wanted, tables)


def assert_rows(found: dict[str, Any], rows: Rows, ids: list[str] | None = None) -> None:
    """Compare tables that were read with what was answered; respondents by their place."""
    assert found.keys() == rows.canonical.keys()
    for roster, table in found.items():
        assert table.rejected == ()
        assert len(table.answers) == len(rows.canonical[roster])
        for place, wanted in enumerate(rows.canonical[roster]):
            cells = table.answers.iloc[place]
            for column, cell in wanted.items():
                if column == "RID":
                    number = int(cell.removeprefix("r"))
                    assert cells[column] == (ids[number] if ids else cell)
                else:
                    value = cells[column]
                    shown = value if isinstance(value, str) else plain(value)
                    assert shown == cell, (roster, place, column)


def summaries(rows: Rows) -> pd.DataFrame:
    """Return what the rows of the household sum up to, computed anew."""
    found = []
    for number, person in enumerate(rows.people.canonical):
        mine = [row for row in rows.canonical["MEMBER"] if row["RID"] == f"r{number}"]
        ages = [int(row["AGE"]) for row in mine if int(row["AGE"]) > 0]
        helped = [row["HELP"] == "1" for row in mine if row["HELP"] in ("1", "2")]
        asked = person["CARE"] == "1"
        known = bool(mine) or person["SIZE"] == "0"
        values = {
            "KIDS": float(sum(age < 18 for age in ages)) if known else np.nan,
            "MEANAGE": float(np.mean(ages)) if ages else np.nan,
            "HELPED": float(any(helped)) if helped or (known and not mine) else np.nan,
            "EVERYONE": float(all(helped)) if helped else np.nan,
            "ROWS": float(len(mine)) if known else np.nan,
        }
        found.append(values if asked else dict.fromkeys(values, np.nan))
    return pd.DataFrame(found)
