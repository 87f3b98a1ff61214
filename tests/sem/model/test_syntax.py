import pickle

import pytest

from coprod_stats.sem.errors import SemSyntaxError
from coprod_stats.sem.model.syntax import parse_model


def right_sides(text):
    return [term.variable for relation in parse_model(text).relations for term in relation.right]


def modifiers(text):
    term = parse_model(text).relations[0].right[0]
    return [(modifier.kind, modifier.values) for modifier in term.modifiers]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f =~ 0.5*x", [("value", (0.5,))]),
        ("f =~ -1/2*x", [("value", (-0.5,))]),
        ("f =~ 1e-3*x", [("value", (0.001,))]),
        ("f =~ sqrt(4)*x", [("value", (2.0,))]),
        ("f =~ NA*x", [("value", (None,))]),
        ("f =~ a*x", [("value", ("a",))]),
        ('f =~ "a b"*x', [("value", ("a b",))]),
        ("f =~ label('a')*x", [("value", ("a",))]),
        ("f =~ c(a, NA, 1)*x", [("value", ("a", None, 1.0))]),
        ("f =~ start(0.5)*x", [("start", (0.5,))]),
        ("f =~ start(c(0.5, 1))*x", [("start", (0.5, 1.0))]),
        ("f =~ 0.5?x", [("start", (0.5,))]),
        ("f =~ a*start(2)*x", [("value", ("a",)), ("start", (2.0,))]),
        ("f =~ equal('f=~y')*x", [("equal", ("f=~y",))]),
        ("x ~~ lower(0)*x", [("lower", (0.0,))]),
        ("f =~ upper(1)*x", [("upper", (1.0,))]),
    ],
)
def test_modifiers(text, expected):
    assert modifiers(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "f =~ x1 + x2 + x3",
        "f =~ x1 +\n  x2 + # a comment\n\n  x3",
        "f =~ x1\n + x2 ! another\n + x3",
        "f =~\n x1 + x2 + x3",
        "f =~ x1 + x2; f =~ x3",
        "  f=~x1+x2+x3  # end",
    ],
)
def test_layouts_of_one_statement(text):
    assert right_sides(text) == ["x1", "x2", "x3"]


def test_several_left_sides_and_intercepts():
    relation = parse_model("visual + textual ~ 1 + 0*1 + age").relations[0]
    assert [term.variable for term in relation.left] == ["visual", "textual"]
    assert [term.variable for term in relation.right] == ["1", "1", "age"]


def test_product_of_observed_variables_is_one_name():
    assert right_sides("y ~ x + x:z") == ["x", "x:z"]


def test_thresholds_and_scaling_factors():
    relations = parse_model("x | t1 + a*t2\nx ~*~ NA*x").relations
    assert [relation.operator for relation in relations] == ["|", "~*~"]


def test_exploratory_blocks():
    relation = parse_model('efa("b")*f1 + efa("b")*f2 =~ x1 + x2').relations[0]
    assert [term.modifiers[0].values for term in relation.left] == [("b",), ("b",)]


def test_blocks():
    relations = parse_model(
        "group: 1\nlevel: within\nf=~x\nlevel: 2\nf=~y\ngroup: 2\nf=~x"
    ).relations
    blocks = [(relation.group, relation.level) for relation in relations]
    assert blocks == [("1", "within"), ("1", "2"), ("2", "")]


def test_definitions_and_constraints():
    model = parse_model("f =~ a*x + b*y\nab := a*b\na == 2*b\na > 0.1; b < 3")
    assert str(model.definitions[0].expression) == "a*b"
    assert [constraint.operator for constraint in model.constraints] == ["==", ">", "<"]


@pytest.mark.parametrize(
    ("text", "line", "column", "expected"),
    [
        ("f =~ x1 + + x2", 1, 11, "expected the name of a variable"),
        ("f =~ x1 + x2\ng =~ x3 x4", 2, 9, "expected '+', '*' or the end"),
        ("f = x1", 1, 3, "expected one of =~"),
        ("f =~ x1 +", 1, 10, "expected the name of a variable"),
        ("x1 x2", 1, 6, "expected one of =~"),
        ("f =~ 'abc", 1, 6, "never closed"),
        ("y ~ 2", 1, 6, "expected '*' and a variable"),
        ("f =~ foo(2)*x", 1, 6, "expected a modifier"),
        ("f =~ c(1, 2*x", 1, 12, "expected ',' or ')'"),
        ("f =~ start('a')*x", 1, 16, "takes numbers"),
        ("f =~ equal(2)*x", 1, 14, "takes text"),
        ("f =~ 1/0*x", 1, 6, "expected a number"),
        ("3*f =~ x", 1, 1, "only efa"),
        ("1 ~ x", 1, 1, "expected the name of a variable"),
        ("x ~~ 0", 1, 6, "expected the name of a variable"),
        ("x | y", 1, 5, "expected a threshold"),
        ("x ~*~ y", 1, 7, "reads 'x ~*~ x'"),
        ("x1 ~~ 1", 1, 7, "an intercept"),
        ("a := foo(b)", 1, 6, "unknown function 'foo'"),
        ("a := b +", 1, 9, "expected a number, a label"),
        ("a := b c", 1, 8, "expected an arithmetic operator"),
        ("3 := b", 1, 1, "expected the name of a defined"),
        ("a == b == c", 1, 8, "expected an arithmetic operator"),
        ("a b == c", 1, 3, "expected an arithmetic operator"),
        ("f =~ x ~ y", 1, 8, "expected '+', '*' or the end"),
        ("f g =~ x", 1, 3, "or the operator '=~'"),
        ("f =~ @x", 1, 6, "unexpected character '@'"),
        ("block: 1\nf =~ x", 1, 1, "unknown block 'block'"),
        ("level:\nf =~ x", 1, 7, "expected the number or label"),
        ("group: 1 2\nf =~ x", 1, 10, "expected the end of the line"),
        ("", 1, 1, "the model is empty"),
        ("# nothing", 1, 1, "the model is empty"),
    ],
)
def test_errors_point_at_the_place(text, line, column, expected):
    with pytest.raises(SemSyntaxError) as caught:
        parse_model(text)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert expected in caught.value.message


def test_errors_show_the_line_and_survive_pickling():
    with pytest.raises(SemSyntaxError) as caught:
        parse_model("f =~ x1\n  g =~ x2 x3")
    assert str(caught.value).endswith("  g =~ x2 x3\n              ^")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@pytest.mark.parametrize("text", ["f =~ x1 + x2\nf ~ x3 + f", "f =~ x1 + f"])
def test_a_variable_cannot_depend_on_itself(text):
    with pytest.raises(SemSyntaxError, match="'f' cannot depend on itself") as caught:
        parse_model(text)
    assert caught.value.source[caught.value.column - 1] == "f"


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("f =~ start(1e400)*x", 1, 12),
        ("f =~ x\nf ~ 1e400*y", 2, 5),
        ("f =~ -1e999*x", 1, 7),
        ("f =~ 1e400?x", 1, 6),
        ("x ~~ lower(1e400)*x", 1, 12),
        ("f =~ c(1, 1e400)*x", 1, 11),
        ("f =~ start(10^400)*x", 1, 12),
        ("f =~ start(exp(1000))*x", 1, 12),
        ("f =~ start(1e300/1e-300)*x", 1, 12),
        ("f =~ a*x\na == 1e400", 2, 6),
        ("a := 2*1e400", 1, 8),
    ],
)
def test_numbers_without_end_are_refused_at_their_place(text, line, column):
    with pytest.raises(SemSyntaxError, match=r"too large|has no value") as caught:
        parse_model(text)
    assert (caught.value.line, caught.value.column) == (line, column)


def test_the_largest_number_is_a_number():
    assert modifiers("f =~ start(1e308)*x") == [("start", (1e308,))]
