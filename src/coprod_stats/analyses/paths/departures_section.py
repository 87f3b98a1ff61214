"""The subsection on respondents, answers and questions that are not as the model takes them."""

from __future__ import annotations

from coprod_stats.analyses.paths.changes_table import path_changes_table, with_path_labels
from coprod_stats.analyses.paths.departure_diagnostics import check_of, collinearity_check
from coprod_stats.analyses.paths.departures import Departure, Departures
from coprod_stats.analyses.paths.form import PathsForm
from coprod_stats.analyses.paths.result import PathsResult
from coprod_stats.analyses.words import ReportWords, reversed_note
from coprod_stats.documents.document import (
    Block,
    Details,
    Notice,
    Paragraph,
    Section,
    Table,
    emphasis,
    text,
)
from coprod_stats.documents.numbers import BOUNDED, NumberFormat, bounded, count
from coprod_stats.documents.tables import Role, frame_table
from coprod_stats.structure.collinearity import Collinearity
from coprod_stats.structure.measurement_invariance import SMALLEST_GROUP, MeasurementInvariance
from coprod_stats.structure.selected_respondents import SelectedRespondents
from coprod_stats.structure.unknown_answers import UnknownAnswers

P_VALUE = NumberFormat("p_value", 3)


def departures_section(form: PathsForm, result: PathsResult, words: ReportWords) -> list[Section]:
    """Compose what was looked for and found; empty where nothing was compared."""
    departures = result.compared.departures if result.compared else None
    if departures is None:
        return []
    content: list[Block] = []
    if departures.collinearity is not None:
        diagnostic = collinearity_check(departures.collinearity)
        content.append(_said(diagnostic.titled(words.label), warns=diagnostic.fires))
        content.append(
            Details(
                text("Precision of the paths"),
                (_precision(departures.collinearity, words, words.anchor(form, "precision")),),
            )
        )
    for number, each in enumerate(departures.all, 1):
        content += _departure(form, each, words, str(number))
    if departures.no_wording:
        found = "Whether reverse-worded questions share something is not known"
        content.append(Paragraph(text(f"{found}: {departures.no_wording}.")))
    content += _not_compared(departures, words)
    anchor = words.anchor(form, "departures")
    return [Section(anchor, "Respondents, answers and questions", tuple(content))]


def _said(sentence: str, *, warns: bool) -> Block:
    paragraph = Paragraph(text(sentence))
    return Notice((paragraph,), "warning") if warns else paragraph


def _departure(
    form: PathsForm, departure: Departure, words: ReportWords, number: str
) -> list[Block]:
    diagnostic = check_of(departure)
    content: list[Block] = [_said(diagnostic.titled(words.label), warns=diagnostic.fires)]
    tables = [*_tables(form, departure, words, number)]
    tables += [
        path_changes_table(
            other.tidy(),
            words,
            anchor=words.anchor(form, "departure", number, str(place)),
            title=f"The Hypothesised Paths {other.title[:1].upper()}{other.title[1:]}",
            stated="As planned",
            rival="Otherwise",
        )
        for place, other in enumerate(departure.alternatives, 1)
    ]
    if tables:
        content.append(Details(text("In detail"), tuple(tables)))
    return content


def _tables(form: PathsForm, departure: Departure, words: ReportWords, number: str) -> list[Table]:
    found, anchor = departure.found, words.anchor(form, "departure", number)
    if isinstance(found, UnknownAnswers) and found.dependent:
        return [_dependences(found, words, anchor)]
    if isinstance(found, SelectedRespondents):
        return [_differences(found, words, anchor)]
    if isinstance(found, MeasurementInvariance):
        ladder = _ladder(found, words, anchor)
        released = words.anchor(form, "released", number)
        return [ladder, _released(found, words, released)] if found.questions else [ladder]
    return []


def _not_compared(departures: Departures, words: ReportWords) -> list[Block]:
    """State across which groups the questions were not compared, each reason once."""
    names: dict[str, list[str]] = {}
    for name, reason in departures.not_compared.items():
        names.setdefault(reason, []).append(f"“{words.label(name)}”")
    return [
        Paragraph(
            text(
                f"Whether the questions measure alike across {', '.join(several)} is not known: "
                f"{reason}."
            )
        )
        for reason, several in names.items()
    ]


def _precision(found: Collinearity, words: ReportWords, anchor: str) -> Table:
    return frame_table(
        with_path_labels(found.tidy(), words),
        anchor=anchor,
        title=text("Precision of the Paths, and the Inflation of Their Variance"),
        columns=["term", "path", "inflation", "half_width"],
        roles={
            "term": Role(text(""), align="left"),
            "path": Role(text("Path"), align="left"),
            "inflation": Role(text("VIF")),
            "half_width": Role(text("±"), BOUNDED),
        },
        note=text(
            "VIF = variance inflation of the latent driver among the drivers of the same impact; ± "
            "= half of the interval that decides whether a path is negligible, to be read beside "
            f"the smallest effect size of interest, {bounded(found.bound)}. From 2 on a driver "
            "shares half of its variance with the others (Grewal, Cote & Baumgartner, 2004)."
        ),
    )


def _dependences(found: UnknownAnswers, words: ReportWords, anchor: str) -> Table:
    frame = found.tidy()
    for column in ("scale", "variable"):
        frame[column] = [words.label(name) for name in frame[column]]
    return frame_table(
        frame,
        anchor=anchor,
        title=text("What the Don't-Knows Go With"),
        columns=["variable", "size", "p_value", "p_adjusted"],
        roles={
            "variable": Role(text("Variable"), align="left"),
            "size": Role(text("Size"), BOUNDED),
            "p_adjusted": Role(text(emphasis("p"), " adj."), P_VALUE),
        },
        group_by="scale",
        note=text(
            "Share of don't-knows of a respondent. Size = Spearman's correlation, or the root of "
            "ε² (Kruskal and Wallis) for categories, which has no sign; ",
            emphasis("p"),
            " adj. by Holm over all. That answers are missing depending on what they would have "
            "been cannot be tested; the paths below bound what would follow.",
        ),
    )


def _differences(found: SelectedRespondents, words: ReportWords, anchor: str) -> Table:
    frame = found.tidy()
    frame["variable"] = [words.label(name) for name in frame["term"]]
    return frame_table(
        frame,
        anchor=anchor,
        title=text(f"{found.population[:1].upper()}{found.population[1:]} Beside All Others"),
        columns=["variable", "difference", "statistic", "df", "p_adjusted"],
        roles={
            "variable": Role(text("Variable"), align="left"),
            "difference": Role(text(emphasis("d"))),
            "statistic": Role(text(emphasis("t"))),
            "p_adjusted": Role(text(emphasis("p"), " adj."), P_VALUE),
        },
        note=text(
            f"{count(found.n_asked)} asked, {count(found.n_others)} not. ",
            emphasis("d"),
            " = standardised difference of the scores, positive where those asked are higher; ",
            emphasis("t"),
            " by Welch, ",
            emphasis("p"),
            " adj. by Holm.",
        ),
    )


def _ladder(found: MeasurementInvariance, words: ReportWords, anchor: str) -> Table:
    frame = found.tidy()
    frame["factor"] = [words.label(name) for name in frame["term"]]
    chisq, p = text("Δχ²"), text(emphasis("p"))
    return frame_table(
        frame,
        anchor=anchor,
        title=text(f"Invariance of the Factors Across {words.label(found.variable)}"),
        columns=["factor", "chisq_loadings", "p_loadings", "chisq_intercepts", "p_intercepts"],
        roles={
            "factor": Role(text("Factor"), align="left"),
            "chisq_loadings": Role(chisq, spanner="Loadings equal"),
            "p_loadings": Role(p, P_VALUE, spanner="Loadings equal"),
            "chisq_intercepts": Role(chisq, spanner="Intercepts as well"),
            "p_intercepts": Role(p, P_VALUE, spanner="Intercepts as well"),
        },
        note=text(
            f"Each factor by itself, in {len(found.groups)} groups ({', '.join(found.groups)}); "
            f"groups of fewer than {SMALLEST_GROUP} are omitted. Difference tests (scaled) of "
            "equal loadings against free ones, and of equal intercepts against equal loadings."
        ),
    )


def _released(found: MeasurementInvariance, words: ReportWords, anchor: str) -> Table:
    frame = found.released()
    frame["factor"] = [words.label(name) for name in frame["factor"]]
    frame["item"] = [words.item(name) for name in frame["item"]]
    return frame_table(
        frame,
        anchor=anchor,
        title=text("Questions That Measure Otherwise in Some Group"),
        columns=["item", "factor", "kind", "statistic", "difference"],
        roles={
            "item": Role(text("Item"), align="left"),
            "factor": Role(text("Factor"), align="left"),
            "kind": Role(text("What differs"), align="left"),
            "statistic": Role(text("Score test")),
            "difference": Role(text("Difference")),
        },
        note=text(
            "In the order in which they were freed. Difference of loadings or intercepts, "
            "standardised by deviations that are averaged over groups, relative to the questions "
            "that are left alike: if most of a scale were shifted, the others are named."
            f"{reversed_note(frame['item'])}"
        ),
    )
