"""Bias, spread, coverage and power of each path, from the results of run.py.

python benchmarks/calibration/summary.py [--rows N] [--write]

Ends with status 1 where a path misses what is asked of it.
"""

from __future__ import annotations

import argparse
import gc
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from replicate import SPECIFICATIONS, Design, design_of
from run import RESULTS
from scipy import stats

from coprod_stats.structure.multiplicity import adjust_p_values

HERE = Path(__file__).parent
DOCUMENT = HERE.parents[1] / "docs" / "methods" / "calibration.md"
LARGEST_BIAS = 0.02
COVERAGE = (0.93, 0.97)
ALPHA = 0.05
LABELS = {
    "path": "path",
    "link": "link",
    "true": "true",
    "mean": "mean",
    "bias": "bias",
    "mc_error": "MC error",
    "sd": "SD",
    "mean_se": "mean SE",
    "coverage": "coverage",
    "power": "p < .05",
    "power_holm": "after Holm",
}


def main() -> int:
    """Summarise what is done so far; with --write, into the repository."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1_200)
    parser.add_argument("--write", action="store_true", help="write summary.csv and the document")
    asked = parser.parse_args()
    design = design_of(asked.rows)
    draws = whole_samples(pd.read_csv(RESULTS / f"{design.key}.csv"), len(design.model.paths))
    table = summary(draws, design)
    print(table.to_string(index=False, float_format="%.4f"))
    if asked.write:
        table.to_csv(HERE / "summary.csv", index=False, float_format="%.6f", lineterminator="\n")
        write_document(table, design)
    missed = misses(table)
    for line in missed:
        print(f"MISSED {line}")
    return int(bool(missed))


def whole_samples(draws: pd.DataFrame, n_paths: int) -> pd.DataFrame:
    """Keep the samples that are complete: a running job may have written half of one."""
    size = draws.groupby("seed")["path"].transform("size")
    return draws[size == n_paths * len(SPECIFICATIONS)]


def summary(draws: pd.DataFrame, design: Design) -> pd.DataFrame:
    """Return one row per specification and path.

    Improper solutions are counted and left out of everything else. A path counts as found where
    its p value, raw or adjusted by Holm over the 21 of its specification, is below .05.
    """
    draws = draws.assign(p_holm=_adjusted(draws))
    links = {path.id: f"{path.predictor} → {path.outcome}" for path in design.model.paths}
    rows = []
    for (specification, path), part in draws.groupby(["specification", "path"], sort=False):
        truth = design.true_beta(str(path))
        proper = part[part["proper"]]
        errors, betas = proper["beta_std_error"], proper["beta"]
        reach = stats.t.ppf(1 - ALPHA / 2, proper["df"]) * errors
        rows.append(
            {
                "specification": specification,
                "path": path,
                "link": links[str(path)],
                "samples": len(part),
                "improper": 1 - len(proper) / len(part),
                "mean_n": proper["n_obs"].mean(),
                "true": truth,
                "mean": betas.mean(),
                "bias": betas.mean() - truth,
                "mc_error": betas.std() / np.sqrt(len(betas)),
                "sd": betas.std(),
                "mean_se": errors.mean(),
                "coverage": (np.abs(betas - truth) <= reach).mean(),
                "power": (proper["p_value"] < ALPHA).mean(),
                "power_holm": (proper["p_holm"] < ALPHA).mean(),
            }
        )
    order = {path.id: place for place, path in enumerate(design.model.paths)}
    table = pd.DataFrame(rows)
    places = table["specification"].map(SPECIFICATIONS.index) * len(order) + table["path"].map(
        order
    )
    return table.iloc[np.argsort(places.to_numpy())].reset_index(drop=True)


def _adjusted(draws: pd.DataFrame) -> pd.Series:
    gc.freeze()  # statsmodels collects garbage at every call
    adjusted = pd.Series(np.nan, index=draws.index)
    for _, part in draws.groupby(["seed", "specification"], sort=False):
        found = adjust_p_values(dict(zip(part["path"], part["p_value"], strict=True)), family="")
        adjusted[part.index] = found.p_adjusted
    return adjusted


def misses(table: pd.DataFrame) -> list[str]:
    """Name the paths that are more biased, or cover less or more, than they may."""
    low, high = COVERAGE
    return [
        f"{row.specification} {row.path}: bias {row.bias:.4f}, coverage {row.coverage:.3f}"
        for row in table.itertuples()
        if abs(row.bias) > LARGEST_BIAS or not low <= row.coverage <= high
    ]


def write_document(table: pd.DataFrame, design: Design) -> None:
    """Write the tables between the marks of the document, under the plan's titles."""
    begin, end = "<!-- tables: begin -->", "<!-- tables: end -->"
    text = DOCUMENT.read_text(encoding="utf-8")
    before, rest = text.split(begin)
    parts = [
        _markdown(table[table["specification"] == entry.specification], entry.title)
        for entry in design.specifications
    ]
    DOCUMENT.write_text(
        f"{before}{begin}\n" + "\n\n".join(parts) + f"\n{end}{rest.split(end)[1]}",
        encoding="utf-8",
    )


def _markdown(part: pd.DataFrame, title: str) -> str:
    samples, improper = int(part["samples"].iloc[0]), part["improper"].max()
    covered, sizes = part["coverage"], part["mean_n"]
    fewer = part[sizes < sizes.max()]
    some = f" ({fewer['mean_n'].mean():,.0f} for {', '.join(fewer['path'])})" if len(fewer) else ""
    head = (
        f"### {title}\n\n{samples:,} samples, {sizes.max():,.0f} people each on average{some}, "
        f"improper solutions {improper:.1%}; largest |bias| "
        f"{part['bias'].abs().max():.4f}, coverage {covered.min():.1%} to {covered.max():.1%} "
        f"(mean {covered.mean():.1%})."
    )
    lines = [f"| {' | '.join(LABELS.values())} |", "|---|---|" + "--:|" * (len(LABELS) - 2)]
    for row in part.itertuples():
        numbers = [
            f"{row.true:.2f}",
            f"{row.mean:.4f}",
            f"{row.bias:+.4f}",
            f"{row.mc_error:.4f}",
            f"{row.sd:.4f}",
            f"{row.mean_se:.4f}",
            f"{row.coverage:.1%}",
            f"{row.power:.1%}",
            f"{row.power_holm:.1%}",
        ]
        lines.append(f"| {row.path} | {row.link} | {' | '.join(numbers)} |")
    return "\n".join([head, "", *lines])


if __name__ == "__main__":
    sys.exit(main())
