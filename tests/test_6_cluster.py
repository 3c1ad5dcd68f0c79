"""A Dask cluster gives the tables that one machine gives, also when one of its workers is killed."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from distributed import Client, LocalCluster

from pipeline.batch import NoCluster, Options, Summary, parse_all
from pipeline.cluster import parse_on_cluster
from pipeline.output import open_output
from pipeline.schemas import ALL
from tests.conftest import SEED
from tests.test_6_batch import some_pacts


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0") as two:
        yield two


def silent(summary: Summary) -> None:
    pass


def tables_of(output: Path) -> dict[str, pa.Table]:
    return {name: pq.read_table(output / f"{name}.parquet") for name in ALL}


def same(one: Path, two: Path) -> None:
    first, second = tables_of(one), tables_of(two)
    assert first["documents"].num_rows > 0
    assert first == second


def test_the_same_rows_in_the_same_order(tmp_path: Path, cluster: LocalCluster) -> None:
    folder = some_pacts(tmp_path / "in", 70)
    (folder / "seed.txt").write_bytes(SEED.read_bytes())
    (folder / "empty.txt").write_bytes(b"")
    here = parse_all([str(folder)], str(tmp_path / "here"), Options(), silent)
    there = parse_on_cluster(
        [str(folder)], str(tmp_path / "there"), Options(force=True), cluster.scheduler_address, silent
    )
    same(tmp_path / "here", tmp_path / "there")
    assert (there.statuses, there.rows, there.errors) == (here.statuses, here.rows, here.errors)
    assert open_output(tmp_path / "there").table("levels").equals(open_output(tmp_path / "here").table("levels"))
    parts = sorted(path.name for path in (tmp_path / "there" / "levels.parquet").iterdir())
    assert parts == [f"part-{number:05}.parquet" for number in range(36)]
    assert sorted(path.name for path in (tmp_path / "there").iterdir()) == sorted(
        [*(f"{name}.parquet" for name in ALL), "datapackage.json", "manifest.json"]
    )
    # A later run on this machine takes the folders' place, and carries their rows over.
    again = parse_all([str(folder)], str(tmp_path / "there"), Options(), silent)
    assert again.n_carried == 71  # all but the one that failed
    assert (tmp_path / "there" / "levels.parquet").is_file()
    same(tmp_path / "here", tmp_path / "there")


def test_a_worker_that_is_killed_midway(tmp_path: Path) -> None:
    folder = some_pacts(tmp_path / "in", 400, SEED.read_text("utf-8"))
    parse_all([str(folder)], str(tmp_path / "here"), Options(), silent)
    killed: list[int] = []
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0") as own:
        with Client(own) as client:
            pids = list(client.run(os.getpid).values())

        def kill(summary: Summary) -> None:
            if not killed and summary.n_documents > 30:
                killed.append(pids[0])
                os.kill(pids[0], signal.SIGKILL)

        summary = parse_on_cluster(
            [str(folder)], str(tmp_path / "there"), Options(force=True), own.scheduler_address, kill
        )
    assert killed
    assert summary.n_documents == 400
    same(tmp_path / "here", tmp_path / "there")


def test_inputs_and_output_at_urls(tmp_path: Path) -> None:
    """memory:// is known to one process alone: workers are threads here."""
    import fsspec

    system = fsspec.filesystem("memory")
    for number in range(6):
        text = f"Liste {number}\n\n33 – Cantines\nN{number % 3 + 1} • Acheter mieux.\n"
        system.pipe_file(f"/pacts/{number}.txt", text.encode())
    with LocalCluster(n_workers=2, threads_per_worker=2, processes=False, dashboard_address=":0") as threads:
        summary = parse_on_cluster(
            ["memory://pacts"], "memory://tables", Options(force=True), threads.scheduler_address, silent
        )
    assert summary.statuses == {"complete": 6}
    found = sorted(system.ls("/tables", detail=False))
    names = [*(f"{name}.parquet" for name in ALL), "datapackage.json", "manifest.json"]
    assert found == sorted(f"/tables/{name}" for name in names)
    paths = sorted(system.find("/tables/levels.parquet"))
    levels = pa.concat_tables(pq.read_table(system.open(path)) for path in paths)
    assert levels["level"].to_pylist() == [1, 2, 3] * 6
    # The same by this machine's own workers cannot be: memory:// ends with the process.


def test_no_scheduler_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.cluster._WAIT", "200ms")
    folder = some_pacts(tmp_path / "in", 1)
    with pytest.raises(NoCluster, match="no scheduler answers there"):
        parse_on_cluster([str(folder)], str(tmp_path / "out"), Options(), "tcp://127.0.0.1:9", silent)
    assert not list((tmp_path / "out").iterdir())
