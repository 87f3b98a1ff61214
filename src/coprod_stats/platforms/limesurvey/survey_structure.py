"""The columns and settings of LimeSurvey's tab-separated survey structure.

https://www.limesurvey.org/manual/Tab_Separated_Value_survey_structure
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

Row = dict[str, str]
HEADER = (
    "id",
    "related_id",
    "class",
    "type/scale",
    "name",
    "relevance",
    "text",
    "help",
    "language",
    "validation",
    "mandatory",
    "encrypted",
    "other",
    "default",
    "same_default",
    "same_script",
    "date_format",
    "date_max",
    "date_min",
    "display_columns",
    "em_validation_q",
    "em_validation_q_tip",
    "equals_num_value",
    "exclude_all_others",
    "hidden",
    "max_answers",
    "max_num_value_n",
    "max_subquestions",
    "maximum_chars",
    "min_num_value_n",
    "num_value_int_only",
    "random_group",
    "random_order",
    "slider_accuracy",
    "slider_layout",
    "slider_max",
    "slider_min",
    "slider_reset",
    "slider_separator",
    "slider_showminmax",
    "value_range_allows_missing",
)
ATTRIBUTES = tuple(name for name in HEADER[16:] if name != "em_validation_q_tip")
"""What stands with the first language only."""
_SETTINGS = {
    "format": "G",
    "anonymized": "N",
    "datestamp": "Y",
    "savetimings": "Y",
    "allowprev": "Y",
    "shownoanswer": "N",
    "showgroupinfo": "B",
    "showqnumcode": "X",
    "showxquestions": "N",
    "showprogress": "Y",
}


def table_bytes(rows: Iterable[Row]) -> bytes:
    """Return the file of a survey structure."""
    made = "\r\n".join("\t".join(row.get(name, "") for name in HEADER) for row in rows)
    header = "\t".join(HEADER)
    return f"\ufeff{header}\r\n{made}\r\n".encode()


def settings(languages: tuple[str, ...]) -> Iterator[Row]:
    """Return the settings of a survey, the first of the languages being its own."""
    first, *others = languages
    named = {"language": first, "additional_languages": " ".join(others)} | _SETTINGS
    for name, text in named.items():
        yield {"class": "S", "name": name, "text": text}
