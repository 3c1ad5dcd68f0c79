"""`make bench`, `python -m tests.bench [stages|formats|batch|patterns] [--large]`: the first three, or those named."""

import argparse
import platform
from datetime import date

from tests.bench import batch, formats, patterns, stages

PARTS = ("batch", "stages", "formats")
ASKED_FOR = ("patterns",)
"""What is run only where it is named: it takes long."""


def main() -> None:
    """Print the tables of the parts that were asked for, in Markdown."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="How fast pacte is, as Markdown tables.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}, if none is named; or patterns")
    parser.add_argument("--large", action="store_true", help="batch: up to 50,000 documents (1.7 GB, some minutes)")
    asked = parser.parse_args()
    unknown = [part for part in asked.parts if part not in (*PARTS, *ASKED_FOR)]
    if unknown:
        parser.error(f"{unknown[0]!r} is no part: name {', '.join((*PARTS, *ASKED_FOR))}")
    print(f"Measured on {date.today()} with Python {platform.python_version()}.")
    for part in asked.parts or PARTS:
        print(flush=True)
        if part == "batch":
            batch.main(large=asked.large)
        else:
            {"stages": stages.main, "formats": formats.main, "patterns": patterns.main}[part]()


if __name__ == "__main__":
    main()
