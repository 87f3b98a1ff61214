import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprod_stats.documents.figures.text_width import text_width, wrap

# Advance widths of DejaVu Sans 2.37, in em, read from its hmtx table.
DEJAVU_SANS = {
    0.275: "'",
    0.278: "ijl",
    0.295: "IJ",
    0.318: " ,.",
    0.337: "/:;\\|",
    0.352: "f",
    0.361: "-",
    0.39: "()[]",
    0.392: "t",
    0.401: "!²",
    0.411: "r",
    0.46: '"',
    0.5: "*_`–",
    0.521: "s",
    0.525: "z",
    0.531: "?",
    0.55: "c",
    0.557: "L",
    0.575: "F",
    0.579: "k",
    0.592: "vxy",
    0.603: "P",
    0.611: "TY",
    0.612: "o",
    0.613: "a",
    0.615: "e",
    0.632: "E",
    0.634: "hnu",
    0.635: "Sbdgpq",
    0.636: "$0{}",
    0.638: "β",
    0.656: "K",
    0.659: "α",
    0.684: "AV",
    0.685: "XZ",
    0.686: "B",
    0.695: "R",
    0.698: "C",
    0.732: "U",
    0.748: "N",
    0.752: "H",
    0.77: "D",
    0.775: "G",
    0.78: "&",
    0.787: "OQ",
    0.818: "w",
    0.837: "ω",
    0.838: "#+<=>^~−±≥",
    0.863: "M",
    0.95: "%",
    0.974: "m",
    0.989: "W",
    1.0: "@—…",
}
words = st.text(st.sampled_from("abc WiLm%é漢\u0301\t"), max_size=80)


@pytest.mark.parametrize(
    ("character", "width"),
    [(character, width) for width, group in DEJAVU_SANS.items() for character in group],
)
def test_no_character_is_taken_for_narrower_than_in_a_wide_face(character, width):
    assert text_width(character, size=1) >= width - 0.005


def test_width_adds_up_and_grows_with_size_and_weight():
    assert text_width("ab", size=10) == pytest.approx(20 * text_width("a", size=0.5) * 2)
    assert text_width("ab", size=10, bold=True) > text_width("ab", size=10)
    assert text_width("é", size=1) == text_width("e", size=1)
    assert text_width("e\u0301", size=1) == text_width("e", size=1)
    assert text_width("漢", size=1) == 1


@given(words, st.floats(30, 200))
def test_wrapping_keeps_every_letter_and_fits(text, width):
    lines = wrap(text, width=width, size=10)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(text_width(one, size=10) <= width for one in lines)


def test_a_letter_wider_than_the_line_still_gets_a_line():
    assert wrap("WW", width=1, size=10) == ("W", "W")
    assert wrap("", width=1, size=10) == ("",)
