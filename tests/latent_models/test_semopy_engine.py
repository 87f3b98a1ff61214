import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

SCRIPT = """
import pandas as pd
from coprod_stats.latent_models import fit_sem
countries = pd.read_csv("tests/oracles/lavaan/data/pd.csv")
model = "f =~ y1 + y2 + y3 + y4\\ng =~ y5 + y6 + y7 + y8\\nf ~ x1 + x2\\ng ~ f + x3\\ny1 ~~ y5"
print(fit_sem(model, countries).to_json())
"""


def test_results_do_not_depend_on_the_hash_seed():
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", SCRIPT],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT / "src")},
            stdout=subprocess.PIPE,
        )
        for seed in ("1", "2")
    ]
    first, second = (run.communicate()[0] for run in runs)
    assert all(run.returncode == 0 for run in runs)
    assert b'"converged": true' in first
    assert first == second
