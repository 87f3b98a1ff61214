"""The options of a structural equation model, and which of them semopy can serve."""

from __future__ import annotations

from dataclasses import dataclass

from coprod_stats.latent_models.errors import LatentModelError
from coprod_stats.literals import Estimator, Missing
from coprod_stats.sem.model.parameters import ModelType, Parameterization


@dataclass(frozen=True, slots=True)
class SemOptions:
    """All that can be asked of a fit beside model and data; defaults are lavaan's ``sem()``.

    See :func:`coprod_stats.latent_models.fit_sem` for the meaning of each.
    """

    model_type: ModelType = "sem"
    estimator: Estimator = "ML"
    ordered: tuple[str, ...] = ()
    parameterization: Parameterization = "delta"
    missing: Missing = "listwise"
    group: str | None = None
    group_equal: tuple[str, ...] = ()
    group_partial: tuple[str, ...] = ()
    cluster: str | None = None
    sampling_weights: str | None = None
    std_lv: bool = False
    fixed_x: bool = True
    meanstructure: bool = False
    bootstrap: int = 0
    seed: int | None = None
    conf_level: float = 0.95


def refuse_options_beyond_semopy(options: SemOptions) -> None:
    """Raise ``LatentModelError`` naming every option that semopy cannot serve.

    Nothing is substituted: an estimator that semopy lacks is not replaced by the nearest.
    """
    beyond = {
        f"estimator {options.estimator}": options.estimator != "ML",
        "ordered variables": bool(options.ordered),
        f"missing = {options.missing}": options.missing != "listwise",
        f"model type {options.model_type}": options.model_type == "growth",
        "groups": options.group is not None or bool(options.group_equal or options.group_partial),
        "clusters": options.cluster is not None,
        "sampling weights": options.sampling_weights is not None,
        "a mean structure": options.meanstructure,
        "the bootstrap": options.bootstrap > 0,
    }
    refused = [name for name, asked in beyond.items() if asked]
    if refused:
        raise LatentModelError(f"engine semopy does not have {', '.join(refused)}")
