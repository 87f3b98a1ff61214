"""How the time that the rules take over a text grows with the text.

python benchmarks/lint/growth.py [--repeat N]

Every unit is something that a rule may look at again and again in a text which repeats it. Four
times the length takes four times as long by a rule that reads a text once, sixteen times as long
by one that reads the rest of it from every place. Ends with status 1 where a ratio passes eight.
"""

from __future__ import annotations

import argparse
import sys
import time

from coprod_stats.instruments.checks.lint_rules import Question, question_findings
from coprod_stats.instruments.checks.texts import MAX_TEXT

UNITS = (
    *("a", "a ", "a/", "a, ", "n't", "a'", "(", "(a) ", "[A", "?", ". ", "é", "…", "aaa or un"),
    *("between ", "both x ", "between a and ", "and ", "each other ", "match ", "compare "),
    *("such as ", "ing up and ", "good or ", "disagree ", "as many people ", "satisf"),
    *("would ", "had ", "since ", "money has been ", "compared with ", "without your ", "as a "),
    *("by taking ", "how well ", "answer to you ", "have you ", "nobody ", "-efficien", "do you "),
    *("than a year ", "in the past ", "your own ", "does your ", "working with a. ", "is there, "),
)
"""What a rule may look at again and again in a text that repeats it."""

MOST = 8.0


def seconds(unit: str, length: int, repeat: int) -> float:
    """Return the least processor time that all rules take over a text of this length."""
    text = (unit * length)[:length]
    # every other unit is an outcome's, the others a driver's: the rules of both are tried
    question = Question(
        *(text, text, (text,) * 3, "bipolar"),
        reverse=True,
        is_rating=True,
        roles=frozenset({"impact" if UNITS.index(unit) % 2 else "driver"}),
        offers_dont_know=False,
    )
    taken = []
    for _ in range(repeat):
        start = time.process_time()
        list(question_findings(question))
        taken.append(time.process_time() - start)
    return min(taken)


def main() -> None:
    """Print the time and its growth for each unit."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--repeat", type=int, default=5, help="the least of so many is taken")
    repeat = parser.parse_args().repeat
    seconds(UNITS[0], 100, 1)  # patterns are compiled
    most = 0.0
    for unit in UNITS:
        short, long = (seconds(unit, length, repeat) for length in (MAX_TEXT // 4, MAX_TEXT))
        most = max(most, long / short)
        print(f"{unit!r:24} {1000 * long:7.1f} ms  {long / short:5.1f} times a quarter of it")
    print(f"\n{MAX_TEXT:,} letters; the steepest {most:.1f} times for four times the length")
    sys.exit(most > MOST)


if __name__ == "__main__":
    main()
