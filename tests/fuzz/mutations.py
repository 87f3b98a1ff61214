"""Small damage of the kinds that people, editors, spreadsheets and disks do to files."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from random import Random
from typing import Any

AWKWARD = (
    *("", " ", "0", "-1", "1e309", "nan", "NA", "null", "true", "~", "=1+1", "-7", "-8", "-9"),
    *("99999999999999999999", "0.1", "1,5", "ä", "é́", "日本", "\U0001f600", "\u202eabc", "\ufeff"),
    *(
        "\0",
        "\x1b[31m",
        "\r",
        "\n",
        "\t",
        "'",
        '"',
        "`",
        "\\",
        "{x}",
        "${x}",
        "[x]",
        "<b>",
        "&amp;",
    ),
    *("a" * 300, "((((", "x == 1 and", "not", "answered()", "../up", "/", "C:\\x", "2024-02-30"),
)
SCALARS = (
    None,
    True,
    False,
    0,
    -1,
    1,
    2**63,
    1.5,
    float("inf"),
    float("nan"),
    [],
    {},
    [[]],
    *AWKWARD,
)


def damaged_text(text: str, rng: Random) -> str:
    """Change a text in one to four places: lines or characters."""
    for _ in range(rng.randint(1, 4)):
        lines = text.splitlines(keepends=True) or [""]
        place, other = rng.randrange(len(lines)), rng.randrange(len(lines))
        match rng.randrange(7):
            case 0:
                del lines[place]
            case 1:
                lines.insert(other, lines[place])
            case 2:
                lines[place], lines[other] = lines[other], lines[place]
            case 3:
                lines[place] = " " * rng.randint(0, 8) + lines[place].lstrip(" ")
            case 4:
                words = lines[place].split(" ")
                words[rng.randrange(len(words))] = rng.choice(AWKWARD)
                lines[place] = " ".join(words)
            case 5:
                at = rng.randrange(len(lines[place]) + 1)
                lines[place] = lines[place][:at] + rng.choice(AWKWARD) + lines[place][at:]
            case _:
                at = rng.randrange(len(lines[place]) + 1)
                lines[place] = lines[place][:at] + lines[place][at + 1 :]
        text = "".join(lines)
    return text


def damaged_bytes(content: bytes, rng: Random) -> bytes:
    """Cut bytes off, change some, or put others in."""
    found = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(found) + 1)
        match rng.randrange(4):
            case 0:
                del found[at:]
            case 1 if at < len(found):
                found[at] = rng.randrange(256)
            case 2:
                found[at:at] = rng.randbytes(rng.randint(1, 20))
            case _:
                del found[at : at + rng.randint(1, 200)]
    return bytes(found)


def damaged_tree(content: Any, rng: Random) -> Any:
    """Change a document of mappings and lists in one to three places."""
    content = copy.deepcopy(content)
    for _ in range(rng.randint(1, 3)):
        places = [place for place in _places(content) if place[0]]
        if not places:
            return rng.choice(SCALARS)
        holder, key = rng.choice(places)
        _change(holder, key, places, rng)
    return content


def damaged_leaves(content: Any, rng: Random) -> Any:
    """Change texts and numbers of a document but none of its keys: much of it stays valid."""
    content = copy.deepcopy(content)
    leaves = [(h, k) for h, k in _places(content) if not isinstance(h[k], dict | list)]
    shown = [(h, k) for h, k in leaves if isinstance(h[k], str) and " " in h[k]] or leaves
    for _ in range(rng.randint(1, 3)):
        holder, key = rng.choice(rng.choice((leaves, shown, shown)))
        value = holder[key]
        if isinstance(value, bool):
            holder[key] = not value
        elif isinstance(value, int | float):
            holder[key] = rng.choice((value + 1, value - 1, -value, value * 1000, value / 7))
        elif isinstance(value, str) and rng.random() < 0.3 and " " not in value:
            other, name = rng.choice(leaves)  # often another name, code or condition
            holder[key] = other[name]
        else:
            text = str(value)
            at = rng.choice((0, len(text), rng.randrange(len(text) + 1)))
            holder[key] = text[:at] + rng.choice(AWKWARD) + text[at:]
    return content


CONDITIONAL = frozenset({"when", "holds", "value", "options_when", "classes"})
"""Keys below which expressions stand."""


def damaged_expressions(content: Any, rng: Random, words: tuple[str, ...]) -> Any:
    """Change words of one to three expressions of a document: all else stays valid."""
    content = copy.deepcopy(content)
    written = [
        (holder, key)
        for holder, key, path in _paths(content)
        if CONDITIONAL & set(path) and isinstance(holder[key], str)
    ]
    for holder, key in rng.sample(written, min(len(written), rng.randint(1, 3))):
        holder[key] = damaged_words(holder[key], rng, words)
    return content


def _paths(content: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, Any, tuple[Any, ...]]]:
    keys = content if isinstance(content, dict) else range(len(content))
    for key in keys:
        yield content, key, (*path, key)
        if isinstance(content[key], dict | list):
            yield from _paths(content[key], (*path, key))


def damaged_words(text: str, rng: Random, words: tuple[str, ...]) -> str:
    """Replace, drop or add a word of a text by its own words and others."""
    found = re.findall(r"\w+|\s+|[^\w\s]+", text)
    for _ in range(rng.choice((1, 1, 2))):
        place = rng.randrange(len(found))
        other = rng.choice((*words, rng.choice(found)))
        match rng.randrange(4):
            case 0:
                found[place] = ""
            case 1:
                found.insert(place, other)
            case _:
                found[place] = other
    return "".join(found)


def damaged_columns(rows: list[list[str]], rng: Random) -> list[list[str]]:
    """Make columns constant, blank, the same as others, very large, or of few different rows."""
    rows = [list(row) for row in rows]
    for _ in range(rng.randint(1, 3)):
        column, other = rng.randrange(len(rows[0])), rng.randrange(len(rows[0]))
        kind, share = rng.randrange(6), rng.choice((0.05, 0.5, 1.0))
        for number, row in enumerate(rows[1:]):
            if rng.random() > share:
                continue
            match kind:
                case 0:
                    row[column] = "3"
                case 1:
                    row[column] = ""
                case 2:
                    row[column] = row[other]
                case 3:
                    row[column] = f"{1e9 + number}"
                case 4:
                    row[column] = rng.choice(("1e-300", "1e300", "0", "-1"))
                case _:
                    row[:] = rows[1 + number % 7]
    return rows


def _change(holder: Any, key: Any, places: list[tuple[Any, Any]], rng: Random) -> None:
    match rng.randrange(6):
        case 0:
            del holder[key]
        case 1 | 2:
            holder[key] = rng.choice(SCALARS)
        case 3:
            other, name = rng.choice(places)
            holder[key] = copy.deepcopy(other[name])
        case 4 if isinstance(holder, list):
            holder.insert(rng.randrange(len(holder) + 1), copy.deepcopy(holder[key]))
        case 4:
            holder[rng.choice(AWKWARD)] = holder.pop(key)
        case _:
            text = str(holder[key])
            at = rng.randrange(len(text) + 1)
            holder[key] = text[:at] + rng.choice(AWKWARD) + text[at:]


def _places(content: Any) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    waiting = [content]
    while waiting:
        holder = waiting.pop()
        keys = holder if isinstance(holder, dict) else range(len(holder))
        for key in keys:
            found.append((holder, key))
            if isinstance(holder[key], dict | list):
                waiting.append(holder[key])
    return found


def damaged_cells(rows: list[list[str]], rng: Random) -> list[list[str]]:
    """Change cells, the header or the order of a table; the number of its rows only knowingly."""
    rows = [list(row) for row in rows]
    for _ in range(rng.randint(1, 6)):
        row = rng.randrange(len(rows))
        column = rng.randrange(len(rows[0]))
        match rng.randrange(6):
            case 0 | 1 if column < len(rows[row]):
                rows[row][column] = rng.choice(AWKWARD)
            case 2:
                rows.insert(rng.randint(1, len(rows)), list(rows[row]))
            case 3:
                rows[row].append(rng.choice(AWKWARD))
            case 4 if rows[row]:
                rows[row].pop()
            case 5 if column < len(rows[0]):
                rows[0][column] = rng.choice((*rows[0], *AWKWARD))
    return rows
