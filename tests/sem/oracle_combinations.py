"""How the models of tests/oracles/sem_combinations.json are fitted here."""

from __future__ import annotations

import numpy as np

from coprod_stats.sem.model.parameters import ModelOptions
from coprod_stats.sem.options import FitOptions
from coprod_stats.sem.sample import SemData

MODEL = {
    "mimic_means": {"meanstructure": True},
    "mixed_random": {"fixed_x": False},
    "groups": {"group_equal": ("loadings", "intercepts")},
    "groups_mimic": {"group_equal": ("regressions",)},
    "growth": {"model_type": "growth"},
}
OPTIONS = {
    "groups_wishart": ({"likelihood": "wishart"}, {}),
    "stdlv_groups": ({}, {"std_lv": True, "group_equal": ("loadings",)}),
    "robust_se_ML": ({"standard_errors": "robust"}, {}),
    "robust_se_FIML": ({"standard_errors": "robust", "missing": "fiml"}, {}),
    "observed_MLM": ({"estimator": "MLR", "information": "expected"}, {}),
    "twostage_groups": ({"missing": "two-stage"}, {}),
}


def options_of(name):
    if name in OPTIONS:
        fit, model = OPTIONS[name]
    else:
        kind, estimator = name.rsplit("_", 1)
        fit, model = {"estimator": estimator}, MODEL.get(kind, {})
    return FitOptions(**fit, model=ModelOptions(**model))


def data_of(case, read_columns, read_numbers):
    columns = read_columns(case["data"])
    names = [n for n in columns if n not in ("school", "id", "sex")]
    labels = tuple(case["group_labels"] or [""])
    groups = None
    if len(labels) > 1:
        groups = np.array([labels.index(value) for value in columns["school"]])
    return SemData(read_numbers(case["data"], names), tuple(names), groups, labels)
