"""Answers bound to their questionnaire: assess their quality, score them."""

from __future__ import annotations

from pathlib import Path

from coprod_stats.cli.file_roles import command
from coprod_stats.cli.options import (
    bound_answers,
    data_argument,
    form_option,
    instrument_option,
    json_option,
    module_option,
    out_option,
    report_rejected,
    sheet_option,
)
from coprod_stats.cli.output import print_table, records, say, say_where, write_json
from coprod_stats.files.writing import committed_together


@command(epilog="Example: coprod quality answers.csv --instrument citizen")
@data_argument
@instrument_option
@out_option
@form_option
@sheet_option
@json_option
def quality(
    data: Path,
    instrument: str,
    out: Path | None,
    form: str | None,
    sheet: str | None,
    json: str | None,
) -> None:
    """Flag careless responding, with reasons, and count missing answers by kind."""
    from coprod_stats.quality import flag_careless
    from coprod_stats.responses.reading import write_by_respondent

    responses = bound_answers(data, instrument, form, sheet=sheet)
    report_rejected(responses)
    flags = flag_careless(responses)
    with committed_together():
        if out is not None:
            write_by_respondent(flags.augment(), out)
        if json is not None:
            summary = records(flags.glance())[0]
            write_json({"rules": records(flags.tidy()), "summary": summary}, json)
    if json is None:
        say(str(flags).splitlines()[0])
        print_table(
            flags.tidy(),
            {
                "rule": "rule",
                "n_computed": "computed",
                "n_hits": "hits",
                "reason": "reason if not computed",
            },
        )
    if out is not None:
        say_where(f"flags and reasons: {out}", json)


@command(epilog="Example: coprod score answers.csv --instrument citizen --out scores.csv")
@data_argument
@instrument_option
@out_option
@form_option
@sheet_option
@json_option
def score(
    data: Path,
    instrument: str,
    out: Path | None,
    form: str | None,
    sheet: str | None,
    json: str | None,
) -> None:
    """Score scales and indices by the questionnaire's own rules."""
    from coprod_stats.responses.reading import write_by_respondent
    from coprod_stats.scoring import score as score_scales

    responses = bound_answers(data, instrument, form, sheet=sheet)
    report_rejected(responses)
    scores = score_scales(responses)
    with committed_together():
        if out is not None:
            write_by_respondent(scores.augment(), out)
        if json is not None:
            write_json(records(scores.tidy()), json)
    if json is None and not scores.scales:
        say(str(scores))
    elif json is None:
        print_table(
            scores.tidy(),
            {
                "term": "scale",
                "title": "title",
                "rule": "rule",
                "n_scored": "n",
                "mean": "mean",
                "sd": "SD",
                "floor": "floor",
                "ceiling": "ceiling",
            },
        )
    if out is not None:
        say_where(f"scores: {out}", json)


@command(epilog="Example: coprod reliability answers.csv --instrument citizen")
@data_argument
@instrument_option
@form_option
@module_option
@sheet_option
@json_option
def reliability(
    data: Path,
    instrument: str,
    form: str | None,
    module: tuple[str, ...],
    sheet: str | None,
    json: str | None,
) -> None:
    """Estimate the reliability of every scale: alpha, omega, Spearman-Brown.

    Published scales of a module are compared with the published values.
    """
    from coprod_stats.measurement import reliability as estimate
    from coprod_stats.measurement.published_values import compare_published

    responses = bound_answers(data, instrument, form, module, sheet=sheet)
    report_rejected(responses)
    found = estimate(responses)
    if json is not None:
        write_json(records(found.by_scale()), json)
        return
    say(str(found))
    if compared := str(compare_published(responses, found)):
        say(compared)
