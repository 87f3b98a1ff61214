"""What is wrong with answers, as checks: drivers too alike, carelessness, don't-knows, groups."""

from __future__ import annotations

from collections.abc import Iterator

from coprod_stats.analyses.diagnostics import Diagnostic
from coprod_stats.analyses.paths.departures import Departure, Departures
from coprod_stats.counts import counted, listed
from coprod_stats.documents.numbers import bounded, decimal, percent
from coprod_stats.quality.flagged_share import HARMFUL_SHARE, FlaggedShare
from coprod_stats.structure.collinearity import Collinearity
from coprod_stats.structure.measurement_invariance import MeasurementInvariance
from coprod_stats.structure.selected_respondents import SelectedRespondents
from coprod_stats.structure.unknown_answers import LARGE_SHARE, UnknownAnswers
from coprod_stats.structure.wording_factor import SMALLEST_SHARE, WordingFactor

MOST_NAMED = 3
"""Paths, questions or variables that a message names; others are counted."""


def departure_diagnostics(departures: Departures) -> Iterator[Diagnostic]:
    """Yield a check for everything that was looked for, fired or not."""
    if departures.collinearity is not None:
        yield collinearity_check(departures.collinearity)
    yield from map(check_of, departures.all)


def check_of(departure: Departure) -> Diagnostic:
    """Return the check of one thing that can be wrong."""
    found = departure.found
    if isinstance(found, FlaggedShare):
        return _careless(found, departure)
    if isinstance(found, UnknownAnswers):
        return _unknown(found, departure)
    if isinstance(found, SelectedRespondents):
        return _selected(found, departure)
    if isinstance(found, WordingFactor):
        return _wording(found, departure)
    return _invariance(found, departure)


def collinearity_check(found: Collinearity) -> Diagnostic:
    """Return the check of drivers that are too much alike."""
    blurred = found.blurred
    if not blurred:
        told = (
            "correlated drivers do not blur the paths: no driver's variance is inflated more than "
            f"{decimal(found.largest, 1)} times where an effect of {bounded(found.bound)} could "
            "not be excluded"
        )
        return Diagnostic("COLLINEARITY-001", False, found.largest, told)
    widest = max(blurred, key=lambda path: path.half_width)
    told = (
        f"the drivers are too much alike to tell their paths apart: {len(blurred)} of "
        f"{counted(len(found.paths), 'path')} would not exclude an effect of "
        f"{bounded(found.bound)} even if they were estimated to be zero (variance inflated up to "
        f"{decimal(found.largest, 1)} times; {widest.id} ±{bounded(widest.half_width)}); what is "
        "not found is no evidence of absence, and what is found is probably overestimated"
    )
    return Diagnostic("COLLINEARITY-001", True, found.largest, told, leads=True)


def _careless(found: FlaggedShare, departure: Departure) -> Diagnostic:
    share = percent(found.share)
    if not departure.fires:
        told = (
            f"{share} of the respondents are flagged as careless, not more than the "
            f"{percent(HARMFUL_SHARE, 0)} from which correlations change"
        )
        return Diagnostic("CARELESS-001", False, found.share, told)
    treated = "and are in the analysis" if departure.gate else "and are excluded"
    told = (
        f"{share} of the respondents are flagged as careless, more than the "
        f"{percent(HARMFUL_SHARE, 0)} from which correlations change, {treated}"
        f"{_consequence(departure)}"
    )
    return Diagnostic("CARELESS-001", True, found.share, told, leads=True)


def _unknown(found: UnknownAnswers, departure: Departure) -> Diagnostic:
    if not departure.fires:
        told = (
            f"don't-knows are rare, below {percent(LARGE_SHARE, 0)} of the answers to every scale"
            if not found.frequent
            else "don't-knows go with nothing that is known of the respondents"
        )
        return Diagnostic("DONTKNOW-001", False, found.largest, told)
    scales = [f"{name} {percent(found.shares[name], 0)}" for name in found.frequent]
    others = [entry for entry in found.dependent if entry.variable != entry.scale]
    depend = [f"{entry.scale} with {entry.variable}" for entry in others or found.dependent]
    told = (
        f"many answers are don't-knows ({listed(scales, MOST_NAMED)}), and not at random: they "
        f"go with what else is known of the respondents ({listed(depend, MOST_NAMED)})"
        f"{_consequence(departure)}"
    )
    named = (*found.frequent, *(e.scale for e in found.dependent))
    named += tuple(entry.variable for entry in found.dependent)
    return Diagnostic("DONTKNOW-001", True, found.largest, told, leads=True, variables=named)


def _selected(found: SelectedRespondents, departure: Departure) -> Diagnostic:
    named = tuple(entry.term for entry in found.unlike)
    if not departure.fires:
        told = f"{found.population}, who were asked more, are like those who were not asked"
        if found.unlike:
            sizes = listed(_sizes(found), MOST_NAMED)
            told += f" in the outcomes of their paths, though not in {sizes}"
        return Diagnostic("DIGITAL-001", False, found.largest, told, variables=named)
    concerned = ", ".join(sorted(departure.concerned))
    held = f"; they are {concerned}" if concerned else ""
    told = (
        f"{found.population}, who alone were asked some questions, differ from those who were not "
        f"asked ({listed(_sizes(found), MOST_NAMED)}): paths among them to outcomes in which "
        f"they differ are distorted by that and are not concluded from{held}"
    )
    return Diagnostic("DIGITAL-001", True, found.largest, told, leads=True, variables=named)


def _sizes(found: SelectedRespondents) -> list[str]:
    return [f"{entry.term} d = {decimal(entry.difference)}" for entry in found.unlike]


def _wording(found: WordingFactor, departure: Departure) -> Diagnostic:
    share = percent(found.share, 0)
    questions = counted(len(found.items), "reverse-worded question")
    if not departure.fires:
        told = f"{questions} share no more than a trace beside their factors: {share} of variance"
        if found.share >= SMALLEST_SHARE:
            told = (
                f"what {questions} share beside their factors, {share} of their variance, may be "
                "chance: its interval reaches zero"
            )
        return Diagnostic("METHOD-001", False, found.share, told)
    told = (
        f"{questions} share something beside their factors, as where respondents agree with "
        f"whatever is said: {share} of their variance{_consequence(departure)}"
    )
    return Diagnostic("METHOD-001", True, found.share, told, leads=True)


def _invariance(found: MeasurementInvariance, departure: Departure) -> Diagnostic:
    named = (found.variable,)
    if not departure.fires:
        told = f"the questions measure alike in {len(found.groups)} groups of {found.variable}"
        return Diagnostic("INVARIANCE-001", False, found.largest, told, variables=named)
    items = list(dict.fromkeys(question.item for question in found.notable))
    told = (
        f"{counted(len(items), 'question')} {'measures' if len(items) == 1 else 'measure'} "
        f"otherwise, relative to the others of {'its scale' if len(items) == 1 else 'their scales'}"
        f", in groups of {found.variable}: {listed(items, MOST_NAMED)}{_consequence(departure)}"
    )
    return Diagnostic("INVARIANCE-001", True, found.largest, told, leads=True, variables=named)


def _consequence(departure: Departure) -> str:
    """State which path another assumption changes most, and what follows."""
    if departure.no_alternatives:
        held = ", and none is concluded from" if departure.gate else ""
        reason = departure.no_alternatives
        return f"; what the paths are otherwise is not known, since {reason}{held}"
    other, path = max(
        ((other, other.largest) for other in departure.alternatives),
        key=lambda pair: abs(pair[1].change),
    )
    held = ", and what would not be concluded then is not concluded" if departure.gate else ""
    return (
        f"; {other.title}, {path.id} changes most, from {bounded(path.stated)} to "
        f"{bounded(path.rival)} (SE {bounded(path.rival_se)}){held}"
    )
