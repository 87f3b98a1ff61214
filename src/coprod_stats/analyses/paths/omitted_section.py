"""What would take each path to zero: a confounder that nobody measured, or a halo."""

from __future__ import annotations

import math

from coprod_stats.analyses.findings import Finding
from coprod_stats.analyses.paths.changes_table import with_path_labels
from coprod_stats.analyses.paths.form import PathsForm
from coprod_stats.analyses.paths.result import PathsResult
from coprod_stats.analyses.words import ReportWords
from coprod_stats.documents.document import (
    Block,
    CrossReference,
    Details,
    Notice,
    Paragraph,
    Table,
    strong,
    text,
)
from coprod_stats.documents.numbers import BOUNDED, NumberFormat, bounded, count, percent
from coprod_stats.documents.tables import Role, frame_table
from coprod_stats.structure.path_sensitivity import PathSensitivity

_SHARE = NumberFormat("percent", 0)


def omitted_causes_blocks(form: PathsForm, result: PathsResult, words: ReportWords) -> list[Block]:
    """Compose what would take each path to zero; nothing where nothing was compared."""
    compared = result.compared
    if compared is None or compared.omitted_causes is None:
        return []
    found, reason = compared.omitted_causes.found, compared.omitted_causes.reason
    if found is None:
        failed = f"How strong an omitted cause would have to be is not known: {reason}."
        return [Notice((Paragraph(text(failed)),), "warning")]
    table = _table(form, found, words)
    findings = words.of(compared.specification.specification)
    return [
        Paragraph(
            text(
                strong("Omitted causes."),
                " ",
                CrossReference(table.anchor),
                " shows how strong something that is not in the model would have to be to make "
                f"each path by itself. {_comparison(found)}{_halos(found, findings)}",
            )
        ),
        Details(text("What would take each path to zero"), (table,)),
    ]


def _comparison(found: PathSensitivity) -> str:
    """Describe a size that readers know, beside that of confounders."""
    most = found.most_explained
    return (
        "For comparison: the driver that explains most of an impact beyond the others explains "
        f"{percent(most.explained)} of what these leave of it ({most.id})."
    )


def _halos(found: PathSensitivity, findings: tuple[Finding, ...]) -> str:
    """Count the supported paths that no halo could have made; nothing if none is supported."""
    supported = {entry.id for entry in findings if entry.conclusion.startswith("supported")}
    asked = [path for path in found.paths if path.id in supported]
    beyond = [p for p in asked if math.isnan(p.halo) or p.halo > found.largest_halo]
    if not asked:
        return ""
    return (
        f" A halo alone would make {count(len(beyond))} of the {count(len(asked))} supported paths "
        f"only if every question had a loading beyond {bounded(found.largest_halo)} on it, for "
        "which the correlations of drivers and impacts together leave no room."
    )


def _table(form: PathsForm, found: PathSensitivity, words: ReportWords) -> Table:
    return frame_table(
        with_path_labels(found.tidy(), words),
        anchor=words.anchor(form, "omitted"),
        title=text("What Would Take Each Path to Zero"),
        columns=["term", "path", "beta", "confounder", "confounder_of_limit", "halo"],
        roles={
            "term": Role(text(""), align="left"),
            "path": Role(text("Path"), align="left"),
            "beta": Role(text("β"), BOUNDED),
            "confounder": Role(text("Confounder"), _SHARE),
            "confounder_of_limit": Role(text("To reach the interval"), _SHARE),
            "halo": Role(text("Halo"), BOUNDED),
        },
        note=text(
            "Confounder = share of what the model leaves unexplained of the driver and of the "
            "impact that a common cause of the two would have to explain to make the path zero, "
            f"and to make its {words.level} interval reach zero (Cinelli & Hazlett, 2020). "
            "Halo = standardised loading of every question on a general evaluation with which the "
            "path is zero; — = no halo makes it."
        ),
    )
