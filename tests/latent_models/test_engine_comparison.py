import shutil

import pytest

from coprod_stats.latent_models import LatentModelError, compare_engines, fit_sem
from coprod_stats.latent_models.engines import lavaan_engine


@pytest.fixture(scope="module")
def fit(holzinger, pupils):
    return fit_sem(holzinger, pupils)


def test_semopy_agrees(fit):
    table = compare_engines(fit)
    assert list(table.columns) == ["name", "what", "ours", "theirs", "difference"]
    assert {"est", "std_all", "fit"} == set(table["what"])
    assert table["difference"].abs().max() < 1e-5


def test_what_semopy_lacks_is_said(holzinger, pupils):
    with pytest.raises(LatentModelError, match="estimator MLR"):
        compare_engines(fit_sem(holzinger, pupils, estimator="MLR"))


def test_without_r_lavaan_is_refused(fit, monkeypatch):
    monkeypatch.setattr(lavaan_engine.shutil, "which", lambda _: None)
    with pytest.raises(LatentModelError, match="needs Rscript"):
        compare_engines(fit, "lavaan")


def test_what_r_reports_is_told(fit, monkeypatch, tmp_path):
    failing = tmp_path / "Rscript"
    failing.write_text("#!/bin/sh\necho no package called lavaan >&2\nexit 1\n")
    failing.chmod(0o755)
    monkeypatch.setattr(lavaan_engine.shutil, "which", lambda _: str(failing))
    with pytest.raises(LatentModelError, match="no package called lavaan"):
        compare_engines(fit, "lavaan")
    failing.write_text("#!/bin/sh\nexec sleep 5\n")
    monkeypatch.setattr(lavaan_engine, "TIME_LIMIT", 0.2)
    with pytest.raises(LatentModelError, match="more than"):
        compare_engines(fit, "lavaan")


@pytest.mark.r
@pytest.mark.parametrize(
    ("model", "options"),
    [
        ("f =~ x1 + x2 + x3 + x4\nf ~ ageyr", {}),
        ("f =~ x1 + b*x2 + x3 + x4\nc := b*b", {"estimator": "MLR", "group": "school"}),
        ("f =~ x1 + x2 + x3 + x4", {"std_lv": True, "likelihood": "wishart"}),
        ("f =~ x1 + x2 + x3 + x4", {"estimator": "DWLS", "se": "robust", "conf_level": 0.9}),
        (
            "f =~ x1 + x2 + x3 + x4",
            {"group": "school", "group_equal": ["loadings", "intercepts"], "missing": "fiml"},
        ),
    ],
)
def test_lavaan_agrees(pupils, model, options):
    if shutil.which("Rscript") is None:
        pytest.skip("Rscript is not installed")
    table = compare_engines(fit_sem(model, pupils, **options), "lavaan")
    # lavaan stops up to 3.5e-4 from the optimum
    assert table["difference"].abs().max() < 5e-4
