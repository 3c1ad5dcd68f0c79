"""One target in a process of its own, which may crash or hang; what it found is kept under a name that tells it."""

import faulthandler
import mmap
import os
import re
import signal
import struct
import subprocess
import sys
import time
import traceback
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from random import Random
from types import TracebackType

from tests.fuzz import ROOT, SECONDS
from tests.fuzz.targets import Target

_HEAD = struct.Struct("qqd")
"""At the head of the memory that a target shares with us: executions, bytes of the input at work, longest seconds."""
_MOST_MIB = 3_000
_RESTARTS = 25
_STATUS_RE = re.compile(r"^#\d+\s.*\bcov: (\d+) ft: (\d+)", re.MULTILINE)
_PLACE_RE = re.compile(r'File "[^"]*?/pipeline/([\w/]+)\.py", line (\d+)')


@dataclass(frozen=True, slots=True)
class Told:
    """What a target did: inputs executed, seconds taken, edges and features of the code covered, the longest seconds
    that an input took, and the files of the findings."""

    name: str
    executions: int
    seconds: float
    edges: int
    features: int
    slowest: float
    findings: tuple[Path, ...]


class Running:
    """A target that runs in a child, started again when it dies, until its seconds are over."""

    def __init__(self, target: Target, seconds: float, seed: int, folder: Path) -> None:
        self.target, self.seed = target, seed
        self.corpus, self.findings, self.seeds, self.slowest = (
            folder / part / target.name for part in ("corpus", "findings", "seeds", "slowest")
        )
        self.log = folder / f"{target.name}.log"
        self.shared = mmap.mmap(-1, _HEAD.size + target.most)
        self.doubtful: list[tuple[Path, subprocess.Popen[bytes]]] = []
        self.begun, self.end = time.monotonic(), time.monotonic() + seconds
        self.executed, self.starts, self.pid = 0, 0, 0
        for each in (self.corpus, self.findings, self.seeds, self.slowest):
            each.mkdir(parents=True, exist_ok=True)
        for each in self.findings.iterdir():  # of the last run
            each.replace(_new_folder(folder / "before" / target.name) / each.name)
        self.log.write_bytes(b"")
        self._start()

    def _start(self) -> None:
        self.starts += 1
        self.shared[: _HEAD.size] = _HEAD.pack(0, 0, _HEAD.unpack_from(self.shared)[2])
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if self.pid:
            return
        try:
            log = os.open(self.log, os.O_WRONLY | os.O_APPEND)
            os.dup2(log, 1)
            os.dup2(log, 2)
            _fuzz(self, max(1, round(self.end - time.monotonic())))
        except BaseException:  # noqa: BLE001 - told in the log, and by the exit code
            traceback.print_exc()
            sys.stderr.flush()
        finally:
            os._exit(99)  # never back into the driver's own code

    def poll(self, grace: float) -> bool:
        """Whether it still runs. Looks after a child that ended, and ends one that is late by `grace` seconds."""
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        late = time.monotonic() > self.end + grace
        if not pid and late:
            self.stop()
            return False
        if not pid:
            return True
        self.executed += _HEAD.unpack_from(self.shared)[0]
        code = os.waitstatus_to_exitcode(status)
        if code:
            self._keep_what_killed(code)
        self.pid = 0
        if code and self.starts <= _RESTARTS and time.monotonic() < self.end - 1:
            self._start()
            return True
        return False

    def stop(self) -> None:
        """End the child at once."""
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            self.executed += _HEAD.unpack_from(self.shared)[0]
            self.pid = 0

    def _keep_what_killed(self, code: int) -> None:
        """Keep the input that killed the child under a name that tells how and, for a hang, where."""
        written = self.log.read_text("utf-8", "replace")
        artifacts = sorted(self.findings.glob("libfuzzer-*"))
        kind = artifacts[0].name.split("-")[1] if artifacts else f"died-{abs(code)}"
        _, size, _ = _HEAD.unpack_from(self.shared)
        data = artifacts[0].read_bytes() if artifacts else self.shared[_HEAD.size : _HEAD.size + size]
        for each in artifacts:
            each.unlink()
        stack = written.rpartition("Timeout (")[2] if kind == "timeout" else written[-4_000:]
        place = _PLACE_RE.search(stack) if kind == "timeout" else None
        where = f"-{place[1].replace('/', '-')}-{place[2]}" if place else ""
        path = self.findings / f"{kind}{where}.{self.target.ending}"
        if _keep(path, data, stack[:8_000]) and kind == "timeout":
            # Code that tells which way it goes is slow: only without that does a time count.
            nothing = subprocess.DEVNULL
            command = [sys.executable, "-m", "tests.fuzz", "--target", self.target.name, "--replay", str(path)]
            self.doubtful.append((path, subprocess.Popen(command, cwd=ROOT, stdout=nothing, stderr=nothing)))

    def is_sure(self) -> bool:
        """Whether all that took too long was tried again: what did not then, is no finding."""
        for path, process in list(self.doubtful):
            code = process.poll()
            if code is not None:
                self.doubtful.remove((path, process))
            if code == 0:
                path.replace(self.slowest / path.name)
        return not self.doubtful

    def told(self) -> Told:
        """What came of it, after its end."""
        found = _STATUS_RE.findall(self.log.read_text("utf-8", "replace"))
        edges, features = map(int, found[-1]) if found else (0, 0)
        kept = sorted(path for path in self.findings.iterdir() if path.suffix != ".why")
        slowest = _HEAD.unpack_from(self.shared)[2]
        return Told(
            self.target.name,
            self.executed,
            min(time.monotonic(), self.end) - self.begun,
            edges,
            features,
            slowest,
            tuple(kept),
        )


def _new_folder(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    return path


def _keep(path: Path, data: bytes, why: str) -> bool:
    """Keep an input and, beside it, why; of two that break the same, the smaller. Whether it was kept."""
    if path.exists() and path.stat().st_size <= len(data):
        return False
    path.write_bytes(data)
    path.with_suffix(path.suffix + ".why").write_text(why, "utf-8", "replace")
    return True


def _fuzz(run: Running, seconds: int) -> None:
    """In the child: run inputs until the seconds are over. Does not come back."""
    atheris, target = import_module("atheris"), run.target
    seeds = [seed for seed in target.seeds() if len(seed) <= target.most]
    mutate = target.mutator(seeds)
    for number, seed in enumerate(seeds):
        (run.seeds / str(number)).write_bytes(seed)

    def one(data: bytes) -> None:
        executed, _, slowest = _HEAD.unpack_from(run.shared)
        run.shared[: _HEAD.size + len(data)] = _HEAD.pack(executed + 1, len(data), slowest) + data
        faulthandler.dump_traceback_later(SECONDS - 1)
        begun = time.perf_counter()
        try:
            target.check(data)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
            _keep(run.findings / f"{_named(error)}.{target.ending}", data, traceback.format_exc())
        took = time.perf_counter() - begun
        if took > slowest:
            _HEAD.pack_into(run.shared, 0, executed + 1, len(data), took)
            (run.slowest / f"x.{target.ending}").write_bytes(data)

    def change(data: bytes, most: int, seed: int) -> bytes:
        return mutate(data, most, Random(seed), atheris.Mutate)

    options = {
        "max_total_time": seconds,
        "timeout": SECONDS,
        "rss_limit_mb": _MOST_MIB,
        "max_len": target.most,
        "seed": run.seed + run.starts,
        "artifact_prefix": f"{run.findings}/libfuzzer-",
        "cross_over": 0,  # two containers put together at random are none
        "detect_leaks": 0,
    }
    arguments = ["fuzz", *(f"-{name}={value}" for name, value in options.items()), str(run.corpus), str(run.seeds)]
    atheris.Setup(arguments, one, custom_mutator=change)
    atheris.Fuzz()


def _named(error: Exception) -> str:
    """A name for what broke, and where: the same for the same fault."""
    frames = [(path, line) for path, line in _frames(error.__traceback__) if path.is_relative_to(ROOT / "pipeline")]
    path, line = frames[-1] if frames else list(_frames(error.__traceback__))[-1]
    where = "" if isinstance(error, RecursionError) else f"-{line}"
    said = re.sub(r"\W+", "-", str(error))[:40].strip("-") if isinstance(error, AssertionError) else ""
    return f"crash-{type(error).__name__}-{path.stem}{where}{said and '-'}{said}"


def _frames(trace: TracebackType | None) -> "list[tuple[Path, int]]":
    return [(Path(frame.filename), frame.lineno or 0) for frame in traceback.extract_tb(trace)]
