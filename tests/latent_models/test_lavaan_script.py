"""What is written for R is the same analysis, and no text in it becomes code."""

import re
import shutil
import subprocess

import numpy as np
import pandas as pd
import pytest

from coprod_stats.latent_models import LatentModelError, compare_engines, fit_sem
from coprod_stats.latent_models.peers.lavaan_model import model_lines, renamed_labels
from coprod_stats.latent_models.peers.lavaan_script import lavaan_script
from coprod_stats.latent_models.peers.mplus_script import mplus_file_name
from coprod_stats.latent_models.peers.r_text import r_lines, r_string
from coprod_stats.latent_models.specification import Specification
from coprod_stats.sem.model.syntax import parse_model
from coprod_stats.sem.model.table_building import build_parameters

needs_r = [
    pytest.mark.r,
    pytest.mark.skipif(shutil.which("Rscript") is None, reason="needs Rscript with lavaan"),
]
CALL = 'system("touch HIT")'
HOSTILE = (
    f')---"; {CALL}; x <- r"---(',
    f'"; {CALL}; "',
    f"'; {CALL}; '",
    f'\\"; {CALL}; \\"',
    f"\n{CALL}\n",
    f"`{CALL}`",
    "ends in a backslash \\",
    "${x} {y} %s \t\r\u2028\u00e9\u4e2d\U0001f600\x01",
    "\\u{22}; x",
)
MODEL = "f =~ x1 + x2 + x3"


def table_of(lines, groups=("",)):
    return build_parameters(parse_model("\n".join(lines)), group_labels=groups)


def identities(table):
    return [
        (
            row.lhs,
            row.op,
            row.rhs,
            row.group,
            row.level,
            row.free,
            repr(row.fixed),
            repr(row.start),
            row.lower,
            row.upper,
            row.efa,
        )
        for row in table
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_ends_a_literal(text):
    for literal in (r_string(text), r_lines([text])):
        inner = re.sub(r'\\(["\\n]|[uU]\{[0-9a-f]+\})', "", literal[1:-1])
        assert literal[0] == literal[-1] == '"'
        assert '"' not in inner
        assert "\\" not in inner
        assert literal.isascii()


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b"])
def test_what_no_string_of_r_can_hold_is_refused(text):
    with pytest.raises(LatentModelError, match=r"no string of R can hold the character U\+"):
        r_string(text)


@pytest.mark.parametrize(
    ("model", "groups"),
    [
        (MODEL, ("",)),
        ("f =~ NA*x1 + a*x2 + start(0.8)*x2 + lower(-1e-7)*x3 + upper(3)*x3\nf ~~ 1*f", ("",)),
        ("f =~ x1 + x2 + x3 # 1\ng =~ x4 + x5 + equal('f=~x2')*x6; g ~ b*f; x1 ~ 0.3*1", ("",)),
        ('efa("one")*f + efa("one")*g =~ x1 + x2 + x3 + x4 + x5 + x6', ("",)),
        ("f =~ x1 + c(a, 'a b')*x2 + c(1, NA)*x3\nx1 ~ 0", ("u", "v")),
        ("level: 1\nf =~ x1 + x2 + x3\nlevel: 2\ng =~ x1 + x2 + x3", ("",)),
        ("y ~ a*x + 'b#'*z\ny ~ 0 + x:z\nq := (a^2)^-a - -3.5 / exp(a - 1e-5)\na > 0.1", ("",)),
        ("x1 | t1 + 0.123456789012345*t2\nx1 ~*~ 1*x1\nf =~ x1 + x2 + x3", ("",)),
        ("group: 'v w'\nf =~ x1 + x2 + x3\ngroup: u\nf =~ x1 + 0.9*x2 + x3", ("u", "v w")),
    ],
)
def test_a_model_written_anew_is_the_same_model(model, groups):
    read = parse_model(model)
    again = parse_model("\n".join(model_lines(read, groups)))
    before, after = (build_parameters(m, group_labels=groups) for m in (read, again))
    assert identities(before) == identities(after)
    assert before.equal_parameters == after.equal_parameters
    assert [item.expression for item in before.definitions] == [
        item.expression for item in after.definitions
    ]


@pytest.mark.parametrize("label", ["Inf", "TRUE", "a b", "a#b", "a!b", ".x", "\u00e9", CALL])
def test_labels_that_r_reads_as_something_else_have_another_name(label):
    quote = "'" if '"' in label else '"'
    read = parse_model(f"f =~ x1 + {quote}{label}{quote}*x2 + label1*x3")
    assert renamed_labels(read) == {label: "label2"}
    assert model_lines(read, ("",)) == ["f =~ x1 + label2*x2 + label1*x3"]


def test_names_that_lavaan_would_not_read_are_refused():
    for text in (f"f =~ x1 + equal('{CALL}')*x2", f"efa('{CALL}')*f =~ x1 + x2"):
        with pytest.raises(LatentModelError, match="not available in lavaan"):
            model_lines(parse_model(text), ("",))


def test_the_order_of_the_groups_is_stated():
    asked = Specification(f"group: b\n{MODEL}\ngroup: a\n{MODEL}", group="g")
    columns = {"g": np.array(["a", "b", None, "a"], dtype=object)}
    script = lavaan_script(asked, "data.csv", columns)
    assert script.index("group: a") < script.index("group: b")
    assert 'group.label = c("a", "b")' in script
    assert 'colClasses = c("g" = "character")' in script
    with pytest.raises(LatentModelError, match="the data have no column g"):
        lavaan_script(asked, "data.csv")


def test_intervals_are_of_the_kind_that_was_asked_for():
    asked = {"bootstrap": 20, "se": "bootstrap"}
    assert 'boot.ci.type = "bca.simple"' in lavaan_script(
        Specification(MODEL, ci="bca", **asked), "data.csv"
    )
    assert "boot.ci.type" not in lavaan_script(Specification(MODEL, **asked), "data.csv")


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("answers", "answers.mplus.dat"),
        ('a b; "c"\'!\n', "a_b_c.mplus.dat"),
        ("\u4e2d", "data.mplus.dat"),
    ],
)
def test_the_name_of_a_file_for_mplus_cannot_end_its_command(stem, name):
    assert mplus_file_name(stem) == name


class TestByR:
    pytestmark = needs_r

    def run(self, script, folder):
        file = folder / "script.R"
        file.write_text(script, encoding="ascii")
        return subprocess.run(
            ["Rscript", "--vanilla", str(file)], cwd=folder, capture_output=True, text=True
        )

    def test_texts_reach_r_as_they_are(self, tmp_path):
        literals = "\n".join(
            f"cat(utf8ToInt(enc2utf8({literal})), '\\n')"
            for text in HOSTILE
            for literal in (r_string(text), r_lines([text]))
        )
        found = self.run(literals, tmp_path)
        codes = [list(map(int, line.split())) for line in found.stdout.splitlines()]
        for place, text in enumerate(HOSTILE):
            plain, line = codes[2 * place : 2 * place + 2]
            assert plain == [ord(c) for c in text]
            assert line == [10, *plain, 10]
        assert not (tmp_path / "HIT").exists()

    @pytest.mark.parametrize("text", [t for t in HOSTILE if not {"\n", "\r"} & set(t)])
    def test_a_hostile_model_is_only_a_model(self, text, tmp_path):
        rng = np.random.default_rng(4)
        factor = rng.normal(size=(200, 1))
        data = pd.DataFrame(factor + rng.normal(size=(200, 3)), columns=["x1", "x2", "x3"])
        groups = np.where(np.arange(200) % 2, text, "a")
        data.assign(g=groups).to_csv(tmp_path / "data.csv", index=False)
        quote = "'" if '"' in text else '"'
        label = text.replace(quote, "")
        model = f"f =~ x1 + {quote}{label}{quote}*x2 + x3 # {text}"
        columns = {"g": np.array(groups, dtype=object)}
        script = lavaan_script(Specification(model, group="g"), "data.csv", columns)
        found = self.run(script, tmp_path)
        assert found.returncode == 0, found.stderr
        assert "Latent Variables" in found.stdout
        fit = fit_sem(model, data.assign(g=groups), group="g")
        table = compare_engines(fit, "lavaan")
        assert table["difference"].abs().max() < 1e-3
        assert [p for p in tmp_path.iterdir() if p.name == "HIT"] == []

    def test_blocks_belong_to_their_groups(self, tmp_path):
        rng = np.random.default_rng(8)
        factor = rng.normal(size=(300, 1))
        names = ["x1", "x2", "x3", "x4"]
        data = pd.DataFrame(factor + rng.normal(size=(300, 4)), columns=names)
        data["g"] = np.where(rng.random(300) < 0.6, "a", "b")
        data.loc[0, "g"] = "a"
        data.to_csv(tmp_path / "data.csv", index=False)
        model = "group: b\nf =~ x1 + 0.5*x2 + x3 + x4\ngroup: a\nf =~ x1 + x2 + x3 + x4"
        script = lavaan_script(
            Specification(model, group="g"), "data.csv", {"g": data["g"].to_numpy(dtype=object)}
        )
        found = self.run(f'{script}\ncat("LOGL", sprintf("%.6f", logLik(fit)))', tmp_path)
        fit = fit_sem(model, data, group="g")
        assert float(found.stdout.split("LOGL ")[1]) == pytest.approx(fit.fit["logl"], abs=1e-4)

    def test_what_lavaan_has_as_na_is_missing_not_zero(self):
        rng = np.random.default_rng(1)
        data = pd.DataFrame(rng.normal(size=(60, 2)), columns=["x", "y"])
        fit = fit_sem("y ~ x", data, se="none")
        table = compare_engines(fit, "lavaan").set_index(["name", "what"])
        assert np.isnan(table.loc[("y ~ x", "se"), "theirs"])
        assert table.loc[("y ~ x", "est"), "difference"] == pytest.approx(0, abs=1e-6)
