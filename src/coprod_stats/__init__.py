"""Questionnaires, scores, driver-impact models and reports on the co-production of services.

What is named here is loaded when it is first used, so that the package itself loads at once.
"""

from __future__ import annotations

import importlib

from coprod_stats.version import __version__ as __version__

TYPE_CHECKING = False  # typing loads for 10 ms, in which an interrupt would show a traceback
if TYPE_CHECKING:
    from coprod_stats.errors import CoprodError as CoprodError
    from coprod_stats.errors import Fault as Fault
    from coprod_stats.instruments import Instrument as Instrument
    from coprod_stats.instruments import InstrumentError as InstrumentError
    from coprod_stats.instruments import check_instrument as check_instrument
    from coprod_stats.instruments import read_instrument as read_instrument
    from coprod_stats.latent_models import LatentModelError as LatentModelError
    from coprod_stats.latent_models import SemFit as SemFit
    from coprod_stats.latent_models import compare as compare
    from coprod_stats.latent_models import compare_engines as compare_engines
    from coprod_stats.latent_models import fit_sem as fit_sem
    from coprod_stats.latent_models import polychoric as polychoric
    from coprod_stats.latent_models import product_indicators as product_indicators
    from coprod_stats.latent_models import simulate_model as simulate_model
    from coprod_stats.measurement import alpha as alpha
    from coprod_stats.measurement import compare_groups as compare_groups
    from coprod_stats.measurement import icc as icc
    from coprod_stats.measurement import item_analysis as item_analysis
    from coprod_stats.measurement import omega as omega
    from coprod_stats.measurement import partial_correlation as partial_correlation
    from coprod_stats.measurement import reliability as reliability
    from coprod_stats.measurement import rwg as rwg
    from coprod_stats.measurement import scale_correlations as scale_correlations
    from coprod_stats.platforms import export_form as export_form
    from coprod_stats.quality import flag_careless as flag_careless
    from coprod_stats.quality import missingness as missingness
    from coprod_stats.quality import screening as screening
    from coprod_stats.report.study import Study as Study
    from coprod_stats.report.study import run_study as run_study
    from coprod_stats.responses import Responses as Responses
    from coprod_stats.responses import ResponsesError as ResponsesError
    from coprod_stats.responses import read_responses as read_responses
    from coprod_stats.responses import write_canonical as write_canonical
    from coprod_stats.scoring import Scores as Scores
    from coprod_stats.scoring import score as score
    from coprod_stats.sem.errors import SemError as SemError
    from coprod_stats.structure import nca as nca
    from coprod_stats.structure import regress as regress
    from coprod_stats.structure.errors import StructureError as StructureError
    from coprod_stats.study.plan_reading import Plan as Plan
    from coprod_stats.study.plan_reading import PlanError as PlanError
    from coprod_stats.study.plan_reading import read_plan as read_plan
    from coprod_stats.study.synthetic_sample import draw_sample as draw_sample

_HOMES = {
    "CoprodError": "errors",
    "Fault": "errors",
    "Instrument": "instruments",
    "InstrumentError": "instruments",
    "LatentModelError": "latent_models",
    "Plan": "study.plan_reading",
    "PlanError": "study.plan_reading",
    "Responses": "responses",
    "ResponsesError": "responses",
    "Scores": "scoring",
    "SemError": "sem.errors",
    "SemFit": "latent_models",
    "StructureError": "structure.errors",
    "Study": "report.study",
    "alpha": "measurement",
    "check_instrument": "instruments",
    "compare": "latent_models",
    "compare_engines": "latent_models",
    "compare_groups": "measurement",
    "draw_sample": "study.synthetic_sample",
    "export_form": "platforms",
    "fit_sem": "latent_models",
    "flag_careless": "quality",
    "icc": "measurement",
    "item_analysis": "measurement",
    "missingness": "quality",
    "nca": "structure",
    "partial_correlation": "measurement",
    "omega": "measurement",
    "polychoric": "latent_models",
    "product_indicators": "latent_models",
    "read_instrument": "instruments",
    "read_plan": "study.plan_reading",
    "read_responses": "responses",
    "regress": "structure",
    "reliability": "measurement",
    "run_study": "report.study",
    "rwg": "measurement",
    "scale_correlations": "measurement",
    "score": "scoring",
    "screening": "quality",
    "simulate_model": "latent_models",
    "write_canonical": "responses",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'coprod_stats' has no attribute '{name}'")
    return getattr(importlib.import_module(f"coprod_stats.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
