"""Simulated answers: only the questionnaire's codes, only what is asked, the population's truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm

from coprod_stats.instruments.model import DONT_KNOW
from coprod_stats.responses import Responses, read_responses
from coprod_stats.study.plan_reading import read_plan
from coprod_stats.study.synthetic_sample import SyntheticSample, draw_sample, write_sample


@pytest.fixture
def clean(plan) -> SyntheticSample:
    return draw_sample(plan(), n_rows=20_000, clean=True)


def bound(sample: SyntheticSample, plan_path, folder) -> Responses:
    write_sample(sample, folder / "drawn.csv")
    return read_responses(folder / "drawn.csv", read_plan(plan_path).instrument)


def test_the_seed_decides(plan) -> None:
    first, again = draw_sample(plan(), seed=1), draw_sample(plan(), seed=1)
    assert first.answers.equals(again.answers)
    assert first.careless == again.careless
    assert not first.answers.equals(draw_sample(plan(), seed=2).answers)


def test_every_answer_fits_the_questionnaire(plan, tmp_path) -> None:
    sample = draw_sample(plan())
    found = bound(sample, plan(), tmp_path)
    assert found.rejected == ()
    assert found.answers.drop(columns="NAME").equals(sample.answers.drop(columns="NAME"))
    assert found.n_respondents == 400


def test_routing_is_respected(clean, plan, tmp_path) -> None:
    found = bound(clean, plan(), tmp_path)
    for item in found.instrument.questions:
        asked = found.asked(item)
        kinds = found.missing_kinds(list(item.columns))
        assert (kinds[~asked] == "not asked").all(axis=None)
        assert (kinds[asked] != "not asked").all(axis=None)


def test_shares_of_answers_and_groups(clean) -> None:
    table = clean.answers
    shares = table["B1"].value_counts(normalize=True).sort_index()
    np.testing.assert_allclose(shares, [0.1, 0.2, 0.4, 0.2, 0.1], atol=0.015)
    assert (table["USE"] == 1).mean() == pytest.approx(0.75, abs=0.01)
    assert (table["USE"] == 6).mean() == pytest.approx(0.0625, abs=0.006)
    assert table["WAY__1"].mean() == pytest.approx(0.75, abs=0.01)
    assert table["AGE"].between(18, 90).all()


SHARES = np.array([0.1, 0.2, 0.4, 0.2, 0.1])
CODES = np.arange(1, 6)


def squared_correlation_with_the_response() -> float:
    """How much a five-category item keeps of its normal response: sum of densities at the cuts."""
    cuts = norm.ppf(SHARES.cumsum()[:-1])
    variance = SHARES @ CODES**2 - (SHARES @ CODES) ** 2
    return float(norm.pdf(cuts).sum() ** 2 / variance)


def test_latent_correlations_are_recovered(plan) -> None:
    """Items correlate as their latent responses, weakened by their categories (first order)."""
    sample = draw_sample(plan(("icc: 0.1", "icc: 0.0")), n_rows=40_000, clean=True)
    users = sample.answers[sample.answers["USE"] == 1]
    observed = users[["A1", "A2", "A3", "B1", "B2", "B3"]].corr().to_numpy()
    attenuation = squared_correlation_with_the_response()
    within_a = -0.9 * 0.8 * attenuation
    across = 0.9 * 0.8 * 0.5 * attenuation
    assert observed[0, 1] == pytest.approx(within_a, abs=0.02)
    assert observed[0, 3] == pytest.approx(across, abs=0.02)
    assert observed[1, 3] < 0, "A2 is reverse-keyed"


def test_clusters_share_their_part_of_the_variance(plan) -> None:
    sample = draw_sample(
        plan(("count: 20", "count: 400"), ("icc: 0.1", "icc: 0.4")), n_rows=20_000, clean=True
    )
    groups = sample.answers.groupby("TOWN")["A1"]
    size = groups.size().mean()
    between, within = groups.mean().var(), groups.var().mean()
    icc = (between - within / size) / (between - within / size + within)
    assert sample.answers["TOWN"].nunique() == 400
    assert icc == pytest.approx(0.4 * 0.9**2 * squared_correlation_with_the_response(), abs=0.04)


def test_gaps_are_as_rare_as_declared_and_only_where_offered(plan) -> None:
    table = draw_sample(plan(), n_rows=20_000).answers
    for item in ("A1", "A2", "B1"):
        assert (table[item] == -9).mean() == pytest.approx(0.02 * 0.9, abs=0.004)
        assert (table[item] == -7).mean() == pytest.approx(0.01 * 0.9, abs=0.003)
    assert (table["ATT"] > 0).all()


def test_careless_respondents_are_planted_and_named(plan) -> None:
    sample = draw_sample(plan(), n_rows=10_000)
    careless = sample.answers["RID"].isin(sample.careless)
    assert careless.mean() == pytest.approx(0.1, abs=0.01)
    assert (sample.answers.loc[~careless, "ATT"] == 2).all()
    assert (sample.answers.loc[careless, "ATT"] == 2).mean() < 0.45
    assert sample.answers.loc[careless, "SECS"].mean() == pytest.approx(60, abs=2)
    straight = sample.answers[["A1", "A2", "A3", "B1", "B2"]].nunique(axis=1) == 1
    assert straight[careless].mean() == pytest.approx(0.5, abs=0.06)
    assert sample.careless


def test_clean_samples_have_neither(clean) -> None:
    assert clean.careless == ()
    assert (clean.answers[["A1", "A2", "A3", "B1", "B2"]] > 0).all(axis=None)


def test_without_clusters_and_careless(plan) -> None:
    path = plan(
        ("clusters: {column: TOWN, count: 20, icc: 0.1}\n", ""),
        ("careless: {share: 0.1, seconds: {mean: 60, sd: 5}, attention_passed: 0.2}\n", ""),
    )
    sample = draw_sample(path)
    assert sample.careless == ()
    assert (sample.answers["TOWN"] == "").all()


def test_another_form_of_the_questionnaire(plan) -> None:
    assert "MORE" not in draw_sample(plan()).answers
    assert draw_sample(plan(), form="long").answers["MORE"].between(0, 9).all()


def test_choices_keep_to_their_limits_and_exclusive_ones_stand_alone(clean) -> None:
    ticks = clean.answers[[f"PLACE__{code}" for code in (1, 2, 3, 4, 8, 9)]].to_numpy()
    together, alone = ticks[:, :4].sum(axis=1), ticks[:, 4:].sum(axis=1)
    assert set(zip(together, alone, strict=True)) == {(0, 0), (2, 0), (3, 0), (0, 1)}


def test_a_method_factor_joins_items_of_all_its_scales_in_their_direction(plan) -> None:
    """Without the path, A and B have in common what the method factor gives them."""
    path = plan(
        ("paths: {B: {A: 0.5}}", "paths: {}\nmethod_factors: {halo: {A: 0.4, B: 0.5}}"),
        ("icc: 0.1", "icc: 0.0"),
    )
    sample = draw_sample(path, n_rows=40_000, clean=True)
    users = sample.answers[sample.answers["USE"] == 1]
    observed = users[["A1", "A2", "A3", "B1"]].corr().to_numpy()
    attenuation = squared_correlation_with_the_response()
    assert observed[0, 3] == pytest.approx(0.4 * 0.5 * attenuation, abs=0.02)
    assert observed[1, 3] == pytest.approx(-0.4 * 0.5 * attenuation, abs=0.02)
    within_a = (0.9 * 0.7 + 0.4**2) * attenuation
    assert observed[0, 2] == pytest.approx(within_a, abs=0.02)
    assert sample.truth()["method_factors"] == {"halo": {"A": 0.4, "B": 0.5}}
    assert "method_factors" not in draw_sample(plan(("icc: 0.1", "icc: 0.0"))).truth()


def test_a_method_factor_of_two_items_joins_no_others(plan) -> None:
    path = plan(
        ("paths: {B: {A: 0.5}}", "paths: {}\nmethod_factors: {meaning: {A2: 0.5, B1: 0.5}}"),
        ("icc: 0.1", "icc: 0.0"),
    )
    sample = draw_sample(path, n_rows=40_000, clean=True)
    users = sample.answers[sample.answers["USE"] == 1]
    observed = users[["A1", "A2", "A3", "B1"]].corr().to_numpy()
    attenuation = squared_correlation_with_the_response()
    assert observed[1, 3] == pytest.approx(-0.5 * 0.5 * attenuation, abs=0.02)
    assert observed[0, 3] == pytest.approx(0, abs=0.02)
    assert observed[2, 3] == pytest.approx(0, abs=0.02)
    assert observed[0, 2] == pytest.approx(0.9 * 0.7 * attenuation, abs=0.02)


def test_a_population_states_only_where_it_differs_from_another(plan, tmp_path) -> None:
    path = plan()
    other = tmp_path / "other.yaml"
    other.write_text('population: other\nabout: "O"\nlike: population.yaml\nseed: 6\n')
    like = draw_sample(path, population=other)
    assert like.seed == 6
    assert like.answers.equals(draw_sample(path, seed=6).answers)
    assert like.population.about == "O"
    assert not like.answers.equals(draw_sample(path).answers)


MORE = 'kind: number, text: "More?", number: {min: 0, max: 9}, forms: [long]'


@pytest.mark.parametrize(
    "asked",
    [
        "kind: number, number: {max: -20}",
        "kind: number, number: {max: -0.5}",
        "kind: number, number: {min: -3.5}",
        "kind: number, number: {min: 0.5, max: 2.5}",
        "kind: number, number: {min: 0.2, max: 0.4, whole: false}",
        "kind: number, number: {min: 7, max: 7, whole: false}",
        "kind: number, number: {max: -1e12}",
        'kind: date, date: {max: "0001-01-02"}',
        'kind: date, date: {min: "9999-12-31"}',
        'kind: date, date: {min: "0001-01-01", max: "9999-12-31"}',
    ],
)
def test_answers_stay_in_a_range_wherever_it_lies(asked: str, plan, tmp_path) -> None:
    path = plan()
    questionnaire = tmp_path / "tiny.yaml"
    text = questionnaire.read_text(encoding="utf-8")
    assert MORE in text
    questionnaire.write_text(text.replace(MORE, f'{asked}, text: "More?"'), encoding="utf-8")
    found = bound(draw_sample(path, clean=True), path, tmp_path)
    assert found.rejected == ()
    assert found.answers["MORE"].notna().all()


def test_a_narrow_range_is_drawn_from_throughout(plan, tmp_path) -> None:
    path = plan()
    questionnaire = tmp_path / "tiny.yaml"
    asked = 'kind: number, text: "More?", number: {min: 0.2, max: 0.4, whole: false}'
    text = questionnaire.read_text(encoding="utf-8")
    questionnaire.write_text(text.replace(MORE, asked), encoding="utf-8")
    drawn = draw_sample(path, clean=True).answers["MORE"]
    assert drawn.between(0.2, 0.4).all()
    assert drawn.nunique() > 50
    assert drawn.mean() == pytest.approx(0.3, abs=0.02)


@pytest.mark.parametrize(
    ("limits", "mean", "low", "high"),
    [
        ("{min: 0}", 2000, 0, math.inf),
        ("{max: 3}", -2000, -math.inf, 3),
        ("{whole: false}", -0.5, -math.inf, math.inf),
        ("{min: 1990}", 2000, 1990, math.inf),
    ],
)
def test_an_open_range_lies_where_the_population_says(
    plan, tmp_path, limits, mean, low, high
) -> None:
    path = plan(("numbers: {", f"numbers: {{MORE: {{mean: {mean}, sd: 10}}, "))
    questionnaire = tmp_path / "tiny.yaml"
    text = questionnaire.read_text(encoding="utf-8")
    asked = f'kind: number, text: "More?", number: {limits}'
    questionnaire.write_text(text.replace(MORE, asked), encoding="utf-8")
    drawn = draw_sample(path, n_rows=2000, clean=True).answers["MORE"]
    assert drawn.between(low, high).all()
    assert drawn.median() == pytest.approx(mean, abs=1.5)
    assert drawn.nunique() > 20


CONSENT = """          - {id: CONS, kind: consent, text: "OK?", offers: [], options: {1: Y, 2: N}}
          - {id: USE, when: CONS == 1,"""


@pytest.mark.parametrize(
    ("weights", "refused"), [("", 1 / 2), ("CONS: {1: 19, 2: 1}, ", 1 / 20), ("CONS: {1: 1}, ", 0)]
)
def test_who_refuses_or_is_screened_out_follows_from_the_weights(
    plan, weights: str, refused: float
) -> None:
    path = plan(("answers: {WAY", f"answers: {{{weights}WAY"))
    file = path.parent / "tiny.yaml"
    text = file.read_text(encoding="utf-8").replace("          - {id: USE,", CONSENT)
    file.write_text(text, encoding="utf-8")
    drawn = draw_sample(path, n_rows=4_000, clean=True).answers
    left = drawn["CONS"] == 2
    assert len(drawn) == 4_000
    assert left.mean() == pytest.approx(refused, abs=4 * math.sqrt(0.25 / 4_000))
    assert drawn.loc[left, "USE"].isna().all()
    # whom the screening question lets through is what the groups say
    assert drawn.loc[~left, "USE"].eq(1).mean() == pytest.approx(0.75, abs=0.04)


def test_variants_differ_in_the_items_that_they_name_and_in_no_others(plan) -> None:
    variants = (
        "variants:\n  TOWN:\n    en: {share: 0.5}\n"
        "    xx: {share: 0.5, loadings: {A1: 0.2}, intercepts: {A2: 1.0, B: -0.5}}\n"
    )
    answers = draw_sample(
        plan(("clusters: {column: TOWN, count: 20, icc: 0.1}\n", variants)), n_rows=8000, clean=True
    ).answers
    en, xx = (answers[answers["TOWN"] == name] for name in ("en", "xx"))
    assert len(xx) / len(answers) == pytest.approx(0.5, abs=0.03)
    keyed = {id: xx[id].mean() - en[id].mean() for id in ("A1", "A2", "A3", "B1", "B2")}
    keyed["A2"] *= -1  # scored in the other direction
    assert keyed["A2"] > 0.8
    assert keyed["B1"] == pytest.approx(keyed["B2"], abs=0.1)
    assert keyed["B1"] < -0.4
    assert keyed["A1"] == pytest.approx(0, abs=0.08)
    assert keyed["A3"] == pytest.approx(0, abs=0.08)
    assert xx["A1"].corr(xx["A3"]) < 0.25
    assert en["A1"].corr(en["A3"]) > 0.45


def test_who_selects_an_answer_follows_from_the_factors(plan) -> None:
    selection = "selection: {WAY__1: {A: 0.6}, USE: {B: -0.6}, PLACE__2: {A: 0.5}}\n"
    sample = draw_sample(plan(("clusters:", f"{selection}clusters:")), n_rows=6000, clean=True)
    answers = sample.answers
    one = answers["WAY__1"] == 1
    assert one.mean() == pytest.approx(0.75, abs=0.03)
    assert answers.loc[one, "A1"].mean() - answers.loc[~one, "A1"].mean() > 0.6
    assert answers.loc[one, "WAY__2"].mean() == pytest.approx(
        answers.loc[~one, "WAY__2"].mean(), abs=0.04
    )
    assert set(answers["USE"]) == {1, 2, 6}  # one kind of respondent chooses between 2 and 6
    early = answers["USE"] == 6
    assert answers.loc[early, "B1"].mean() < answers.loc[answers["USE"] == 2, "B1"].mean() - 0.5
    ticked = answers[["PLACE__1", "PLACE__2", "PLACE__3", "PLACE__4"]].sum(axis=1)
    alone = answers[["PLACE__8", "PLACE__9"]].sum(axis=1)
    assert set(ticked) <= {0, 2, 3}
    assert not ((ticked > 0) & (alone > 0)).any()
    assert sample.truth()["selection"]["WAY__1"] == {"A": 0.6}


def test_dont_knows_depend_on_the_answer_and_on_the_background(plan) -> None:
    stated = (
        "dont_know_of:\n  - {items: [B1], share: 0.2, answer: -1.0}\n"
        "  - {items: [A], share: 0.2, background: {AGE: 0.8}}\n"
    )
    sample = draw_sample(
        plan(("dont_know: 0.02\n", stated), ("careless: {share: 0.1,", "careless: {share: 0.0,")),
        n_rows=6000,
    )
    answers = sample.answers
    unknown = (answers[["A1", "A2", "A3", "B1", "B2"]] == DONT_KNOW).mean()
    assert unknown[["A1", "A2", "A3", "B1"]].between(0.17, 0.23).all()
    assert unknown["B2"] == 0
    low = answers["B2"] <= 2
    gap = answers["B1"] == DONT_KNOW
    assert gap[low].mean() > gap[~low].mean() + 0.15
    older = answers["AGE"] > answers["AGE"].median()
    assert gap[older].mean() == pytest.approx(gap[~older].mean(), abs=0.03)
    gap = answers["A1"] == DONT_KNOW
    assert gap[older].mean() > gap[~older].mean() + 0.15
    assert sample.truth()["dont_know_of"][0]["answer"] == -1.0


def test_the_codes_that_must_fire_are_kept_with_the_truth(plan) -> None:
    sample = draw_sample(plan(("rows: 400", "rows: 400\nfires: [HALO-001]")), n_rows=2)
    assert sample.truth()["diagnostics_that_must_fire"] == ["HALO-001"]
    assert "diagnostics_that_must_fire" not in draw_sample(plan(), n_rows=2).truth()
