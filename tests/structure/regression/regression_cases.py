"""What the tests of regressions share with ``tests/oracles/regression_families.R``."""

from pathlib import Path

ROOT = Path(__file__).parents[3]
RIGHT = "CAGE + I(CAGE ** 2) + log(BARTHEL + 1) + POSV4 * EMPL + EDU"
USED = ["NEGC7", "MANY", "SERVICES", "DEP", "CAGE", "POSV4", "EMPL", "EDU", "BARTHEL", "WEIGHT"]
OUTCOMES = {
    "gaussian": "NEGC7",
    "binomial": "MANY",
    "poisson": "SERVICES",
    "negative-binomial": "SERVICES",
    "ordinal": "DEP",
}
