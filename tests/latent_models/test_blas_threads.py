import sys

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from coprod_stats.latent_models.blas_threads import threads_for
from coprod_stats.sem.sample import SemData


def data(n_rows, n_variables, n_groups=1):
    names = tuple(f"x{item}" for item in range(n_variables))
    labels = tuple(str(group) for group in range(n_groups))
    return SemData(np.zeros((n_rows, n_variables)), names, group_labels=labels)


def threads():
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


@pytest.fixture
def two_threads():
    import scipy.linalg.lapack  # noqa: F401  # its pool counts too

    with threadpool_limits(limits=2, user_api="blas"):
        yield


@pytest.mark.usefixtures("two_threads")
def test_models_of_usual_size_take_one_thread_and_give_the_others_back():
    with threads_for(data(900, 12, n_groups=3), ordered=False):
        assert threads() <= {1}
    assert threads() <= {2}
    with pytest.raises(ZeroDivisionError), threads_for(data(900, 32), ordered=True):
        raise ZeroDivisionError
    assert threads() <= {2}


@pytest.mark.usefixtures("two_threads")
def test_small_models_take_one_thread_where_scipy_would_use_more(monkeypatch):
    with threads_for(data(300, 9), ordered=False):
        assert threads() <= {1}
    monkeypatch.delitem(sys.modules, "scipy.linalg.lapack")
    with threads_for(data(300, 9), ordered=False):
        assert threads() <= {2}


@pytest.mark.usefixtures("two_threads")
@pytest.mark.parametrize(
    ("some", "ordered"),
    [
        (data(2_000, 300), False),
        (data(100_000, 60), True),
    ],
)
def test_threads_are_left_where_they_pay_or_do_nothing(some, ordered):
    with threads_for(some, ordered=ordered):
        assert threads() <= {2}
