"""The options of a fit are declared once: what is read from the declaration agrees with it."""

import inspect
from dataclasses import asdict, fields
from typing import get_type_hints

import numpy as np
import pytest

from coprod_stats.cli.model_commands import sem
from coprod_stats.latent_models import LatentModelError, fit_sem
from coprod_stats.latent_models.idle_options import RULES
from coprod_stats.latent_models.sem_options import SemOptions, declared_options
from coprod_stats.latent_models.specification import Specification
from coprod_stats.sem.model.parameters import ModelOptions
from coprod_stats.sem.options import FitOptions

MODEL = "f =~ x1 + x2 + x3 + x4"
DECLARED = {option.name: option for option in declared_options()}

# the specification decides these for the core, by what else is asked for
DECIDED = {"estimator", "bootstrap", "seed", "rotation"}
# what the core is handed beside its options, or under another name
APART = {"engine", "group", "cluster", "sampling_weights", "se", "ci", "bootstrap_type"} | {
    "rotation_args",
    "rotation_se",
}


def test_every_option_is_described():
    assert [item.name for item in fields(SemOptions)] == list(DECLARED)
    for option in DECLARED.values():
        assert option.described.help.endswith(".")
        assert getattr(SemOptions(), option.name) == option.default


def test_keywords_of_the_function_are_the_options():
    parameters = inspect.signature(fit_sem).parameters
    assert list(parameters) == ["model", "data", *DECLARED]
    for name, option in DECLARED.items():
        assert parameters[name].kind is inspect.Parameter.KEYWORD_ONLY
        assert (parameters[name].default, parameters[name].annotation) == (
            option.default,
            option.hint,
        )
        assert f"\n{name} : " in fit_sem.__doc__


def test_entries_of_the_docstring():
    text = fit_sem.__doc__
    assert "\nmissing : {'listwise', 'fiml', 'pairwise', " in text
    assert "\nordered : sequence of str or 'all', default ()\n" in text
    assert "\ngroup : str, optional\n    Column of groups.\n" in text
    assert "Default: ML; WLSMV if ordered." in " ".join(text.split())
    assert "**options" not in text


def test_options_of_the_command_are_the_options():
    offered = {parameter.name: parameter for parameter in sem.params}
    for name, option in DECLARED.items():
        parameter = offered[name]
        assert option.described.help.removesuffix(".") in parameter.help
        if option.choices and hasattr(parameter.type, "choices"):
            assert parameter.type.choices == option.choices
        else:
            assert all(choice in parameter.help for choice in option.choices)


@pytest.mark.parametrize("core", [FitOptions, ModelOptions])
def test_the_core_has_the_same_defaults_and_choices(core):
    hints = get_type_hints(core)
    shared = [item for item in fields(core) if item.name in DECLARED.keys() - DECIDED]
    assert shared
    for item in shared:
        option = DECLARED[item.name]
        assert item.default == option.default
        if option.choices and item.name != "group_equal":
            assert hints[item.name] == option.hint


def test_every_option_has_its_place_in_the_core():
    core = {item.name for kind in (FitOptions, ModelOptions) for item in fields(kind)}
    assert DECLARED.keys() - core == APART


def test_rules_for_idle_options_name_options():
    assert RULES.keys() <= DECLARED.keys()


def test_choices_are_read_in_any_case(pupils):
    asked = Specification(MODEL, estimator="mlr", missing="FIML", group_equal=(), ordered="ALL")
    assert (asked.estimator, asked.missing, asked.ordered) == ("MLR", "fiml", "all")
    fit = fit_sem(MODEL, pupils, estimator="Mlr", group="school", group_equal=["Loadings"])
    assert fit.estimator == "MLR"
    assert fit.specification.group_equal == ("loadings",)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"estimator": "OLS", "se": "two-stage"}, r"estimator: unknown 'OLS'.*; se: unknown 'two-"),
        ({"missing": None}, "missing: unknown None"),
        ({"group": "g", "group_equal": ["loading"]}, "group_equal: unknown 'loading'; expected"),
        ({"ordered": "x1"}, "ordered: a list of names is needed, not 'x1'"),
        ({"se": "bootstrap", "seed": -1}, "seed: must be 0 or more, not -1"),
        ({"bootstrap": "20"}, "bootstrap: an integer is needed, not '20'"),
        ({"conf_level": "0.9"}, "conf_level: a number is needed, not '0.9'"),
        ({"std_lv": "no"}, "std_lv: True or False is needed, not 'no'"),
        ({"rotation_args": "a"}, "rotation_args: a mapping is needed, not 'a'"),
        ({"auxiliary": "x1,x2"}, "auxiliary: a list of names is needed"),
        ({"bootstrap": 9, "bootstrap_type": "bollen-stine", "ci": "bca"}, "ci has no effect"),
    ],
)
def test_what_is_no_value_of_an_option_is_refused(options, message):
    with pytest.raises(LatentModelError, match=message):
        Specification(MODEL, **options)


def test_what_is_no_option_is_no_keyword(pupils):
    with pytest.raises(TypeError, match="colour"):
        fit_sem(MODEL, pupils, colour="red")


def test_given_options_are_those_that_are_not_at_their_default():
    assert SemOptions().given == ()
    assert SemOptions(estimator="ml", missing="LISTWISE", group="g").given == ("estimator", "group")


def test_the_ledger_has_every_option_that_is_given(pupils):
    changed = {
        "group": "school",
        "group_equal": ["loadings", "regressions"],
        "group_partial": ["f=~x2"],
        "std_lv": True,
        "fixed_x": False,
        "se": "robust",
        "conf_level": 0.9,
    }
    ledger = fit_sem(MODEL, pupils, **changed).asked_and_used
    assert ledger.keys() >= changed.keys()
    assert asdict(ledger["group_equal"]) == {
        "asked": "loadings, regressions",
        "used": "loadings, regressions",
        "note": "no effect: group_equal=regressions (the model has no such free parameters)",
    }
    assert ledger["conf_level"].used == 0.9
    assert ledger["std_lv"].note == ""
    assert ledger["fixed_x"].note == "no effect: fixed_x (the model has no covariates)"
    assert ledger["se"].asked == "robust"


def test_arguments_of_a_rotation_are_in_the_ledger(pupils):
    model = 'efa("b")*f1 + efa("b")*f2 =~ x1 + x2 + x3 + x4 + x5 + x6'
    fit = fit_sem(
        model, pupils, rotation="target", rotation_args={"target": np.eye(6, 2), "std_ov": False}
    )
    assert fit.asked_and_used["rotation_args"].asked.endswith("std_ov=False")
