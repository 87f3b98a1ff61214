from pathlib import Path

import pandas as pd
import pytest


@pytest.fixture(scope="package")
def answers() -> pd.DataFrame:
    """Return the answers of the carers as a plain data frame."""
    return pd.read_csv(Path(__file__).parents[2] / "sample_data" / "carers.csv")
