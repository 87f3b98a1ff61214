"""The properties of a fit that a comparison needs, in memory or stored as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from coprod_stats.latent_models.engines.choice import fit_specification
from coprod_stats.latent_models.errors import LatentModelError
from coprod_stats.latent_models.sem_data import Columns
from coprod_stats.latent_models.specification import Specification
from coprod_stats.latent_models.stored_fit import StoredFit, stored_fit

if TYPE_CHECKING:
    from coprod_stats.latent_models.labelled_fit import LabelledFit
    from coprod_stats.sem.results import CoreFit

ReadColumns = Callable[[Mapping[str, str], Specification], Columns]
"""Columns of the file of a fit, given its name and SHA-256."""

OPTIONS = (
    "missing",
    "test",
    "likelihood",
    "fixed_x",
    "ordered",
    "auxiliary",
    "weights",
    "clusters",
)
"""Entries of the ledger that two fits must have in common to be compared."""

_RECORDED = (*OPTIONS, "information")
"""The same where the scaling of the tests depends on the information."""

_DESIGN = ("group", "cluster", "sampling_weights")


@dataclass(frozen=True, slots=True)
class NestedModel:
    """A fit to be compared.

    Parameters
    ----------
    name : str
        Name for the reader.
    converged : bool
    measures : mapping of str to float
        Test and fit indices, by their names in the JSON layout.
    estimator, engine : str
    meanstructure : bool
    n_obs, n_groups : int
    observed : frozenset of (int, str)
        Group and name of the variables.
    options : mapping of str to str
        Those of ``OPTIONS`` and ``information``, as used.
    data : str
        SHA-256 of the data, in JSON with the columns of groups, clusters and weights; empty if
        unknown.
    core : callable
        Returns the fit as arrays, refitting if it is stored as JSON.
    """

    name: str
    converged: bool
    measures: Mapping[str, float]
    estimator: str
    engine: str
    meanstructure: bool
    n_obs: int
    n_groups: int
    observed: frozenset[tuple[int, str]]
    options: Mapping[str, str]
    data: str
    core: Callable[[str], CoreFit]

    @property
    def df(self) -> int:
        """Degrees of freedom."""
        return int(self.measures["df"])

    @property
    def test(self) -> str:
        """Kind of the test of the model."""
        return self.options["test"]


def model_of_fit(name: str, fit: LabelledFit) -> NestedModel:
    """Return a fit in memory for comparison."""
    core, used = fit.core, fit.asked_and_used
    variables = sorted(fit.observed)
    content = sha256(core.data.columns(variables).tobytes())
    for codes in (core.data.groups, core.data.weights, core.data.clusters):
        content.update(b"" if codes is None else codes.tobytes())
    return NestedModel(
        name=name,
        converged=fit.converged,
        measures=fit.fit,
        estimator=fit.estimator,
        engine=fit.engine,
        meanstructure=any(parameter.op == "~1" for parameter in fit.parameters),
        n_obs=fit.n_obs,
        n_groups=max(1, len(fit.group_labels)),
        observed=frozenset(
            (group, name)
            for group, names in enumerate(core.table.observed_of_groups, start=1)
            for name in names
        ),
        options={option: str(used[option].used) for option in _RECORDED},
        data=content.hexdigest(),
        core=lambda _: core,
    )


def model_of_document(
    name: str, document: Mapping[str, Any], read_columns: ReadColumns
) -> NestedModel:
    """Return the JSON of a fit for comparison; if arrays are needed, the model is refitted.

    Raises
    ------
    LatentModelError
        If it is no JSON of a fit.
    """
    stored = stored_fit(name, document)

    def core(method: str) -> CoreFit:
        if stored.data is None:
            raise LatentModelError(
                f"the difference of {stored.estimator} statistics by Satorra's method of "
                f"{method} needs the data, but the JSON does not name their file; write it by "
                "coprod sem --json"
            )
        asked = Specification.from_json(stored.specification)
        return fit_specification(asked, read_columns(stored.data, asked)).core

    return NestedModel(
        name=name,
        converged=stored.converged,
        measures=stored.measures,
        estimator=stored.estimator,
        engine=stored.engine,
        meanstructure="~1" in stored.operators,
        n_obs=stored.n_obs,
        n_groups=stored.n_groups,
        observed=stored.observed,
        options={option: str(stored.used.get(option)) for option in _RECORDED},
        data=_stored_data(stored),
        core=core,
    )


def _stored_data(stored: StoredFit) -> str:
    if stored.data is None:
        return ""
    columns = (stored.specification.get(name) for name in _DESIGN)
    return " ".join(map(str, (stored.data["sha256"], *columns)))


def check_comparable(models: Sequence[NestedModel]) -> None:
    """Refuse fits that no difference test can compare.

    Raises
    ------
    LatentModelError
        Naming their difference, or the fit that has no test of the model.
    """
    for model in models:
        if not {"chisq", "df"} <= set(model.measures) or not model.converged:
            raise LatentModelError(f"{model.name}: not a converged fit with a test of the model")
    for key in ("estimator", "n_obs", "n_groups", "engine", "meanstructure"):
        if len({getattr(model, key) for model in models}) > 1:
            raise LatentModelError(f"the fits differ in {key}: they cannot be compared")
    if len({model.observed for model in models}) > 1:
        raise LatentModelError("the fits are of different variables: they cannot be compared")
    if len({model.data for model in models if model.data}) > 1:
        raise LatentModelError("the fits are of different data: they cannot be compared")
    is_scaled = any(model.test != "standard" for model in models)
    for option in _RECORDED if is_scaled else OPTIONS:
        if len({model.options[option] for model in models}) > 1:
            raise LatentModelError(f"the fits differ in {option}: they cannot be compared")
