"""The saturated model is computed once for models of the same answers, and for no others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from coprod_stats.sem.fit import fit
from coprod_stats.sem.incomplete_sample import IncompleteSample, incomplete_samples
from coprod_stats.sem.inference import saturated_model as module
from coprod_stats.sem.inference.kept_models import MOST_KEPT, saturated_models_kept
from coprod_stats.sem.inference.saturated_model import saturated_model
from coprod_stats.sem.options import FitOptions
from coprod_stats.sem.sample import SemData

NAMES = ("a", "b", "c", "d")
ALL = np.arange(14)


def answers(seed: int = 3) -> SemData:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(200, 1)) + rng.normal(size=(200, 4))
    values[rng.random(values.shape) < 0.1] = np.nan
    return SemData(values, NAMES)


def sample(seed: int = 3) -> IncompleteSample:
    (found,) = incomplete_samples(answers(seed), [NAMES])
    return found


def test_the_same_answers_share_one_and_others_have_their_own() -> None:
    with saturated_models_kept():
        first = saturated_model(sample(), ALL)
        assert saturated_model(sample(), ALL) is first
        assert saturated_model(sample(4), ALL) is not first
        assert saturated_model(sample(), ALL[1:]) is not first
        weighted = replace(sample(), weights=np.full(200, 2.0))
        assert saturated_model(weighted, ALL) is not first
        clustered = replace(sample(), clusters=np.repeat(np.arange(50), 4))
        assert saturated_model(clustered, ALL) is not first


def test_nothing_is_kept_beyond_what_asked_for_it() -> None:
    with saturated_models_kept():
        first = saturated_model(sample(), ALL)
        with saturated_models_kept():
            assert saturated_model(sample(), ALL) is first
        assert saturated_model(sample(), ALL) is first
        for seed in range(10, 10 + MOST_KEPT):
            saturated_model(sample(seed), ALL)
        assert saturated_model(sample(), ALL) is not first, "the oldest gives way"
    assert saturated_model(sample(), ALL) is not saturated_model(sample(), ALL)


def test_fits_agree_to_the_last_digit_whether_shared_or_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    computed = []
    original = module.saturated_meat
    monkeypatch.setattr(module, "saturated_meat", lambda s: computed.append(s) or original(s))
    options = FitOptions(estimator="MLR", missing="fiml")
    models = ["f =~ a + b + c + d", "f =~ a + b + c + d\na ~~ b"]
    alone = [fit(model, answers(), options).indices for model in models]
    assert len(computed) == 2, "once a fit: its test, its baseline's, its robust indices"
    with saturated_models_kept():
        together = [fit(model, answers(), options).indices for model in models]
    assert len(computed) == 3
    assert together == alone
