"""``coprod sem`` on data and models that carry no clean solution: status, code, JSON, no NaN."""

import json
import re

import numpy as np
import pytest

N = 200
TWO = "f =~ y1 + y2 + y3 + y4\ng =~ z1 + z2 + z3 + z4\n"
BIFACTOR = "b =~ y1 + y2 + y3 + y4 + z1 + z2 + z3 + z4\n" + TWO + "b ~~ 0*f + 0*g\nf ~~ 0*g\n"
FREE = "f =~ NA*y1 + y2 + y3 + y4\n"
ORDERED = ("--estimator", "WLSMV", "--ordered", "all")
FIML = ("--missing", "fiml")


def answers():
    rng = np.random.default_rng(0)
    factors = rng.normal(size=(N, 2))
    columns = {
        f"{letter}{i}": 0.8 * factors[:, f] + 0.6 * rng.normal(size=N)
        for f, letter in enumerate("yz")
        for i in (1, 2, 3, 4)
    }
    columns |= {"x": rng.normal(size=N), "group": np.repeat([1.0, 2.0], N // 2)}
    columns |= {"w": rng.uniform(0.5, 2, N), "cl": np.repeat(np.arange(40.0), 5)}
    return columns


def graded(columns):
    def codes(values):
        return np.digitize(values, np.quantile(values, [1 / 3, 2 / 3])) * 1.0

    return {name: codes(v) if name[0] in "yz" else v for name, v in columns.items()}


def apart():
    others = np.column_stack([np.ones(N), *(BASE[name] for name in ("y2", "y3", "y4"))])
    return BASE["y1"] - others @ np.linalg.lstsq(others, BASE["y1"], rcond=None)[0]


BASE, GRADED = answers(), graded(answers())
FIRST = np.arange(N) < N // 2
NEVER = {
    "y1": np.where(FIRST, np.nan, BASE["y1"]),
    "y2": np.where(FIRST, BASE["y2"], np.nan),
}
FEW = {"cl": np.repeat(np.arange(8.0), 25)}
ONE = "f =~ y1 + y2 + y3 + y4\n"
APART = {"y1": apart()}
"""A marker that is uncorrelated with the other items: their loadings grow without end."""
ALONE = {"group": np.append(3.0, BASE["group"][1:])}

# data, model, options, exit status, codes among the findings or words of the message
CASES = {
    "constant": (BASE | {"y1": np.ones(N)}, TWO, (), 1, "SEM-111.*y1"),
    "constant_fiml": (BASE | {"y1": np.ones(N)}, TWO, FIML, 1, "SEM-111.*y1"),
    "constant_ordered": (GRADED | {"y1": np.ones(N)}, TWO, ORDERED, 1, "OBS-010.*y1"),
    "constant_covariate": (BASE | {"x": np.ones(N)}, "y1 ~ x", (), 1, "SEM-111.*x"),
    "collinear": (BASE | {"y1": BASE["y2"] + BASE["y3"]}, TWO, (), 1, "SEM-112.*y1, y2, y3"),
    "collinear_fiml": (BASE | {"y1": BASE["y2"] + BASE["y3"]}, TWO, FIML, 1, "SEM-112.*y1, y2, y3"),
    "repeated_ordered": (GRADED | {"y1": GRADED["y2"]}, TWO, ORDERED, 3, {"SEM-118"}),
    "fewer_cases_than_items": (6, TWO, (), 1, "SEM-113"),
    "fewer_cases_than_items_fiml": (6, TWO, FIML, 1, "OBS-005"),
    "fewer_cases_than_parameters": (12, TWO, (), 3, {"SEM-201"}),
    "fewer_cases_robust": (12, TWO, ("--estimator", "MLR"), 3, {"SEM-201"}),
    "one_case": (1, TWO, (), 1, "OBS-003"),
    "no_case": (0, TWO, (), 1, "SEM-116"),
    "unanswered": (BASE | {"y1": np.full(N, np.nan)}, TWO, (), 1, "SEM-116.*y1"),
    "unanswered_fiml": (BASE | {"y1": np.full(N, np.nan)}, TWO, FIML, 1, "SEM-116.*y1"),
    "unanswered_ordered": (GRADED | {"y1": np.full(N, np.nan)}, TWO, ORDERED, 1, "OBS-010.*y1"),
    "never_together": (BASE | NEVER, TWO, FIML, 0, {"SEM-203"}),
    "never_together_robust": (BASE | NEVER, TWO, (*FIML, "--estimator", "MLR"), 0, {"SEM-203"}),
    "never_together_listwise": (BASE | NEVER, TWO, (), 1, "SEM-115"),
    "never_together_two_stage": (BASE | NEVER, TWO, ("--missing", "two-stage"), 1, "SEM-121.*y1"),
    "group_of_one": (BASE | ALONE, TWO, ("--group", "group"), 1, "OBS-003"),
    "group_of_one_ordered": (GRADED | ALONE, TWO, (*ORDERED, "--group", "group"), 1, "OBS-003"),
    "category_missing_in_a_group": (
        GRADED | {"y1": np.where(FIRST, np.minimum(GRADED["y1"], 1), GRADED["y1"])},
        TWO,
        (*ORDERED, "--group", "group"),
        1,
        "OBS-011.*group '1'.*y1",
    ),
    "two_indicators": (BASE, "f =~ y1 + y2", (), 3, {"SEM-103", "SEM-104"}),
    "two_indicators_ordered": (GRADED, "f =~ y1 + y2", ORDERED, 3, {"SEM-103", "SEM-104"}),
    "unidentified": (BASE, FREE, (), 3, {"SEM-104"}),
    "unidentified_fiml": (BASE, FREE, FIML, 3, {"SEM-104"}),
    "unidentified_ordered": (GRADED, FREE, ORDERED, 3, {"SEM-104"}),
    "unidentified_with_indices": (BASE, FREE, ("--modindices",), 3, {"SEM-104"}),
    "unidentified_with_scores": (BASE, FREE, ("--scores", "scores.csv"), 3, {"SEM-104"}),
    "unidentified_bootstrap": (BASE, FREE, ("--bootstrap", "20", "--seed", "1"), 3, {"SEM-104"}),
    "bifactor": (BASE, BIFACTOR, (), 0, set()),
    "no_minimum": (BASE | APART, ONE, (), 3, {"SEM-101"}),
    "no_minimum_with_indices": (BASE | APART, ONE, ("--modindices",), 3, {"SEM-101"}),
    "no_minimum_bootstrapped": (BASE | APART, ONE, ("--bootstrap", "5"), 3, {"SEM-101"}),
    "bifactor_ordered": (GRADED, BIFACTOR, ORDERED, 0, set()),
    "heywood": (
        BASE
        | {
            "y2": BASE["y1"] - 0.05 * BASE["x"] + 0.1 * BASE["z1"],
            "y3": BASE["y1"] + 2 * BASE["x"] + BASE["z2"],
        },
        "f =~ y1 + y2 + y3",
        (),
        3,
        {"SEM-105"},
    ),
    "negative_fixed_variance": (BASE, TWO + "y1 ~~ -1*y1", (), 3, {"SEM-108"}),
    "one_cluster": (BASE | {"cl": np.ones(N)}, TWO, ("--cluster", "cl"), 1, "SEM-114"),
    "few_clusters": (BASE | FEW, TWO, ("--cluster", "cl"), 0, {"SEM-202"}),
    "few_clusters_ordered": (GRADED | FEW, TWO, (*ORDERED, "--cluster", "cl"), 0, {"SEM-202"}),
    "clusters_without_robust_errors": (
        GRADED,
        TWO,
        ("--estimator", "DWLS", "--ordered", "all", "--cluster", "cl"),
        1,
        "use WLSMV",
    ),
    "zero_weights": (BASE | {"w": np.zeros(N)}, TWO, ("--sampling-weights", "w"), 1, "OBS-001"),
    "infinite": (BASE | {"y1": np.append(np.inf, BASE["y1"][1:])}, TWO, (), 1, "infinite.*y1"),
    "contradiction": (BASE, TWO.replace("y2", "a*y2") + "a == 1\na == 2", (), 1, "contradict"),
    "impossible": (BASE, TWO.replace("y2", "a*y2") + "a > 2\na < 1", (), 3, {"SEM-101"}),
    "undefined": (BASE, TWO.replace("y2", "a*y2") + "b := log(-a)", (), 1, "has no value"),
    "empty": (BASE, "# nothing\n", (), 1, "the model is empty"),
    "scores_without_factor": (BASE, "y1 ~ x", ("--scores", "s.csv"), 1, "no latent variable"),
    "units_small": (BASE | {"y1": 1e-9 * BASE["y1"]}, TWO, (), 0, set()),
    "units_large": (BASE | {"y1": 1e9 * BASE["y1"]}, TWO, (), 0, set()),
    "units_mixed": (
        BASE | {"y1": 1e6 * BASE["y1"], "z1": 1e-5 * BASE["z1"]},
        TWO,
        (*FIML, "--estimator", "MLR"),
        0,
        set(),
    ),
}


def write(columns, path):
    if isinstance(columns, int):
        columns = {name: values[:columns] for name, values in BASE.items()}
    lines = [",".join(columns)]
    for row in zip(*columns.values(), strict=True):
        lines.append(",".join("" if value != value else repr(float(value)) for value in row))
    path.write_text("\n".join(lines) + "\n")


@pytest.mark.parametrize("name", CASES)
def test_what_is_said(name, coprod, tmp_path):
    columns, model, options, status, said = CASES[name]
    write(columns, tmp_path / "data.csv")
    (tmp_path / "model.txt").write_text(model)
    shown = coprod("sem", "model.txt", "--data", "data.csv", "--json", "fit.json", *options)
    assert shown.returncode == status, shown.stderr
    assert "Traceback" not in shown.stderr
    file = tmp_path / "fit.json"
    if isinstance(said, str):
        assert status == 1
        assert re.search(said, shown.stderr.replace("\n", " ")), shown.stderr
        return
    text = file.read_text()
    assert "NaN" not in text
    assert "Infinity" not in text
    found = json.loads(text)
    assert said <= {warning["code"] for warning in found["warnings"]}
    assert all(warning["message"] for warning in found["warnings"])
    assert found["proper"] == (status == 0)
    assert found["converged"] or status == 3
