"""Runs cases whose numbers come on standard input; a line of JSON for each goes to descriptor 3."""

from __future__ import annotations

import base64
import json
import os
import resource
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from cases import Case, make_case
from checking import Finding, check
from reduction import reduced

MEMORY = 6_000_000_000
SECONDS_FOR_A_REPRODUCTION = 20.0


def run_case(case: Case) -> Finding | None:
    with tempfile.TemporaryDirectory() as folder:
        return check(case, Path(folder))


def main() -> None:
    seed = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    known: set[str] = set(json.loads(sys.argv[2]))
    with os.fdopen(3, "w") as answers:
        for line in sys.stdin:
            case = make_case(seed, int(line))
            finding = run_case(case)
            report: dict[str, object] = {"kind": case.kind}
            if finding is not None and finding.fault not in known:
                known.add(finding.fault)
                small = reduced(
                    case,
                    lambda tried, fault=finding.fault: (
                        getattr(run_case(tried), "fault", "") == fault
                    ),
                    seconds=SECONDS_FOR_A_REPRODUCTION,
                )
                files = {k: base64.b64encode(v).decode() for k, v in small.files.items()}
                commands = [" ".join(words) for words in small.commands]
                report |= {"finding": asdict(finding), "files": files, "commands": commands}
            answers.write(json.dumps(report) + "\n")
            answers.flush()


if __name__ == "__main__":
    main()
