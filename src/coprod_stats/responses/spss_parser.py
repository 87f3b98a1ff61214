"""SPSS files parsed in a process of their own.

ReadStat, the C library beneath pyreadstat, is ended by the system on some damaged files. Then only
that process ends, and the file is refused.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from coprod_stats.responses.raw_table import ResponsesError

_PARSER = """
import pickle, sys
import pyreadstat
path, most = sys.argv[1], int(sys.argv[2])
options = {"user_missing": True, "output_format": "dict", "disable_datetime_conversion": True}
try:
    columns, meta = pyreadstat.read_sav(path, metadataonly=True, **options)
    if most and (meta.number_rows or 0) * (meta.number_columns or 0) <= most:
        columns, meta = pyreadstat.read_sav(path, **options)
    found = columns, vars(meta)
except Exception as error:
    found = str(error) or type(error).__name__
pickle.dump(found, sys.stdout.buffer)
"""


def parse_spss(path: Path, *, most_cells: int = 0) -> tuple[dict[str, Any], Any]:
    """Return the values of an SPSS system file by column, and what pyreadstat says of them.

    Parameters
    ----------
    path : Path
    most_cells : int
        Of a larger table, and by default of any, no values are read.

    Raises
    ------
    ResponsesError
        If the file is not an SPSS system file, or so damaged that it cannot be parsed.
    """
    # -P: nothing is imported from the folder that the process is started in
    command = [sys.executable, "-P", "-c", _PARSER, str(path.absolute()), str(most_cells)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    found = pickle.loads(done.stdout) if done.returncode == 0 else "it is damaged"
    if isinstance(found, str):
        raise ResponsesError(f"{path.name}: not a readable SPSS file: {found}")
    columns, meta = found
    return columns, SimpleNamespace(**meta)
