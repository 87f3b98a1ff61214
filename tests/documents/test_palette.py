import pytest

from coprod_stats.documents.palette import SHADES, contrast, diverging, readable_on, sequential

TEXT_ROLES = (
    "ink",
    "muted",
    "accent",
    "positive",
    "negative",
    "caution",
)


def test_contrast_of_black_and_white_is_21():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("role", TEXT_ROLES)
@pytest.mark.parametrize("behind", ["surface", "panel"])
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_text_keeps_the_contrast_of_wcag_aa(role, behind, mode):
    assert contrast(getattr(SHADES[role], mode), getattr(SHADES[behind], mode)) >= 4.5


@pytest.mark.parametrize("role", ["series-1", "series-2", "series-3", "series-4"])
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_marks_keep_the_contrast_of_wcag_for_graphics(role, mode):
    assert contrast(getattr(SHADES[role], mode), getattr(SHADES["panel"], mode)) >= 3


@pytest.mark.parametrize("scale", [diverging, sequential])
@pytest.mark.parametrize("n_steps", range(1, 12))
def test_scales_have_one_distinct_colour_for_each_step(scale, n_steps):
    colours = scale(n_steps)
    assert len(set(colours)) == n_steps
    assert all(contrast(readable_on(colour), colour) >= 4.5 for colour in colours)


def test_the_middle_of_an_odd_diverging_scale_is_grey():
    middle = diverging(7)[3]
    assert middle == diverging(5)[2] == "#dde1e6"
