"""Blocks of a model text: groups, levels, and which level is which."""

import pytest

from coprod_stats.sem.errors import SemModelError
from coprod_stats.sem.model.baseline import baseline_table
from coprod_stats.sem.model.syntax import parse_model
from coprod_stats.sem.model.table_building import build_parameters

WITHIN, BETWEEN = "fw =~ x + y + z\nfw ~ v", "fb =~ x + y + z\nfb ~ w"


def table_of(text, groups=("",)):
    return build_parameters(parse_model(text), group_labels=groups)


@pytest.mark.parametrize(
    ("first", "second"), [("1", "2"), ("within", "between"), ("1", "Between"), ("pupil", "school")]
)
def test_names_of_levels(first, second):
    table = table_of(f"level: {first}\n{WITHIN}\nlevel: {second}\n{BETWEEN}")
    assert len(table.levels) == 2
    assert {row.level for row in table if row.lhs == "fw"} == {1}
    assert {row.level for row in table if row.lhs == "fb"} == {2}
    within, between = table.levels
    assert (within.observed, within.latent, within.exogenous) == (
        ("x", "y", "z", "v"),
        ("fw",),
        ("v",),
    )
    assert (between.observed, between.latent, between.exogenous) == (
        ("x", "y", "z", "w"),
        ("fb",),
        ("w",),
    )


def test_means_belong_to_level_2_unless_the_variable_lacks_it():
    table = table_of(f"level: 1\n{WITHIN}\nlevel: 2\n{BETWEEN}\nx ~ 0*1\nfb ~ NA*1")
    means = {(row.lhs, row.level): row for row in table if row.op == "~1"}
    assert [(means[name, 1].free, means[name, 1].fixed) for name in "xyz"] == [(-1, 0.0)] * 3
    assert means["v", 1].exogenous
    assert means["y", 2].free >= 0
    assert means["x", 2].fixed == 0.0
    assert means["fb", 2].free >= 0
    assert means["w", 2].exogenous


def test_a_mean_that_the_text_frees_at_level_1_stays_free():
    table = table_of("level: 1\ny ~ x\ny ~ NA*1\nlevel: 2\ny ~~ y")
    means = {row.level: row for row in table if row.name == "y~1"}
    assert means[1].free >= 0


def test_groups_without_blocks_of_their_own_share_the_levels():
    table = table_of(f"level: 1\n{WITHIN}\nlevel: 2\n{BETWEEN}", groups=("a", "b"))
    assert table.blocks == ((1, 1), (1, 2), (2, 1), (2, 2))
    rows = [(row.name, row.level) for row in table if row.group == 1]
    assert [(row.name, row.level) for row in table if row.group == 2] == rows


def test_the_baseline_keeps_variances_at_each_level():
    null = baseline_table(table_of(f"level: 1\n{WITHIN}\nlevel: 2\n{BETWEEN}"))
    free = [(row.name, row.level) for row in null if row.free >= 0]
    assert free == [
        *((f"{name}~~{name}", 1) for name in "xyz"),
        *((f"{name}~~{name}", 2) for name in "xyz"),
        *((f"{name}~1", 2) for name in "xyz"),
    ]
    assert [level.latent for level in null.levels] == [(), ()]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("level: 1\nf =~ x + y", "one level only"),
        ("level: 2\nf =~ x + y\nlevel: between\nx ~~ y", "one level only"),
        ("level: 1\nx ~~ x\nlevel: 2\nx ~~ x\nlevel: 3\nx ~~ x", "3 levels (1, 2, 3)"),
        ("level: 2\nx ~~ x\nlevel: 1\nx ~~ x", "'level: 2' comes before 'level: 1'"),
        ("level: between\nx ~~ x\nlevel: pupil\nx ~~ x", "'level: between' comes before"),
        ("level: school\nx ~~ x\nlevel: within\nx ~~ x", "the level within clusters comes first"),
    ],
)
def test_levels_that_are_no_pair_are_refused(text, named):
    with pytest.raises(SemModelError) as error:
        table_of(text)
    assert named in str(error.value)


def test_every_group_needs_both_levels():
    text = f"group: a\nlevel: 1\n{WITHIN}\nlevel: 2\n{BETWEEN}\ngroup: b\nlevel: 1\n{WITHIN}"
    with pytest.raises(SemModelError, match="no block for group 'b', level 2"):
        table_of(text, groups=("a", "b"))
    with pytest.raises(SemModelError, match="before the first 'level:' header of their group"):
        table_of(f"group: a\n{WITHIN}\nlevel: 2\n{BETWEEN}", groups=("a",))
