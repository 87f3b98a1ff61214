"""All faults of a questionnaire at once, each with its place and its remedy."""

from __future__ import annotations

from coprod_stats.errors import Fault
from coprod_stats.instruments.checks.assignments import (
    check_after,
    check_assigned_forms,
    check_level_texts,
    check_rotation,
    check_twins,
)
from coprod_stats.instruments.checks.choices import check_choices, check_letter_codes
from coprod_stats.instruments.checks.expressions import check_expressions
from coprod_stats.instruments.checks.fixed_answers import check_fixed_answers
from coprod_stats.instruments.checks.items import (
    check_administrative,
    check_answers,
    check_codes,
    check_codes_of_columns,
    check_originals,
    check_special_items,
    check_unique_ids,
)
from coprod_stats.instruments.checks.missing_names import check_missing_names
from coprod_stats.instruments.checks.numbered_answers import check_points, check_sliders
from coprod_stats.instruments.checks.prefilled import check_prefilled
from coprod_stats.instruments.checks.rosters import check_reach_of_rosters, check_rosters
from coprod_stats.instruments.checks.routing import (
    check_checks,
    check_derived_cycles,
    check_form_routing,
    check_routing_order,
)
from coprod_stats.instruments.checks.scales import check_constructs, check_forms, check_scales
from coprod_stats.instruments.checks.texts import (
    check_languages,
    check_lengths,
    check_placeholders,
)
from coprod_stats.instruments.checks.typed_answers import check_dates, check_text_rules
from coprod_stats.instruments.source.draft import Draft

_CHECKS = (
    check_unique_ids,
    check_administrative,
    check_originals,
    check_answers,
    check_codes,
    check_codes_of_columns,
    check_dates,
    check_letter_codes,
    check_points,
    check_sliders,
    check_special_items,
    check_choices,
    check_text_rules,
    check_missing_names,
    check_prefilled,
    check_fixed_answers,
    check_scales,
    check_constructs,
    check_forms,
    check_expressions,
    check_routing_order,
    check_checks,
    check_form_routing,
    check_derived_cycles,
    check_languages,
    check_lengths,
    check_placeholders,
    check_rosters,
    check_reach_of_rosters,
    check_rotation,
    check_level_texts,
    check_twins,
    check_assigned_forms,
    check_after,
)


def check_draft(draft: Draft) -> list[Fault]:
    """Find all faults in the meaning of a questionnaire."""
    return [fault for check in _CHECKS for fault in check(draft)]
