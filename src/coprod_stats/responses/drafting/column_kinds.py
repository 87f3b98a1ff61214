"""What a column of existing data is: a question with its answers, or an administrative column."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from coprod_stats.instruments.model import MISSING_CODES, ResponseKind
from coprod_stats.responses.answer_words import BIPOLAR, FREQUENCY, OFF_SCALE, UNIPOLAR, WEIGHTS
from coprod_stats.responses.drafting.described_data import DescribedColumn
from coprod_stats.responses.drafting.word_answers import (
    CATEGORY_LENGTH,
    MAX_CATEGORIES,
    Answers,
    are_dates,
    choices,
    numbered,
    refusal_remark,
    stray_remark,
)

Codes = tuple[tuple[int, str], ...]
AdministrativeRole = Literal["respondent", "unit", "wave", "weight", "stratum", "seconds", "other"]

DECLARED = "declared missing"
"""Ending of a remark that repeats what the data or their codebook state, and is no guess."""
MAX_UNLABELLED = 11
"""Most unlabelled codes that are taken for response options, such as 0 to 10."""
_USUAL_MISSING = frozenset(
    {
        6,
        7,
        8,
        9,
        *(range(93, 100)),
        66,
        77,
        88,
        666,
        777,
        888,
        *(range(993, 1000)),
        9998,
        9999,
        99999,
        -1,
        -2,
        -3,
        -4,
        -5,
        -6,
        -66,
        -77,
        -88,
        -95,
        -96,
        -97,
        -98,
        -99,
        -999,
    }
)
_ROLES: tuple[tuple[AdministrativeRole, re.Pattern[str]], ...] = (
    (
        "respondent",
        re.compile(
            r"lfd_?nr|laufnummer|fall_?nr|fragebogen_?nr|befragten_?(nr|id)|identifiant|folio|"
            r"identificador|cuestionario|_?(r|q|p|s|hh)?id(no|num|number|_no)?|.+_id|resp(ondent)?(_?(id|no|nr|num))?|"
            r"(case|record|row|sub|subj|subject|person|interview|response)_?(id|no|nr|num|number)?|"
            r"serial|uuid|key|_uuid|token"
        ),
    ),
    (
        "weight",
        re.compile(
            r"w|wt|wgt|(.*_)?(weight|wgt|wt)s?|[adp]?weight|.*wght|[adp]w(gh)?t|"
            r"(final|base|sample|sampling|design)_?(weight|wgt|wt)|weight_.*|" + WEIGHTS
        ),
    ),
    ("stratum", re.compile(r"strat(a|um)?|.*_strat(a|um)|strat_.*|domain|schicht|strate|estrato")),
    (
        "unit",
        re.compile(
            r"klumpen|grappe|conglomerado|upm|psu|.*_psu|cluster(_?id)?|clust|unit(_?id)?|school(_?id)?|"
            r"comp(any)?(_?id)?|site(_?id)?|organi[sz]ation(_?id)?|org_?id|team(_?id)?|group_?id"
        ),
    ),
    ("wave", re.compile(r"wave|round|essround|panel_?wave|welle|vague|onda")),
    ("seconds", re.compile(r"duration.*|seconds|.*_seconds|interview_?time|time_?total")),
)
_LEADING_ZERO = re.compile(r"0[0-9]+")
_MANY_DIGITS = re.compile(r"[+-]?[0-9]{16,}")
_PROBABILITY = re.compile(r"prob|.*_prob|probability|sel_?prob")
_KIND_WORDS: tuple[tuple[ResponseKind, re.Pattern[str]], ...] = (
    ("frequency", re.compile(FREQUENCY, re.IGNORECASE)),
    ("bipolar", re.compile(BIPOLAR, re.IGNORECASE)),
    ("unipolar", re.compile(UNIPOLAR, re.IGNORECASE)),
)


@dataclass(frozen=True, slots=True)
class DraftedColumn:
    """What a column of the data becomes in the questionnaire.

    Attributes
    ----------
    kind : str
        Kind of the item, or ``administrative``.
    options, off_scale : tuple of (int, str)
        Codes and labels; a code without a label is its own label.
    labelled : bool
        Whether any of the options has a label of its own.
    guesses : tuple of str
        What was inferred and must be confirmed, and, as information, what was ``DECLARED``.
    """

    source: DescribedColumn
    kind: Literal["single", "multiple", "number", "text", "administrative"]
    role: AdministrativeRole = "other"
    options: Codes = ()
    off_scale: Codes = ()
    scale_kind: ResponseKind = "categorical"
    labelled: bool = False
    guesses: tuple[str, ...] = ()


def drafted_column(
    column: DescribedColumn, *, n_rows: int, first: bool, usual: Sequence[Answers] = ()
) -> DraftedColumn:
    """Decide what a column is.

    Parameters
    ----------
    column : DescribedColumn
    n_rows : int
        Rows of the data: an id has a different value in each.
    first : bool
        Whether it is the first column, which may be an id whatever its name.
    usual : sequence of mapping
        Answers in words that questions of the data share; see ``usual_answers``.
    """
    role = _role(column, n_rows)
    if role is not None:
        return DraftedColumn(column, "administrative", role)
    if column.numbers is None and any(map(_MANY_DIGITS.fullmatch, column.texts)):
        why = "a text, since these are more digits than a number keeps"
        return DraftedColumn(column, "text", guesses=(why,))
    in_words = None if are_dates(column) else numbered(column, usual)
    if in_words is not None:
        column = in_words.column
    off_scale, guesses = _off_scale(column)
    guesses = (*(in_words.guesses if in_words else ()), *guesses)
    guesses += stray_remark(column.name, column.strays, "that fits no answer")
    guesses += refusal_remark(column.name, column.refusals)
    valid = [code for code in column.codes if code not in {*dict(off_scale), *MISSING_CODES}]
    if are_dates(column):
        return DraftedColumn(column, "administrative", guesses=("dates or times",))
    if column.is_date:
        said = "dates or times as SPSS stores them: seconds, for dates since October 14, 1582"
        return DraftedColumn(column, "administrative", guesses=(said,))
    if _is_choice(column, valid, dict(off_scale)):
        return _single(column, valid, off_scale, guesses)
    if first and len(set(column.texts)) == n_rows and (column.whole or column.numbers is None):
        why = "the first column, without a repeated value: taken for the id"
        return DraftedColumn(column, "administrative", "respondent", guesses=(why,))
    if not column.texts:
        return DraftedColumn(column, "administrative", guesses=("the column is empty",))
    if column.numbers is None:
        return _texts(column)
    if any(map(_LEADING_ZERO.fullmatch, column.texts)):
        why = "a text, since leading zeros, as in postal codes, are no part of a number"
        return DraftedColumn(column, "text", guesses=(why,))
    if dropped := [label for code, label in column.labels if code not in dict(off_scale)]:
        said = f"a number, although some values have labels: {', '.join(_shown(dropped))}"
        guesses = (*guesses, said)
    if _PROBABILITY.fullmatch(column.name.lower()):
        why = "a selection probability, judging by its name; the weight is its inverse"
        return DraftedColumn(column, "administrative", guesses=(why,))
    return DraftedColumn(column, "number", off_scale=off_scale, guesses=guesses)


def scale_kind(options: Codes, *, labelled: bool, shared: bool, measure: str) -> ResponseKind:
    """Guess whether answers are ordered, and how.

    Without labels, only answers that several columns share are taken for a scale.
    """
    if len(options) < 3:
        return "categorical"
    words = " / ".join(label for _, label in options)
    for kind, pattern in _KIND_WORDS:
        if labelled and pattern.search(words):
            return kind
    ordered = measure in ("ordinal", "scale") or (shared and not labelled)
    return "unipolar" if ordered and measure != "nominal" else "categorical"


def _role(column: DescribedColumn, n_rows: int) -> AdministrativeRole | None:
    name = column.name.lower()
    for role, pattern in _ROLES:
        if not pattern.fullmatch(name):
            continue
        if role == "respondent" and len(set(column.texts)) != n_rows:
            continue
        if role == "weight" and (column.numbers is None or min(column.numbers, default=-1) < 0):
            continue
        if role == "seconds" and column.numbers is None:
            continue
        return role
    return None


def _off_scale(column: DescribedColumn) -> tuple[Codes, tuple[str, ...]]:
    """Find off-scale codes: declared missing, recognised by their label, or standing apart."""
    labels = dict(column.labels)
    found: dict[int, str] = {}
    said: list[str] = []
    for code in (*column.missing, *labels):
        by_label = bool(OFF_SCALE.search(labels.get(code, "")))
        if code in MISSING_CODES or code in found or not (code in column.missing or by_label):
            continue
        found[code] = labels.get(code, f"Missing (code {code})")
        why = DECLARED if code in column.missing else "judging by its label"
        said.append(f"code {code} ({found[code]}) is off the scale: {why}")
    rest = [code for code in column.codes if code not in found and code not in MISSING_CODES]
    for code in _standing_apart(rest, Counter(map(int, column.numbers or ()))):
        if code not in labels:
            found[code] = f"Don't know or no answer (code {code})"
            said.append(f"code {code} stands apart from the others: don't know or no answer?")
    return tuple(sorted(found.items())), tuple(said)


def _standing_apart(codes: Sequence[int], counts: Mapping[int, int]) -> tuple[int, ...]:
    """Return the usual codes for missing values that a gap separates from the rest.

    With few codes, such as 9 above 1 to 5, a gap of two is enough; but counts start at 0 and
    become sparse, so that above them the code must be more frequent than the one below the gap.
    With many codes, as with ages, the code must be half as large again as the next.
    """
    clusters: list[list[int]] = []
    for code in codes:
        if clusters and code - clusters[-1][-1] < 2:
            clusters[-1].append(code)
        else:
            clusters.append([code])
    apart: list[int] = []
    for place in range(len(clusters) - 1, 0, -1):
        above = [code for cluster in clusters[place:] for code in cluster]
        if not set(above) <= _USUAL_MISSING:
            break
        below = [code for cluster in clusters[:place] for code in cluster]
        if _is_far_above(above, below, counts):
            apart = above
    while len(clusters) > 1 and clusters[0][-1] < 0 and set(clusters[0]) <= _USUAL_MISSING:
        apart += clusters.pop(0)
    return tuple(sorted(apart))


def _is_far_above(above: Sequence[int], below: Sequence[int], counts: Mapping[int, int]) -> bool:
    if len(below) < 2:
        return False
    first, last = above[0], below[-1]
    if len(below) > MAX_UNLABELLED or last > MAX_UNLABELLED:
        return first >= 1.5 * last
    is_count = min(below) == 0 and first - last == 2
    return not is_count or sum(counts[code] for code in above) > counts[last]


def _is_choice(column: DescribedColumn, valid: Sequence[int], off_scale: dict[int, str]) -> bool:
    if column.numbers is None or not column.whole:
        return False
    labelled = {code for code, _ in column.labels} - off_scale.keys() - MISSING_CODES.keys()
    span = max(valid) - min(valid) + 1 if valid else 0
    if len(labelled) > 1:
        inside = all(min(labelled) <= code <= max(labelled) for code in valid)
        return (inside and span <= MAX_UNLABELLED) or _mostly_labelled(column, valid, labelled)
    if column.measure == "scale" or len(valid) < 2:
        return False
    return span <= MAX_UNLABELLED or (column.measure != "" and len(valid) <= MAX_CATEGORIES)


def _mostly_labelled(column: DescribedColumn, valid: Sequence[int], labelled: set[int]) -> bool:
    """Return whether codes without a label are but typing errors among those that have one."""
    stray = set(valid) - labelled
    counts = Counter(map(int, column.numbers or ()))
    n_labelled = sum(counts[code] for code in labelled)
    return len(stray) < len(labelled) and sum(counts[code] for code in stray) <= n_labelled / 2


def _single(
    column: DescribedColumn, valid: Sequence[int], off_scale: Codes, guesses: tuple[str, ...]
) -> DraftedColumn:
    labels = {
        code: label
        for code, label in column.labels
        if code not in dict(off_scale) and code not in MISSING_CODES
    }
    inside = {code for code in valid if not labels or min(labels) <= code <= max(labels)}
    codes = {*inside, *labels}
    span = range(min(codes), max(codes) + 1)
    if len(span) <= MAX_UNLABELLED and (not labels or len(labels) < len(codes)):
        codes |= set(span)
    elif labels:
        codes = set(labels)
    stray = [str(code) for code in valid if code not in codes]
    guesses += stray_remark(column.name, stray, "without a label, no option")
    options = tuple((code, labels.get(code, str(code))) for code in sorted(codes))
    return DraftedColumn(
        column,
        "single",
        options=options,
        off_scale=off_scale,
        labelled=bool(labels),
        guesses=guesses,
    )


def _texts(column: DescribedColumn) -> DraftedColumn:
    if len(set(column.texts)) == 1 < len(column.texts):
        said = f"the same text throughout: {column.texts[0][:CATEGORY_LENGTH]}"
        return DraftedColumn(column, "administrative", guesses=(said,))
    if options := choices(column):
        said = "several choices in one column, numbered; the import spreads them"
        codes = tuple(enumerate(options, 1))
        return DraftedColumn(column, "multiple", options=codes, labelled=True, guesses=(said,))
    return DraftedColumn(column, "text")


def _shown(texts: Iterable[str]) -> list[str]:
    found = sorted(texts)
    return [*found[:6], "..."] if len(found) > 6 else found
