"""Holds a data dictionary against linkml-redcap's schema: redcap_linkml.py FILE.csv -> JSON.

Run by the interpreter that has linkml-redcap, which is not the tests' own.
"""

from __future__ import annotations

import csv
import json
import sys

from linkml.validator import validate
from linkml_redcap.data_dictionary import schema_path, schema_view


def main(file: str) -> None:
    slots = list(schema_view().get_class("Field").attributes)
    with open(file, encoding="utf-8", newline="") as stream:  # noqa: PTH123
        header, *rows = csv.reader(stream)
    fields = [{slot: cell for slot, cell in zip(slots, row, strict=True) if cell} for row in rows]
    report = validate({"fields": fields}, str(schema_path()), "DataDictionary")
    json.dump(
        {"columns": [header, slots], "problems": [result.message for result in report.results]},
        sys.stdout,
    )


if __name__ == "__main__":
    main(sys.argv[1])
