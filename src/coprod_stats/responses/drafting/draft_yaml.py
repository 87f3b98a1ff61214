"""A drafted questionnaire written as YAML, with guesses marked in comments."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from coprod_stats.counts import counted
from coprod_stats.instruments.language.numbers import spell_number
from coprod_stats.responses.drafting.column_kinds import DECLARED, Codes, DraftedColumn
from coprod_stats.responses.drafting.described_data import DescribedData
from coprod_stats.responses.drafting.grouping import (
    BATTERY,
    Answers,
    DraftedBlock,
    DraftedItem,
    against_the_rest,
)

_PLACEHOLDER = re.compile(r"\[([A-Z][A-Z0-9]*)\]")
ONE_LINE = 100


class DraftWriter:
    """Writer of the YAML lines of one questionnaire.

    Parameters
    ----------
    data : DescribedData
    administrative : sequence of (str, DraftedColumn)
        Id and column.
    blocks : sequence of DraftedBlock
    """

    def __init__(
        self,
        data: DescribedData,
        administrative: Sequence[tuple[str, DraftedColumn]],
        blocks: Sequence[DraftedBlock],
    ) -> None:
        self.data, self.administrative, self.blocks = data, administrative, blocks
        self.items = [item for block in blocks for item in block.items]
        uses = Counter(item.answers for item in self.items if item.column.kind == "single")
        self.scales = dict(self._named([answers for answers, n in uses.items() if n > 1]))

    def text(self, *, instrument: str, title: str, language: str) -> str:
        """Return the whole file."""
        head = "\n".join(self._head(instrument, title, language))
        return f"{head}\n{self._body()}\n" + "".join(
            f"{line}\n" for line in self._suggestions(instrument)
        )

    def _body(self) -> str:
        return "\n".join([*self._responses(), *self._administrative(), *self._pages()])

    @property
    def n_guesses(self) -> int:
        """Count what must be confirmed."""
        return self._body().count("# GUESS: ")

    def _head(self, instrument: str, title: str, language: str) -> Iterator[str]:
        data = self.data
        yield "# yaml-language-server: $schema=instrument.schema.json"
        yield f"# Drafted by coprod instrument draft from {_comment(data.file)}:"
        size = f"{counted(data.n_rows, 'row')}, {counted(len(data.columns), 'column')}"
        yield f"# {size}; sha256 {data.sha256}"
        yield "# Whatever follows GUESS was inferred from the data: confirm or correct it."
        yield "# No constructs are named here; scales are suggested at the end of the file."
        for note in data.notes:
            yield f"# {_comment(note)}"
        yield f"instrument: {_id(instrument)}"
        yield "version: 0.1.0"
        yield f"title: {quoted(title)}"
        yield "status: draft"
        yield f"languages: [{language}]"
        yield "forms:"
        yield "  full: {title: As fielded}"

    def _named(self, shared: Sequence[Answers]) -> Iterator[tuple[Answers, str]]:
        taken: Counter[str] = Counter()
        for options, off_scale in shared:
            codes = [code for code, _ in options]
            name = f"codes_{codes[0]}_to_{codes[-1]}".replace("-", "minus")
            taken[name] += 1
            number = f"_{taken[name]}" if taken[name] > 1 else ""
            yield (options, off_scale), f"{name}{number}"

    def _responses(self) -> Iterator[str]:
        if self.scales:
            yield ""
            yield "responses:"
        for (options, off_scale), name in self.scales.items():
            users = [item for item in self.items if item.answers == (options, off_scale)]
            kind = users[0].column.scale_kind
            yield f"  {name}:  # {counted(len(users), 'question')}"
            said = dict.fromkeys(guess for item in users for guess in item.column.guesses)
            yield from (f"    # {_marked(guess)}" for guess in said)
            yield from _order(users[0].column, 4)
            yield f"    kind: {kind}"
            yield from _mapping("options", options, 4)
            yield from _mapping("off_scale", off_scale, 4)

    def _administrative(self) -> Iterator[str]:
        if self.administrative:
            yield ""
            yield "administrative:"
        taken: set[str] = set()
        for id, column in self.administrative:
            role = "other" if column.role in taken else column.role
            taken.add(column.role)
            parts = [
                f"id: {_id(id)}",
                f"title: {quoted(column.source.label or column.source.name)}",
            ]
            parts += [f"role: {role}"] if role != "other" else []
            numeric = column.source.numbers is not None and column.source.texts
            parts += ["kind: number"] if numeric and role != "respondent" else []
            yield from self._guesses(column, 2)
            yield f"  - {{{', '.join(parts + _original(id, column.source.name))}}}"

    def _pages(self) -> Iterator[str]:
        yield ""
        yield "pages:"
        for number, block in enumerate(self.blocks, 1):
            name = re.sub(r"[^a-z0-9]", "", block.prefix)[:30]
            name = f"p{number}_{name}" if name else f"p{number}"
            yield f"  - page: {name}"
            yield "    blocks:"
            yield f"      - block: {name}"
            if block.stem:
                yield f"        stem: {quoted(block.stem)}"
            shared = {item.answers for item in block.items if item.column.kind == "single"}
            of_block = ""
            if block.prefix and len(shared) == 1:
                of_block = self.scales.get(next(iter(shared)), "")
            if of_block:
                yield f"        responses: {of_block}"
            yield "        items:"
            for item in block.items:
                yield from self._item(item, of_block)

    def _item(self, item: DraftedItem, of_block: str) -> Iterator[str]:
        column = item.column
        if item.answers not in self.scales or column.kind != "single":
            yield from self._guesses(column, 10)
        yield f"          - id: {_id(item.id)}"
        yield from (f"            {line}" for line in _original(item.id, column.source.name))
        if column.kind != "single":
            yield f"            kind: {column.kind}"
        yield f"            text: {quoted(item.text)}"
        if column.kind == "number":
            yield from _number(column)
        elif column.kind == "multiple":
            yield from _mapping("options", column.options, 12)
        elif column.kind == "single":
            name = self.scales.get(item.answers, "")
            if name and name != of_block:
                yield f"            responses: {name}"
            elif not name:
                yield from self._own_answers(item)

    def _own_answers(self, item: DraftedItem) -> Iterator[str]:
        column = item.column
        if not column.labelled and len(column.options) > 2:
            yield "            # GUESS: response options; the data do not say what they mean"
        yield from _mapping("options", column.options, 12)
        yield from _mapping("off_scale", column.off_scale, 12)

    def _guesses(self, column: DraftedColumn, indent: int) -> Iterator[str]:
        for guess in column.guesses:
            yield f"{' ' * indent}# {_marked(guess)}"

    def _suggestions(self, instrument: str) -> Iterator[str]:
        batteries = [block for block in self.blocks if block.is_battery]
        if not batteries:
            return
        file = f"{instrument}_constructs.yaml"
        yield ""
        yield f"# Suggested scales: {BATTERY} or more neighbours, one prefix, the same answers."
        yield "# Whether they measure one construct is for you to decide. To use one, remove '#',"
        yield f"# write what it measures into {file} beside this file, which begins with"
        yield "#   source: Where the constructs come from."
        yield "#   constructs:"
        yield "#     CODE: {family: …, label: …, role: factor, section: …, sources: …,"
        yield "#            respondent: citizen, measure: reflective}"
        yield "# and name that file here:"
        yield f"# constructs: {file}"
        yield "# scales:"
        taken = {item.id for item in self.items} | {id for id, _ in self.administrative}
        for block in batteries:
            yield from self._suggestion(block, taken)

    def _suggestion(self, block: DraftedBlock, taken: set[str]) -> Iterator[str]:
        stem = re.sub(r"[^A-Z0-9]", "", block.prefix.upper())[:15] or "S"
        id = stem if stem[0].isalpha() else f"S{stem}"
        while id in taken:
            id = f"S{id}"
        taken.add(id)
        ids = [_id(item.id) for item in block.items]
        yield f"#   {_id(id)}:"
        yield f"#     title: {quoted(block.stem or block.prefix)}"
        yield "#     construct: CODE"
        yield f"#     items: [{', '.join(ids)}]"
        yield "#     method: mean"
        yield f"#     min_answered: {math.ceil(len(ids) / 2)}"
        if turned := against_the_rest(block.items):
            yield f"#     # keyed in the other direction, 'reverse: true'? {', '.join(turned)}"


def _order(column: DraftedColumn, indent: int) -> Iterator[str]:
    """Describe what was assumed about the order of answers that several questions share."""
    kind, pad = column.scale_kind, " " * indent
    if kind != "categorical":
        why = "from the labels" if column.labelled else "the data do not say what the codes mean"
        yield f"{pad}# GUESS: ordered answers, {kind}; {why}"
    elif len(column.options) > 2:
        yield f"{pad}# GUESS: unordered; otherwise unipolar, bipolar, frequency or count"


def quoted(text: str) -> str:
    """Quote a text as a YAML string; anything like a placeholder gets round brackets."""
    return json.dumps(_PLACEHOLDER.sub(r"(\1)", text), ensure_ascii=False).replace("\x7f", "")


def _id(id: str) -> str:
    """Quote an id that YAML would read as a truth value or as nothing."""
    return quoted_name(id) if id.casefold() in ("null", "true", "false") else id


def _marked(remark: str) -> str:
    """Mark what was inferred; what the data or the codebook declare is not a guess."""
    return _comment(remark if remark.endswith(DECLARED) else f"GUESS: {remark}")


def _comment(text: str) -> str:
    """Write a text on one line."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _original(id: str, name: str) -> list[str]:
    """Return the entry with the name of the column in the data, where it differs from the id."""
    return [] if name.upper() == id else [f"original: {quoted_name(name)}"]


def quoted_name(name: str) -> str:
    """Quote the name of a column as a YAML string."""
    return json.dumps(name, ensure_ascii=False)


def _mapping(key: str, codes: Codes, indent: int) -> Iterator[str]:
    if not codes:
        return
    entries = [f"{code}: {quoted(label)}" for code, label in codes]
    line = f"{' ' * indent}{key}: {{{', '.join(entries)}}}"
    if len(line) <= ONE_LINE:
        yield line
        return
    yield f"{' ' * indent}{key}:"
    yield from (f"{' ' * (indent + 2)}{entry}" for entry in entries)


def _number(column: DraftedColumn) -> Iterator[str]:
    """Return a range only where missing codes must be excluded; observed values set no limits."""
    off_scale = {code for code, _ in column.off_scale}
    values = [n for n in column.source.numbers or () if n not in off_scale]
    parts = [] if column.source.whole else ["whole: false"]
    low, high = min(values, default=0.0), max(values, default=0.0)
    if above := [code for code in off_scale if code > high]:
        parts.append(f"max: {min(above) - 1}")
    if below := [code for code in off_scale if code < low]:
        parts.append(f"min: {max(below) + 1}")
    found = f"  # found: {spell_number(low)} to {spell_number(high)}" if values else ""
    if parts:
        yield f"            number: {{{', '.join(parts)}}}{found}"
    elif found:
        yield f"            # found: {spell_number(low)} to {spell_number(high)}"
