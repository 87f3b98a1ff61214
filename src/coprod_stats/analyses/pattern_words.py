"""The pattern of stated paths in words: the first lines of report, terminal and JSON."""

from __future__ import annotations

import math

from coprod_stats.counts import counted
from coprod_stats.documents.numbers import (
    BOUNDED,
    bounded,
    count,
    decimal,
    interval,
    p_statement,
)
from coprod_stats.structure.path_pattern import PathMean, PathPattern

NONE_COUNTED = "none of these paths is counted as supported"
"""What follows for single paths where the pattern is not there."""


def pattern_size(pattern: PathPattern) -> str:
    """State the two means, their difference with its interval, and the number of respondents."""
    contrast = pattern.contrast
    return (
        f"The {counted(pattern.n_stated, 'stated path')} from drivers to impacts "
        f"{'has' if pattern.n_stated == 1 else 'have'} a mean β of "
        f"{bounded(pattern.mean_stated.estimate)}, the {count(pattern.n_unstated)} unstated "
        f"{'one' if pattern.n_unstated == 1 else 'ones'} "
        f"{bounded(pattern.mean_unstated.estimate)}: "
        f"difference {mean_with_interval(contrast, pattern)}, {_statistic(contrast)}, "
        f"n = {count(pattern.fit.n_obs)}."
    )


def _statistic(mean: PathMean) -> str:
    """Print a z statistic, or a t statistic with its degrees of freedom."""
    symbol = "z" if math.isinf(mean.df) else f"t({mean.df:g})"
    return f"{symbol} = {decimal(mean.statistic, 1)}"


def mean_with_interval(mean: PathMean, pattern: PathPattern) -> str:
    """Print a mean or difference with its interval."""
    limits = interval(mean.conf_low, mean.conf_high, number_format=BOUNDED)
    return f"{bounded(mean.estimate)}, {level(pattern)} CI {limits}"


def level(pattern: PathPattern) -> str:
    """Print the level of the intervals."""
    return f"{100 * pattern.fit.conf_level:.3g}%"


def pattern_conclusion(pattern: PathPattern, n_tests: int) -> str:
    """State what the pattern allows to say of the single paths.

    Parameters
    ----------
    pattern : PathPattern
    n_tests : int
        Confirmatory tests that were to be read one by one.
    """
    tests = f"{'single path' if n_tests == 1 else f'{n_tests} paths'}"
    match pattern.conclusion:
        case "present":
            read = "is tested" if n_tests == 1 else "are tested one by one"
            found = f"The stated pattern is there, and the {tests} {read}."
            return " ".join(filter(None, (found, _general_level(pattern))))
        case "uneven":
            assert pattern.within is not None
            return (
                "The stated paths are shown to be stronger only insofar as some drivers or impacts "
                "are related to everything more strongly than others: within drivers and impacts "
                f"the difference is {mean_with_interval(pattern.within, pattern)}. A general "
                "evaluation of the service that is stronger in some scales would do the same, and "
                f"{NONE_COUNTED}."
            )
        case "general-evaluation":
            return (
                "The stated paths are not shown to be stronger than those that nobody stated, and "
                "the latter lie above zero "
                f"({mean_with_interval(pattern.mean_unstated, pattern)}): a general evaluation of "
                f"the service describes the data as well, and {NONE_COUNTED}."
            )
        case "undetermined":
            found = (
                "cannot be distinguished from those that nobody stated, nor the latter from zero"
                if pattern.mean_stated.above_zero
                else "do not lie above zero on average "
                f"({mean_with_interval(pattern.mean_stated, pattern)})"
            )
            return (
                f"The stated paths {found}: the data do not show the stated pattern, and "
                f"{NONE_COUNTED}."
            )


def without_pattern(reason: str) -> tuple[str, str]:
    """State that the pattern could not be tested, and what that means for single paths."""
    return (
        f"Stated and unstated paths could not be compared: {reason}.",
        f"Nothing here shows single paths to be more than a general evaluation of the service: "
        f"{NONE_COUNTED}.",
    )


def untested_pattern(reason: str) -> str:
    """State that no test of the pattern stands before the single paths, and why."""
    return (
        f"The stated paths were not compared with unstated ones, since {reason}. What runs through "
        "all answers of a respondent, as a general evaluation does, would make these paths differ "
        "from zero as well."
    )


def _general_level(pattern: PathPattern) -> str:
    """Caution where the unstated paths lie above zero beneath the stated pattern."""
    if not pattern.mean_unstated.above_zero:
        return ""
    return (
        "The unstated paths lie above zero as well "
        f"({mean_with_interval(pattern.mean_unstated, pattern)}): about as much of every path can "
        "come from a general evaluation of the service."
    )


def ratio_words(pattern: PathPattern) -> str:
    """State whether the model fits worse without the unstated paths."""
    ratio = pattern.ratio
    if ratio is None:
        return f"The model without the unstated paths was not tested: {pattern.no_ratio}."
    worse = ratio.p_value < 1 - pattern.fit.conf_level
    verdict = (
        "fits worse than the one with all paths: some of the paths that nobody stated are not zero"
        if worse
        else "fits no worse than the one with all paths"
    )
    return (
        f"The model with the stated paths alone {verdict} (Δχ²({ratio.df}) = "
        f"{decimal(ratio.chisq)}, p {p_statement(ratio.p_value)}; {ratio.method})."
    )
