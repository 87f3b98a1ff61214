"""Reading lavaan's model language.

The grammar is that of lavaan's ``model.syntax`` [rosseel2012]_: formulas (``=~ ~ ~~ ~*~ | <~``),
modifiers, defined parameters, constraints, ``group:`` and ``level:`` blocks.

References
----------
.. [rosseel2012] Rosseel, Y. (2012). lavaan: An R package for structural equation modeling.
   Journal of Statistical Software, 48(2), 1-36.
"""

from __future__ import annotations

from coprod_stats.control_characters import control_character_in_lines, with_line_feeds
from coprod_stats.sem.errors import SemSyntaxError
from coprod_stats.sem.model.expressions import FUNCTIONS
from coprod_stats.sem.model.lexer import (
    Position,
    Token,
    is_block_header,
    split_statements,
    tokenize,
)
from coprod_stats.sem.model.syntax_tree import (
    Constraint,
    Definition,
    ModelSyntax,
    Modifier,
    ModifierKind,
    ModifierValue,
    Relation,
    Term,
)
from coprod_stats.sem.model.token_stream import TokenStream, parse_constant, parse_expression

_MODIFIER_FUNCTIONS: dict[str, ModifierKind] = {
    "c": "value",
    "label": "value",
    "start": "start",
    "equal": "equal",
    "lower": "lower",
    "upper": "upper",
    "efa": "efa",
}
_RELATION_TEXT = "one of =~ ~ ~~ ~*~ | <~ := == < >"
_START = Position(1, 1)


def _refuse_control_characters(text: str) -> None:
    found, line, column = control_character_in_lines(text)
    if found:
        raise SemSyntaxError(
            f"the control character {found}; remove it, even from a comment",
            line=line,
            column=column,
            source=with_line_feeds(text).split("\n")[line - 1],
        )


def parse_model(text: str) -> ModelSyntax:
    """Read a model text.

    Parameters
    ----------
    text : str
        lavaan syntax.

    Returns
    -------
    ModelSyntax
        Everything that the text says; no defaults are added.

    Raises
    ------
    SemSyntaxError
        With line and column, what was found and what was expected.
    """
    _refuse_control_characters(text)
    lines = text.splitlines() or [""]
    relations: list[Relation] = []
    definitions: list[Definition] = []
    constraints: list[Constraint] = []
    blocks = {"group": "", "level": ""}
    for tokens in split_statements(tokenize(text)):
        stream = TokenStream(tokens, lines)
        if is_block_header(tokens):
            _read_block_header(stream, blocks)
            continue
        operator = next((token for token in tokens if token.is_relation), None)
        if operator is None:
            odd = (place for place, token in enumerate(tokens) if token.text in "=:,()?")
            stream.index = next(odd, len(tokens))
            stream.fail(_RELATION_TEXT)
        if operator.text == ":=":
            definitions.append(_definition(stream))
        elif operator.text in ("==", "<", ">"):
            constraints.append(_constraint(stream))
        else:
            relations.append(_relation(stream, operator, blocks))
    if not (relations or definitions or constraints):
        TokenStream([Token("newline", "", _START)], lines).fail_with("the model is empty")
    return ModelSyntax(tuple(relations), tuple(definitions), tuple(constraints), text)


def _read_block_header(stream: TokenStream, blocks: dict[str, str]) -> None:
    keyword = stream.next()
    name = keyword.text.lower()
    if name not in blocks:
        stream.fail_with(
            f"unknown block '{keyword.text}', expected 'group' or 'level'", at=keyword.position
        )
    stream.expect(":")
    if stream.kind() not in ("name", "number", "string"):
        stream.fail(f"the number or label of a {name}")
    blocks[name] = stream.next().text.strip("\"'")
    if name == "group":
        blocks["level"] = ""
    if not stream.at_end:
        stream.fail("the end of the line")


def _definition(stream: TokenStream) -> Definition:
    if stream.kind() != "name":
        stream.fail("the name of a defined parameter")
    name = stream.next()
    stream.expect(":=")
    expression = parse_expression(stream)
    if not stream.at_end:
        stream.fail("an arithmetic operator or the end of the statement")
    return Definition(name.text, expression, name.position)


def _constraint(stream: TokenStream) -> Constraint:
    position = stream.position
    left = parse_expression(stream)
    if stream.peek() not in ("==", "<", ">"):
        stream.fail("an arithmetic operator or '==', '<', '>'")
    operator = stream.next().text
    right = parse_expression(stream)
    if not stream.at_end:
        stream.fail("an arithmetic operator or the end of the statement")
    return Constraint(left, operator, right, position)  # type: ignore[arg-type]


def _relation(stream: TokenStream, operator: Token, blocks: dict[str, str]) -> Relation:
    left = _terms(stream)
    if stream.peek() != operator.text or not stream.tokens[stream.index].is_relation:
        stream.fail(f"'+', '*' or the operator '{operator.text}'")
    stream.next()
    right = _terms(stream)
    if not stream.at_end:
        stream.fail("'+', '*' or the end of the statement")
    _check_sides(stream, left, operator, right)
    return Relation(left, operator.text, right, blocks["group"], blocks["level"])  # type: ignore[arg-type]


def _check_sides(
    stream: TokenStream, left: tuple[Term, ...], operator: Token, right: tuple[Term, ...]
) -> None:
    for term in left:
        if term.variable in ("0", "1"):
            stream.fail_with("expected the name of a variable", at=term.position)
        kinds = {modifier.kind for modifier in term.modifiers}
        if kinds and not (operator.text == "=~" and kinds == {"efa"}):
            stream.fail_with(
                "only efa(…)* may stand before a left side, and only of '=~'", at=term.position
            )
    for term in right:
        if term.variable == "1" and operator.text != "~":
            stream.fail_with(
                f"an intercept '1' belongs on the right of '~', not of '{operator.text}'",
                at=term.position,
            )
        if term.variable == "0" and operator.text not in ("~", "=~"):
            stream.fail_with("expected the name of a variable", at=term.position)
        if operator.text == "|" and not _is_threshold(term.variable):
            stream.fail_with("expected a threshold t1, t2, …", at=term.position)
        if operator.text in ("~", "=~") and any(t.variable == term.variable for t in left):
            stream.fail_with(f"'{term.variable}' cannot depend on itself", at=term.position)
        if operator.text == "~*~" and (len(left) > 1 or term.variable != left[0].variable):
            stream.fail_with("a scaling factor reads 'x ~*~ x'", at=term.position)


def _is_threshold(name: str) -> bool:
    return name[:1] == "t" and name[1:].isdigit()


def _terms(stream: TokenStream) -> tuple[Term, ...]:
    stream.accept("+")
    terms = [_term(stream)]
    while stream.accept("+"):
        terms.append(_term(stream))
    return tuple(terms)


def _term(stream: TokenStream) -> Term:
    position = stream.position
    modifiers: list[Modifier] = []
    while True:
        start = stream.position
        if stream.kind() == "name" and stream.peek(1) not in ("(", "*", "?"):
            return Term(_variable(stream), tuple(modifiers), position)
        if stream.kind() == "number" and stream.peek(1) not in ("*", "?", "/", "^", "**"):
            return Term(_intercept(stream), tuple(modifiers), position)
        if stream.kind() not in ("name", "number", "string") and stream.peek() not in ("-", "("):
            stream.fail("the name of a variable")
        kind, values = _modifier(stream)
        if stream.accept("?"):
            kind = "start"
        else:
            stream.expect("*")
        modifiers.append(Modifier(kind, values, start))


def _variable(stream: TokenStream) -> str:
    name = stream.next().text
    while stream.peek() == ":" and stream.kind(1) == "name":
        stream.next()
        name = f"{name}:{stream.next().text}"
    return name


def _intercept(stream: TokenStream) -> str:
    if stream.peek() not in ("0", "1"):
        stream.next()
        stream.fail("'*' and a variable after the number")
    return stream.next().text


def _modifier(stream: TokenStream) -> tuple[ModifierKind, tuple[ModifierValue, ...]]:
    function = stream.peek() if stream.peek(1) == "(" and stream.kind() == "name" else ""
    if function in _MODIFIER_FUNCTIONS:
        stream.next()
        values = _arguments(stream)
        _check_arguments(stream, function, values)
        return _MODIFIER_FUNCTIONS[function], values
    if function and function not in FUNCTIONS:
        known = ", ".join(_MODIFIER_FUNCTIONS)
        stream.fail(f"a modifier: a number, NA, a label, or one of {known} with '('")
    return "value", (_value(stream),)


def _arguments(stream: TokenStream) -> tuple[ModifierValue, ...]:
    stream.expect("(")
    values: list[ModifierValue] = []
    while True:
        if stream.peek() == "c" and stream.peek(1) == "(":
            stream.next()
            values.extend(_arguments(stream))
        else:
            values.append(_value(stream))
        if stream.accept(")"):
            return tuple(values)
        if not stream.accept(","):
            stream.fail("',' or ')'")


def _check_arguments(stream: TokenStream, function: str, values: tuple[ModifierValue, ...]) -> None:
    wants_text = function in ("label", "equal", "efa")
    wants_number = function in ("start", "lower", "upper")
    for value in values:
        if wants_text and not isinstance(value, str):
            stream.fail_with(f"{function}() takes text in quotation marks")
        if wants_number and isinstance(value, str):
            stream.fail_with(f"{function}() takes numbers")


def _value(stream: TokenStream) -> ModifierValue:
    if stream.kind() == "string":
        return stream.next().text[1:-1]
    if stream.kind() == "name" and stream.peek(1) != "(":
        name = stream.next().text
        return None if name == "NA" else name
    return parse_constant(stream)
