"""How each reference model of lavaan is fitted here: name of the JSON to options and columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from coprod_stats.sem.rotation.options import RotationOptions

SCALAR = ("loadings", "intercepts")
STRICT = (*SCALAR, "residuals")


@dataclass(frozen=True)
class Case:
    fit: dict[str, Any] = field(default_factory=dict)
    model: dict[str, Any] = field(default_factory=dict)
    group: str | None = None
    weights: str | None = None
    clusters: str | None = None


def invariance(*families: str, **fit: Any) -> Case:
    return Case(fit, {"group_equal": families}, group="school")


MEANS = {"meanstructure": True}
MLR = {"estimator": "MLR"}
FIML = {"missing": "fiml"}

CASES = {
    "hs_cfa_ml": Case(),
    "hs_cfa_ml_stdlv": Case(model={"std_lv": True}),
    "hs_cfa_ml_effectcoding": Case(model={"effect_coding": True, **MEANS}),
    "hs_cfa_ml_means": Case(model=MEANS),
    "hs_cfa_ml_wishart": Case({"likelihood": "wishart"}),
    "hs_cfa_ml_obsinfo": Case({"information": "observed"}),
    "hs_cfa_mlr": Case(MLR),
    "hs_cfa_mlm": Case({"estimator": "MLM"}),
    "hs_cfa_mlmv": Case({"estimator": "MLMV"}),
    "hs_cfa_mlmvs": Case({"estimator": "MLMVS"}),
    "hs_cfa_gls": Case({"estimator": "GLS"}),
    "hs_cfa_uls": Case({"estimator": "ULS"}),
    "hs_cfa_ulsmv": Case({"estimator": "ULSMV"}),
    "hs_cfa_dwls": Case({"estimator": "DWLS"}),
    "hs_cfa_wls": Case({"estimator": "WLS"}),
    "hs_cfa_secondorder": Case(),
    "hs_listwise": Case(),
    "hs_mimic_ml": Case(model=MEANS),
    "hs_mimic_mlr": Case(MLR, MEANS),
    "hs_path_fixedx": Case(),
    "hs_path_randomx": Case(model={"fixed_x": False}),
    "hs_latent_interaction": Case(MLR, MEANS),
    "hs_mg_configural": invariance(),
    "hs_mg_metric": invariance("loadings"),
    "hs_mg_scalar": invariance(*SCALAR),
    "hs_mg_strict": invariance(*STRICT),
    "hs_mg_strict_means": invariance(*STRICT, "means"),
    "hs_mg_configural_mlr": invariance(**MLR),
    "hs_mg_metric_mlr": invariance("loadings", **MLR),
    "hs_mg_scalar_mlr": invariance(*SCALAR, **MLR),
    "hs_mg_strict_mlr": invariance(*STRICT, **MLR),
    "hs_mg_strict_means_mlr": invariance(*STRICT, "means", **MLR),
    "hs_mg_partial_scalar": Case(
        {}, {"group_equal": SCALAR, "group_partial": ("x3~1", "x7~1")}, group="school"
    ),
    "hs_fiml": Case(FIML),
    "hs_fiml_expinfo": Case({**FIML, "information": "expected"}),
    "hs_fiml_mlr": Case({**FIML, **MLR}),
    "hs_fiml_aux": Case({**FIML, "auxiliary": ("ageyr", "grade")}),
    "hs_fiml_mg_scalar": invariance(*SCALAR, **FIML),
    "hs_fiml_mimic": Case(FIML),
    "hs_fiml_mimic_randomx": Case(FIML, {"fixed_x": False}),
    "hs_twostage": Case({"missing": "two-stage"}),
    "hs_robust_twostage": Case({"missing": "robust-two-stage"}),
    "hs_weights_mlr": Case(MLR, weights="w"),
    "hs_weights_cluster_mlr": Case(MLR, weights="w", clusters="cl"),
    "hs_weights_fiml_mlr": Case({**MLR, **FIML}, weights="w"),
    "hs_cluster_fiml_mlr": Case({**MLR, **FIML}, clusters="cl"),
    "cluster_robust_mlr": Case(MLR, MEANS, clusters="cluster"),
    "pd_sem_ml": Case(),
    "pd_sem_mlr": Case(MLR),
    "pd_sem_ml_constr": Case(),
    "pd_sem_ml_nonlin": Case(),
    "pd_sem_ml_nonlin2": Case(),
    "growth_linear": Case(model={"model_type": "growth"}),
    "growth_cov": Case(model={"model_type": "growth"}),
    "hs_esem_geomin": Case({"rotation": RotationOptions("geomin")}),
    "hs_esem_oblimin": Case({"rotation": RotationOptions("oblimin")}),
    "bfi_ml": Case(),
    "bfi_mlr": Case(MLR),
}


def ordered(*names: str, estimator: str = "WLSMV", missing: str = "listwise", **model: Any) -> Case:
    fit = {"ordered": names or "all", "estimator": estimator, "missing": missing}
    return Case(fit, model)


def ordered_groups(group: str, *families: str, **model: Any) -> Case:
    fit = {"ordered": "all", "estimator": "WLSMV"}
    return Case(fit, {"group_equal": families, **model}, group=group)


THETA = {"parameterization": "theta"}

ORDERED_CASES = {
    "hs_ord4_wlsmv": ordered(),
    "hs_ord4_wlsm": ordered(estimator="WLSM"),
    "hs_ord4_dwls": ordered(estimator="DWLS"),
    "hs_ord4_wls": ordered(estimator="WLS"),
    "hs_ord4_uls": ordered(estimator="ULS"),
    "hs_ord4_ulsmv": ordered(estimator="ULSMV"),
    "hs_dich_wlsmv": ordered(),
    "hs_dich_wlsmv_theta": ordered(**THETA),
    "bfi_wlsmv": ordered(),
    "bfi_wlsmv_pairwise": ordered(missing="pairwise"),
    "bfi_sem_wlsmv": ordered(),
    "bfi_mixed_wlsmv": ordered(*(f"{scale}{i}" for scale in "AC" for i in range(1, 6))),
    "bfi_mimic_wlsmv": ordered(),
    "hs_ord4_mg_configural": ordered_groups("school"),
    "hs_ord4_mg_thresholds": ordered_groups("school", "thresholds"),
    "hs_ord4_mg_thr_load": ordered_groups("school", "thresholds", "loadings"),
    "bfi_mg_wlsmv": ordered_groups("gender", "thresholds", "loadings"),
    "hs_ord4_measEq_configural": ordered_groups("school", **THETA),
    "hs_ord4_measEq_thresholds": ordered_groups("school", **THETA),
    "hs_ord4_measEq_loadings": ordered_groups("school", **THETA),
    "hs_ord4_measEq_intercepts": ordered_groups("school", **THETA),
}
