"""Cases of a fuzzing run: each follows from the seed of the run and its number alone."""

from __future__ import annotations

import csv
import functools
import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import yaml
from calling import ROOT
from mutations import (
    damaged_bytes,
    damaged_cells,
    damaged_columns,
    damaged_expressions,
    damaged_leaves,
    damaged_text,
    damaged_tree,
    damaged_words,
)

sys.path.append(str(ROOT / "tests" / "platforms"))

from every_kind import CONSTRUCTS, SURVEY, respondents, table
from roster_forms import HOUSEHOLD, rows_of

from coprod_stats.instruments import read_instrument
from coprod_stats.instruments.source.yaml_source import parse_yaml
from coprod_stats.literals import Platform
from coprod_stats.platforms import export_form

PLATFORMS: tuple[Platform, ...] = (
    *("xlsform", "limesurvey", "qualtrics", "redcap", "surveyjs"),
    *("spss", "frictionless", "ddi"),
)
DEPENDENT = HOUSEHOLD.replace(
    "when: CARE == 2}]", "when: CARE == 2}, {id: MORE, kind: text, text: More?, when: KIDS > 0}]"
)
"""The questionnaire with rosters, and a question that depends on what their rows sum up to."""
MODELS = (
    "f =~ COP1 + COP2 + COP3\ng =~ COP4 + COP5 + COP6\ng ~ f\n",
    "f =~ NA*COP1 + a*COP2 + 0.5*COP3 + b*COP4\nf ~~ 1*f\nCOP1 ~~ COP2\nx := a^2 - b\na > 0\n",
    "f =~ COP1 + COP2 + COP3 + COP4\nf ~ HOURS + DEP\nCOP1 ~ 1\nf ~~ start(0.5)*f\n",
    'efa("b")*f + efa("b")*g =~ COP1 + COP2 + COP3 + COP4 + COP5 + COP6 + COP7\n',
    "f =~ c(1, 1)*COP1 + c(a, b)*COP2 + COP3\nf ~ c(m, n)*1\na == b\n",
)
MODEL_WORDS = (
    *("=~", "~~", "~", "~1", "|", "t1", ":=", "==", "<", ">", "+", "*", "0*", "NA*", "start(1)*"),
    *(
        "equal('a')*",
        "c(1,2)*",
        "level: 1\n",
        "group: 1\n",
        "#",
        "!",
        ";",
        "f",
        "g",
        "HOURS",
        "DEP",
    ),
    *("COP1", "CSEX", "RELAT", "1e400", "-", "^", "(", ")", "exp(", "/0"),
)
EXPRESSION_WORDS = (
    *("and", "or", "not", "==", "!=", ">", "<=", "+", "-", "*", "/", "in", "(", ")", ",", ".."),
    *("count(", "sum(", "mean(", "any(", "all(", "abs(", "if(", "answered(", "includes("),
    *("contains(NAME, 'park')", "NAME == 'İ'", '"σς"', "option(GOALS, 1)", "0", "1", "-9", "1e9"),
    *("USED", "NAME", "MEANS", "YEARS", "TRU1", "GOALS", "POINTS", "PAIN", "BEGUN", "PLACE__other"),
    *("SIZE", "CARE", "AGE", "HELP", "MEMBER", "KIDS", "MEANAGE", "HELPED", "EVERYONE", "ROWS"),
)
"""Words of conditions: of the language, of the questionnaire and of its rosters."""
OPTIONS = (
    *((), ("--ordered", "all"), ("--estimator", "MLR"), ("--missing", "fiml"), ("--group", "CSEX")),
    *(
        ("--std-lv",),
        ("--estimator", "WLSMV", "--ordered", "all"),
        ("--modindices",),
        ("--meanstructure",),
    ),
    *(
        ("--cluster", "RELAT"),
        ("--sampling-weights", "HOURS"),
        ("--emit", "lavaan"),
        ("--emit", "mplus"),
    ),
)


@dataclass
class Case:
    """Files, the commands to run on them, and what else is done or checked.

    Attributes
    ----------
    reducible : tuple of str
        Text files that a reproduction may shorten.
    rows : int, optional
        Rows of answers that the import must keep or reject.
    full, kill : int, optional
        Step at which the disk is full or the process is killed.
    """

    kind: str
    files: dict[str, bytes]
    commands: list[tuple[str, ...]]
    reducible: tuple[str, ...] = ()
    rows: int | None = None
    full: int | None = None
    kill: int | None = None
    notes: dict[str, Any] = field(default_factory=dict)


def make_case(seed: int, number: int) -> Case:
    """Return a case; the same each time."""
    rng = Random(f"{seed}:{number}")
    makers = [maker for maker, weight in _MAKERS for _ in range(weight)]
    return rng.choice(makers)(rng)


def _questionnaire(rng: Random) -> Case:
    carers = _shipped("instruments/carers.yaml")
    source = rng.choice((SURVEY, SURVEY, carers, DEPENDENT, DEPENDENT))
    files = {"survey.yaml": _encoded(_damaged(source, rng)), **_beside()}
    then = rng.choice(
        (
            ("instrument", "show", "survey.yaml"),
            ("instrument", "lint", "survey.yaml"),
            ("instrument", "codebook", "survey.yaml", "--out", "codebook.html"),
            ("instrument", "translate", "survey.yaml", "--lang", "fr", "--out", "sheet.xlsx"),
            ("instrument", "diff", "survey.yaml", "whole.yaml"),
            ("instrument", "copy", "survey.yaml", "--out", "copy"),
            ("instrument", "coverage", "survey.yaml"),
            ("score", "answers.csv", "-i", "survey.yaml"),
            ("quality", "answers.csv", "-i", "survey.yaml"),
            *(
                ("instrument", "export", "survey.yaml", "--to", platform, "--out", "form")
                for platform in PLATFORMS
            ),
        )
    )
    check = ("instrument", "check", "survey.yaml")
    return Case("questionnaire", files, [check, then], ("survey.yaml",))


def _plan(rng: Random) -> Case:
    source = _shipped("analyses/carers.yaml")
    rows = damaged_columns(_carers()[: rng.choice((3, 30, 150))], rng)
    files = {"plan.yaml": _encoded(_damaged(source, rng)), "carers.csv": _csv(rows)}
    command = ("run", "plan.yaml", "--out", "report", "--json", "report.json")
    return Case("plan", files, [command], ("plan.yaml",))


def _model(rng: Random) -> Case:
    text = rng.choice(MODELS)
    if rng.random() < 0.5:
        text = damaged_words(text, rng, MODEL_WORDS)
    elif rng.random() < 0.3:
        text = damaged_text(text, rng)
    rows = _carers()[: rng.choice((3, 12, 40, 200))]
    rows = rng.choice((damaged_columns, damaged_columns, damaged_cells))(rows, rng)
    files = {"model.txt": _encoded(text), "carers.csv": _csv(rows)}
    words = ("sem", "model.txt", "--data", "carers.csv", *rng.choice(OPTIONS))
    words += tuple(word for word in rng.choice(OPTIONS[:-2]) if word not in words)
    commands = [words if "--emit" in words else (*words, "--json", "fit.json")]
    if rng.random() < 0.3 and "--emit" not in words:
        commands.append(("sem", "compare", "fit.json", "fit.json"))
    return Case("model", files, commands, ("model.txt", "carers.csv"))


def _answers(rng: Random) -> Case:
    rows = damaged_cells(_survey_answers(), rng)
    suffix = rng.choice(("csv", "csv", "xlsx", "parquet", "sav"))
    name, known = f"answers.{suffix}", None
    if suffix == "csv":
        content = _csv(rows, rng.choice((",", ";", "\t")))
        known = sum(any(cell and not cell.isspace() for cell in row) for row in rows[1:])
        if any(mark in cell for row in rows for cell in row for mark in '"\r\n\0\ufeff'):
            known = None  # quoting differs with where the mark is
    else:
        content = _binary(suffix)
    if suffix != "csv" or rng.random() < 0.3:
        content, known = damaged_bytes(content, rng), None
    out = f"kept.{rng.choice(('csv', 'xlsx', 'parquet'))}"
    commands = [
        ("responses", "import", name, "-i", "whole.yaml", "-o", out, "--json", "counts.json"),
        (rng.choice(("score", "quality", "reliability")), name, "-i", "whole.yaml"),
        rng.choice(
            (
                ("instrument", "draft", name, "--out", "draft.yaml"),
                ("regress", name, "-f", "HOURS ~ YEARS + C(USED)"),
            )
        ),
    ]
    reducible = (name,) if suffix == "csv" else ()
    return Case("answers", {name: content, **_beside()}, commands, reducible, rows=known)


def _rows(rng: Random) -> Case:
    """Import answers with damaged rows of a roster, or damaged answers with whole rows."""
    answers, rows = _household()
    if rng.random() < 0.3:
        answers = damaged_cells(answers, rng)
    else:
        rows = damaged_cells(rows, rng)
    files = {"answers.csv": _csv(answers), "rows.csv": _csv(rows)}
    files["household.yaml"] = DEPENDENT.encode()
    out = f"kept.{rng.choice(('csv', 'csv', 'xlsx'))}"
    words = ("responses", "import", "answers.csv", "-i", "household.yaml", "--roster", "rows.csv")
    then = rng.choice(
        (
            ("score", "answers.csv", "-i", "household.yaml"),
            ("quality", "answers.csv", "-i", "household.yaml"),
            ("instrument", "draft", "rows.csv", "--out", "draft.yaml"),
        )
    )
    commands = [(*words, "-o", out, "--json", "counts.json"), then]
    return Case("rows", files, commands, ("answers.csv", "rows.csv"))


def _sidecar(rng: Random) -> Case:
    source = rng.choice(("limesurvey", "redcap", "surveyjs", "qualtrics", "odk"))
    content, names = _form("xlsform" if source == "odk" else source)
    tree = damaged_tree(json.loads(content), rng)
    text = json.dumps(tree) if rng.random() < 0.8 else damaged_text(content.decode(), rng)
    cells = [[rng.choice(("1", "2", "", "-9", "0", "x")) for _ in names] for _ in range(5)]
    export = _csv(damaged_cells([list(names), *cells], rng))
    if source == "surveyjs":
        export = json.dumps([dict(zip(names, row, strict=True)) for row in cells]).encode()
    files = {"sidecar.json": _encoded(text), "export.csv": export, **_beside()}
    command = (
        *("responses", "import", "export.csv", "--from", source, "-i", "whole.yaml"),
        *("--sidecar", "sidecar.json", "-o", "kept.csv", "--json", "counts.json"),
    )
    return Case("sidecar", files, [command], ("sidecar.json", "export.csv"))


def _damaged(source: str, rng: Random) -> str:
    """Damage a YAML document: its lines, its structure or, most often, its leaves alone."""
    match rng.randrange(5):
        case 0:
            return damaged_text(source, rng)
        case 1:
            return _yaml(damaged_tree(_tree(source), rng))
        case 2:
            return _yaml(damaged_expressions(_tree(source), rng, EXPRESSION_WORDS))
    return _yaml(damaged_leaves(_tree(source), rng))


_TWICE: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    *(
        (
            ("responses", "import", "one.csv", "-i", "whole.yaml", "-o", out, "--json", "c.json"),
            ("responses", "import", "two.csv", "-i", "whole.yaml", "-o", out, "--json", "c.json"),
        )
        for out in ("kept.csv", "kept.xlsx", "kept.parquet")
    ),
    *(
        (
            ("instrument", "export", "whole.yaml", "--to", to, "--out", "form"),
            ("instrument", "export", "whole.yaml", "--to", to, "--out", "form", "--lang", "de"),
        )
        for to in PLATFORMS
        if to != "spss"  # whose files state the time
    ),
    (
        ("instrument", "translate", "whole.yaml", "--lang", "fr", "--out", "s.xlsx"),
        ("instrument", "translate", "whole.yaml", "--lang", "de", "--out", "s.xlsx", "--json", "j"),
    ),
    (
        ("score", "one.csv", "-i", "whole.yaml", "-o", "s.csv", "--json", "s.json"),
        ("score", "two.csv", "-i", "whole.yaml", "-o", "s.csv", "--json", "s.json"),
    ),
)
"""Pairs of commands that write the same files with different contents."""


def _machine(rng: Random, **fault: int) -> Case:
    rows = _survey_answers()
    files = {"one.csv": _csv(rows[:20]), "two.csv": _csv([rows[0], *rows[20:]]), **_beside()}
    return Case(next(iter(fault)), files, list(rng.choice(_TWICE)), **fault)


def _full(rng: Random) -> Case:
    return _machine(rng, full=rng.randrange(12))


def _kill(rng: Random) -> Case:
    return _machine(rng, kill=rng.randrange(30))


_MAKERS: tuple[tuple[Callable[[Random], Case], int], ...] = (
    *((_questionnaire, 8), (_model, 4), (_answers, 6), (_rows, 3), (_sidecar, 4)),
    *((_plan, 2), (_full, 3), (_kill, 1)),
)


@functools.cache
def _shipped(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@functools.cache
def _carers() -> list[list[str]]:
    return list(csv.reader(io.StringIO(_shipped("sample_data/carers.csv"))))


@functools.cache
def _home() -> Path:
    """Return the folder of the whole questionnaire."""
    import atexit
    import tempfile

    folder = tempfile.TemporaryDirectory()
    atexit.register(folder.cleanup)
    for name, content in _beside().items():
        (Path(folder.name) / name).write_bytes(content)
    return Path(folder.name)


def _beside() -> dict[str, bytes]:
    return {"whole.yaml": SURVEY.encode(), "constructs.yaml": CONSTRUCTS.encode()}


@functools.cache
def _instrument() -> Any:
    return read_instrument(_home() / "whole.yaml")


@functools.cache
def _survey_answers() -> list[list[str]]:
    form = _instrument().for_form("full")
    people = respondents(form, 40, 1).canonical
    return [list(people[0]), *([str(cell) for cell in row.values()] for row in people)]


@functools.cache
def _household() -> tuple[list[list[str]], list[list[str]]]:
    """Return the answers of households, and the rows of their members."""
    path = _home() / "household.yaml"
    path.write_text(DEPENDENT, encoding="utf-8")
    found = rows_of(read_instrument(path).for_form("full"), 20, 1)
    tables = (found.people.canonical, found.canonical["MEMBER"])
    answers, rows = ([list(t[0]), *([str(v) for v in row.values()] for row in t)] for t in tables)
    return answers, rows


@functools.cache
def _binary(suffix: str) -> bytes:
    from coprod_stats.platforms.codebooks.spss import sav_file
    from coprod_stats.responses import write_canonical

    form = _instrument().for_form("full")
    answers = table(form, respondents(form, 40, 1))
    if suffix == "sav":
        return sav_file(form, answers, language="en")[0]
    write_canonical(answers, _home() / f"answers.{suffix}")
    return (_home() / f"answers.{suffix}").read_bytes()


@functools.cache
def _form(platform: Platform) -> tuple[bytes, tuple[str, ...]]:
    from coprod_stats.platforms import read_sidecar

    *_, sidecar = export_form(_instrument(), platform, _home() / platform)
    return sidecar.read_bytes(), read_sidecar(sidecar).names


def _csv(rows: list[list[str]], delimiter: str = ",") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return _encoded(text.getvalue())


def _tree(source: str) -> Any:
    return parse_yaml(
        source, file="source"
    ).data  # PyYAML alone reads the grammar's texts otherwise


def _yaml(content: Any) -> str:
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
