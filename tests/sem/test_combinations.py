"""Models, estimators and options that the reference files of lavaan do not hold."""

import json
from pathlib import Path

import pytest
from oracle_combinations import data_of, options_of
from tolerances import bound

from coprod_stats.sem.fit import fit

FILE = Path(__file__).parents[1] / "oracles" / "sem_combinations.json"
COMBINATIONS = {case["name"]: case for case in json.loads(FILE.read_text())["cases"]}


@pytest.mark.parametrize("name", COMBINATIONS)
def test_combination(name, oracle_column_file, oracle_data):
    case = COMBINATIONS[name]
    result = fit(case["model"], data_of(case, oracle_column_file, oracle_data), options_of(name))
    limit = bound("polished" if case["polished"] else "combinations, unpolished")
    rows = {(r["lhs"], r["op"], r["rhs"], r.get("group", 1)): r for r in case["parameters"]}
    for index, row in enumerate(result.table):
        want = rows[row.lhs, row.op, row.rhs, row.group]
        assert result.parameters.estimates[index] == pytest.approx(
            want["est"], rel=limit, abs=limit
        )
        assert result.parameters.std_errors[index] == pytest.approx(
            want["se"], rel=limit, abs=limit
        )
    for key, value in case["fit"].items():
        if value is None:
            continue
        is_coarse = key.startswith(("baseline", "cfi", "tli"))
        coarse = bound("baseline model") if is_coarse else limit
        got = result.indices[key.replace(".", "_")]
        assert got == pytest.approx(value, rel=max(limit, coarse), abs=max(limit, coarse)), key
