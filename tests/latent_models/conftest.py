from pathlib import Path

import pandas as pd
import pytest

DATA = Path(__file__).parents[1] / "oracles" / "lavaan" / "data"

HOLZINGER = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"


@pytest.fixture(scope="session")
def holzinger():
    return HOLZINGER


@pytest.fixture(scope="session")
def pupils():
    return pd.read_csv(DATA / "hs1939.csv")


@pytest.fixture(scope="session")
def countries():
    return pd.read_csv(DATA / "pd.csv")
