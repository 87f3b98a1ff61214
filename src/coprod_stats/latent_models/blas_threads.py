"""The number of threads that BLAS may use for a fit.

A model of usual size multiplies matrices of ten to some hundred rows, thousands of times. Threads
then cost more than they save: on two cores an invariance ladder of three groups takes seven times
as long with the default of BLAS as with one thread, since NumPy and SciPy each bring a BLAS whose
idle threads wait actively. The setting of the process is restored after the fit.
"""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import Any

from coprod_stats.sem.sample import SemData

SMALLEST_LIMITED = 10
"""Up to this number of variables in all groups, NumPy's BLAS uses no threads, and limiting them
would cost an import. SciPy's BLAS, once loaded, inverts matrices of any size with threads."""

LARGEST_LIMITED = 200
"""Number of variables above which threads pay."""

WORK_FOR_THREADS = 1e10
"""Multiplications in the largest product from which threads pay."""


def threads_for(data: SemData, *, ordered: bool) -> AbstractContextManager[Any]:
    """Return a context in which BLAS uses one thread, unless the data are large.

    Parameters
    ----------
    data : SemData
        Columns of the model.
    ordered : bool
        Whether matrices run over thresholds and correlations instead of variables.
    """
    n_rows, n_variables = data.values.shape
    n_statistics = n_variables**2 / 2 if ordered else n_variables
    is_large = n_variables > LARGEST_LIMITED or n_rows * n_statistics**2 > WORK_FOR_THREADS
    is_small = n_variables * len(data.group_labels) <= SMALLEST_LIMITED
    if is_large or (is_small and "scipy.linalg.lapack" not in sys.modules):
        return nullcontext()
    return one_thread()


def one_thread() -> AbstractContextManager[Any]:
    """Return a context in which BLAS uses one thread."""
    limited: AbstractContextManager[Any] = _pools().limit(limits=1, user_api="blas")
    return limited


@cache
def _pools() -> Any:
    """Return the thread pools of this process, after all of them have been loaded."""
    import scipy.linalg.lapack  # noqa: F401  # brings a BLAS of its own
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
