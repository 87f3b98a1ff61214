"""The shipped carers as ``tests/oracles/regression_families.R`` prepares them."""

import pandas as pd
import pytest
from regression_cases import ROOT, USED


@pytest.fixture(scope="session")
def every_carer():
    data = pd.read_csv(ROOT / "sample_data" / "carers.csv")
    return data.assign(
        EDU=data["EDU"].map({1: "low", 2: "middle", 3: "university"}),
        EMPL=data["EMPL"].astype("boolean"),
        MANY=(data["SERVICES"] > 1).astype(int),
        BLOCK=data["RID"] // 20,
        WEIGHT=0.5 + (data["RID"] * 7) % 10 / 4,
    )


@pytest.fixture(scope="session")
def carers(every_carer):
    return every_carer.dropna(subset=USED)
