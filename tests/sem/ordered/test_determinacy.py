"""Categories that hardly anybody chose, and correlations that the answers do not determine."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tolerances import assert_agrees

from coprod_stats import CoprodError, fit_sem, polychoric
from coprod_stats.latent_models import SemFit

ROOT = Path(__file__).parents[3]
REFERENCE = json.loads((ROOT / "tests/oracles/rare_categories.json").read_text(encoding="utf-8"))
ITEMS = [f"x{number}" for number in range(1, 6)]
MODEL = "f =~ x1 + x2 + x3 + x4 + x5"


def answers(n: int, *, seed: int = 1) -> pd.DataFrame:
    """Draw synthetic answers in four categories to five items of one factor."""
    rng = np.random.default_rng(seed)
    latent = 0.7 * rng.normal(size=(n, 1)) + 0.7 * rng.normal(size=(n, 5))
    codes = np.digitize(latent, [-1, 0, 1]) + 1
    return pd.DataFrame(codes.astype(float), columns=ITEMS)


def lone(data: pd.DataFrame, item: str, *others: int) -> pd.DataFrame:
    """Let everybody give an item the answer 1, but one case each the others."""
    data[item] = 1.0
    data.loc[list(range(len(others))), item] = [float(other) for other in others]
    return data


def told(fit: SemFit) -> dict[str, str]:
    """Return the messages of a fit by their codes."""
    return {warning.code: warning.message for warning in fit.warnings}


@pytest.mark.parametrize("case", ["top", "binary"])
def test_a_category_of_one_case_gives_the_estimates_of_lavaan(case: str) -> None:
    names = [f"COP{number}" for number in range(1, 6)]
    data = pd.read_csv(ROOT / "sample_data/carers.csv")[names].dropna().reset_index(drop=True)
    if case == "top":
        data.loc[0, "COP1"] = 9
    else:
        data = lone(data, "COP5", 2)
    fit = fit_sem(f"f =~ {' + '.join(names)}", data, estimator="WLSMV", ordered="all")
    reference = REFERENCE[case]
    assert fit.converged is reference["converged"]
    loadings = fit.tidy().query("op == '=~'")
    assert_agrees(loadings["estimate"], reference["est"], "unpolished")
    assert_agrees(loadings["std_error"], reference["se"], "unpolished")
    ours = [fit.fit[name] for name in ("chisq_scaled", "df_scaled", "pvalue_scaled")]
    assert_agrees(ours, list(reference["fit"].values()), "unpolished")


def at_the_top(n: int, *, seed: int = 1) -> pd.DataFrame:
    """Let the one case with another answer to x1 give the highest answer to all other items."""
    data = lone(answers(n, seed=seed), "x1", 2)
    data.loc[0, ITEMS[1:]] = 4.0
    return data


def test_correlations_that_hardly_rest_on_anything_are_told() -> None:
    fit = fit_sem(MODEL, at_the_top(300), estimator="WLSMV", ordered="all")
    message = told(fit)["SEM-217"]
    assert "only 1 case chose category 2 (by rank)" in message
    assert "join rare categories with a neighbouring one" in message
    assert message.endswith(": x1, x2, x3, x4, x5")


def test_a_rare_category_among_others_is_no_caution() -> None:
    data = answers(300)
    data.loc[0, "x1"] = 5.0
    assert "SEM-217" not in told(fit_sem(MODEL, data, estimator="WLSMV", ordered="all"))


@pytest.mark.parametrize("estimator", ["WLSMV", "ULSMV", "WLSM", "DWLS", "WLS"])
@pytest.mark.parametrize("rare", [(2,), (2, 3), (2, 2)])
@pytest.mark.parametrize("n", [15, 40, 150])
def test_no_fit_with_rare_categories_ends_without_a_reason(
    estimator: str, rare: tuple[int, ...], n: int
) -> None:
    data = lone(answers(n, seed=n), "x1", *rare)
    if n == 15:
        data = lone(data, "x4", *rare)
    try:
        messages = told(fit_sem(MODEL, data, estimator=estimator, ordered="all"))
    except CoprodError as error:
        said = str(error)
    else:
        assert messages
        said = " ".join(messages.values())
    named = "(x1" in said or "(x4" in said or "x1, " in said
    assert "use DWLS" in said or "within 200 steps" in said or named
    assert "within 0 steps" not in said


@pytest.mark.parametrize(("n", "estimator"), [(300, "ULSMV"), (100, "WLSMV"), (60, "WLS")])
def test_a_correlation_without_any_information_is_refused_by_name(n: int, estimator: str) -> None:
    with pytest.raises(CoprodError) as caught:
        fit_sem(MODEL, at_the_top(n), estimator=estimator, ordered="all")
    assert str(caught.value).startswith("OBS-017: the answers do not determine the correlation")
    assert "only 1 case chose category 2 (by rank)" in str(caught.value)
    assert str(caught.value).endswith("(x1, x2)")


def test_the_group_is_named() -> None:
    first = answers(60, seed=2)
    first["x1"] = np.where(first["x1"] > 2, 2.0, 1.0)
    data = pd.concat([first, at_the_top(60)], ignore_index=True)
    data["g"] = ["a"] * 60 + ["b"] * 60
    with pytest.raises(CoprodError, match=r"OBS-017: group 'b': .*category 2 \(by rank\)"):
        fit_sem(MODEL, data, estimator="WLSMV", ordered=ITEMS, group="g")


def test_with_covariates_the_rare_category_is_named() -> None:
    data = lone(answers(80), "x1", 2)
    data["z"] = np.linspace(-1, 1, 80)
    with pytest.raises(CoprodError, match=r"OBS-012.*only 1 case chose category 2 \(by rank\)"):
        fit_sem(f"{MODEL}\nf ~ z", data, estimator="WLSMV", ordered=ITEMS)


def test_with_a_continuous_item_the_rare_category_is_named() -> None:
    data = lone(answers(30), "x1", 2)
    data["c"] = np.where(data["x1"] == 2.0, 5.0, np.linspace(-1, 1, 30))
    with pytest.raises(CoprodError, match=r"OBS-017.*only 1 case chose category 2 \(by rank\)"):
        fit_sem(f"{MODEL} + c", data, estimator="ULSMV", ordered=ITEMS)


def test_polychoric_correlations_of_a_rare_category_end_at_their_bound() -> None:
    found = polychoric(at_the_top(40)).to_numpy()
    assert found[0, 1:] == pytest.approx(0.999)
    assert np.abs(found[1:, 1:] - np.eye(4)).max() < 0.9
