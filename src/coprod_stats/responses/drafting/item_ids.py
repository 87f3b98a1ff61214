"""Item ids for the column names of existing data."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

LENGTH = 20
_VALID = re.compile(r"[A-Za-z][A-Za-z0-9]{0,19}")
_SERIES = re.compile(r"(?:^|.*?[^A-Za-z])?([A-Za-z]+)_?\d+[a-z]?")


def item_ids(names: Sequence[str]) -> tuple[str, ...]:
    """Return an id for each name: at most 20 capitals and digits, all different.

    A name that is an id except for its case is kept; other names lose the characters that an id
    cannot contain and are numbered where two would coincide.
    """
    ids: dict[int, str] = {}
    taken: set[str] = set()
    ranks = [(not _VALID.fullmatch(name), name != name.upper()) for name in names]
    order = sorted(range(len(names)), key=ranks.__getitem__)
    for place in order:
        plain = unicodedata.normalize("NFKD", names[place])
        stem = "".join(re.findall("[A-Za-z0-9]", plain)).upper()
        stem = stem if stem[:1].isalpha() else f"V{stem or place + 1}"
        id, number = stem[:LENGTH], 2
        while id in taken:
            id = f"{stem[: LENGTH - len(str(number))]}{number}"
            number += 1
        taken.add(id)
        ids[place] = id
    return tuple(ids[place] for place in range(len(names)))


def prefix(name: str) -> str:
    """Return the prefix of a battery in a name, such as ``svc`` in ``svc_police``, ``a`` in ``A3``.

    The letters before a final number; else what precedes the first separator; else nothing.
    """
    if match := _SERIES.fullmatch(name):
        return match[1].lower()
    head, separator, _ = re.sub(r"[.\-:\s]", "_", name).partition("_")
    return head.lower() if separator and head else ""
