"""Many pacts with broken files among them, against the same pacts alone: `python -m tests.attacks.batch [N]`.

Every twentieth file is one of tests/data/broken/. Raises AssertionError where a good pact gives other rows than alone, or a
broken file no row.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.schemas import TABLES
from tests.bench.pacts import write_pacts
from tests.conftest import ROOT

BROKEN = ROOT / "tests" / "data" / "broken"
_EVERY = 20
_ROUNDS = 2
_COMMAND = [sys.executable, "-c", "from pipeline.cli import main; main()", "parse"]


def main(n: int) -> None:
    """Print what both batches cost, as a table."""
    with tempfile.TemporaryDirectory(prefix="pacte-") as place:
        mixed, clean = Path(place) / "mixed", Path(place) / "clean"
        write_pacts(mixed, n)
        bad = _spoil(mixed)
        shutil.copytree(mixed, clean)
        for path in bad:
            (clean / path.relative_to(mixed)).unlink()
        seconds: dict[str, list[float]] = {"clean": [], "mixed": []}
        for _ in range(_ROUNDS):
            for folder, code in ((clean, 0), (mixed, 1)):
                seconds[folder.name].append(_parse(folder, Path(place) / f"{folder.name}-out", code))
        statuses = _compare(Path(place) / "clean-out", Path(place) / "mixed-out", {path.name for path in bad})
        n_clean = n - len(bad)
        rates = {"clean": n_clean / min(seconds["clean"]), "mixed": n / min(seconds["mixed"])}
        print("| batch | files | wall s, best of 2 | files/s | × clean |\n| --- | ---: | ---: | ---: | ---: |")
        for name, count in (("clean", n_clean), ("mixed", n)):
            told = f"{min(seconds[name]):.2f} | {rates[name]:.0f} | {rates[name] / rates['clean']:.3f}"
            print(f"| {name} | {count:,} | {told} |")
        print(
            f"\nbroken: {len(bad)} files, {statuses}; all rows of the {n_clean:,} good pacts are those of the clean batch"
        )


def _spoil(folder: Path) -> list[Path]:
    """Put a broken file in the place of every twentieth pact."""
    broken = sorted(
        path for path in BROKEN.iterdir() if path.is_file() and path.name not in ("expected.toml", "README.md")
    )
    # What the command takes for an archive is a folder to it, and what begins with a dot or a tilde no pact.
    broken = [path for path in broken if path.suffix not in (".zip", ".gz") and path.name != "tar-called.txt"]
    assert len(broken) > 100
    bad = []
    for number, path in enumerate(sorted(folder.rglob("*.txt"))[::_EVERY]):
        source = broken[number % len(broken)]
        target = path.with_name(f"{path.stem}-{source.name}")
        path.unlink()
        shutil.copy(source, target)
        bad.append(target)
    return bad


def _parse(folder: Path, output: Path, code: int) -> float:
    start = time.perf_counter()
    done = subprocess.run(
        [*_COMMAND, str(folder), "-o", str(output), "--force"], capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stderr
    return time.perf_counter() - start


def _compare(clean: Path, mixed: Path, bad: set[str]) -> dict[str, int]:
    """The statuses of the broken files, after comparing all rows of the others."""
    for name in TABLES:
        alone, among = (pq.read_table(folder / f"{name}.parquet") for folder in (clean, mixed))
        is_good = [not bad & set(pact_id.split("/")) for pact_id in among["pact_id"].to_pylist()]
        assert among.filter(pa.array(is_good)).equals(alone), name
    documents = pq.read_table(mixed / "documents.parquet", columns=["pact_id", "status"]).to_pylist()
    # An archive is a folder: what is in it has a row.
    found = {part: row["status"] for row in documents for part in row["pact_id"].split("/")}
    assert bad <= found.keys(), sorted(bad - found.keys())[:5]
    counts: dict[str, int] = {}
    for name in sorted(bad):
        counts[found[name]] = counts.get(found[name], 0) + 1
    return counts


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
