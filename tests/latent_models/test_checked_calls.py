"""A type checker knows the keywords of ``fit_sem``, though only the declaration lists them."""

from pathlib import Path

import pytest
from mypy import api

ROOT = Path(__file__).parents[2]
CALL = """
import pandas as pd
from coprod_stats import fit_sem

fit_sem(model="f =~ x", data=pd.DataFrame(), {keywords})
"""


@pytest.mark.parametrize(
    ("keywords", "fault"),
    [
        ('estimator="MLR", ordered=["x"], group=None, conf_level=0.9', None),
        ('estimator="OLS"', 'Argument "estimator"'),
        ('bootstrap="ten"', 'Argument "bootstrap"'),
        ('colour="red"', 'Unexpected keyword argument "colour"'),
    ],
)
def test_keywords_are_checked(keywords, fault, monkeypatch, tmp_path):
    monkeypatch.chdir(ROOT)
    call = tmp_path / "call.py"
    call.write_text(CALL.format(keywords=keywords))
    told, said, status = api.run([str(call)])
    assert said == ""
    assert status == (fault is not None), told
    assert (fault or "Success") in told
