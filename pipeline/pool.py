"""Worker processes that may be killed: a file that takes too long, or brings a worker down, costs itself alone."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.forking import limit_memory, worker_context
from pipeline.limits import Limits, over
from pipeline.tasks import Packed, Task, give_up_task, parse_one, parse_task

if TYPE_CHECKING:
    from pebble import ProcessPool

    from pipeline.model import Pact

_AHEAD = 3
"""So many tasks for each worker wait, or are done before their turn: memory stays bounded."""
_MOST_POOLS = 3
"""So often one task may break the whole pool before the run is given up."""
_GRACE = 10.0


class NoWorkers(Exception):
    """Workers cannot be kept alive; the text says what to do."""


class GivenUp(Exception):
    """A file took too long, or killed its worker; the text names it and says what to do."""


def run_in_order(
    steps: Iterable[Task | list[str]], jobs: int, timeout: float, limits: Limits
) -> Iterator[Packed | list[str]]:
    """The rows of each task, by so many workers, in the order of the steps; what is no task is handed through.

    A task that takes longer than `timeout` seconds or more memory than `limits` allow, or whose worker dies, is tried
    again input by input; an input that does so alone is a failed document. Raises what `parse_task` raises, and
    `NoWorkers`.
    """
    workers = _Workers(jobs, timeout, limits)
    waiting: deque[_Submitted | list[str]] = deque()
    try:
        for step in steps:
            waiting.append(workers.submit(step) if isinstance(step, Task) else step)
            while waiting and (len(workers.open) >= jobs * _AHEAD or isinstance(waiting[0], list)):
                yield from _results(workers, waiting.popleft())
        while waiting:
            yield from _results(workers, waiting.popleft())
    finally:
        workers.stop()


def parse_alone(task: Task, timeout: float) -> "Pact":
    """The pact of a task of one input, by a worker of its own. Raises `GivenUp`, and what `parse_one` raises."""
    from pebble import ProcessExpired

    workers = _Workers(1, timeout, task.limits)
    try:
        return workers.parse_one(task)
    except (TimeoutError, MemoryError, ProcessExpired) as error:
        raise GivenUp(f"{task.inputs[0].place}: {_reason(error, timeout, task.limits)}") from None
    finally:
        workers.stop()


def _reason(error: Exception, timeout: float, limits: Limits) -> str:
    """Why a file was given up, and what to do."""
    if isinstance(error, TimeoutError):
        return f"took longer than {timeout:g} seconds: give it more with --timeout, or look what is wrong with it"
    if isinstance(error, MemoryError):
        return f"took too much memory: {over(limits, 'memory')}"
    exitcode = getattr(error, "exitcode", None)
    more = f"give it more memory than {limits.memory:,} MiB with --limit memory=N"
    return f"brought its worker down (exit code {exitcode}): {more}, or report it with the file"


@dataclass(slots=True, eq=False)
class _Submitted:
    """A task under way, and how often it was when the pool broke."""

    task: Task
    future: "Future[Packed]"
    broken: int = 0


class _Workers:
    """A pool of workers, replaced as a whole where it breaks: tasks that are not done are then submitted anew."""

    def __init__(self, jobs: int, timeout: float, limits: Limits) -> None:
        self.open: list[_Submitted] = []
        self.timeout = timeout
        self.limits = limits
        self._jobs = jobs
        self._pool = self._new_pool()

    def _new_pool(self) -> "ProcessPool":
        from pebble import ProcessPool

        return ProcessPool(
            max_workers=self._jobs,
            context=worker_context(),
            initializer=limit_memory,
            initargs=[self.limits.memory_bytes],
        )

    def submit(self, task: Task) -> _Submitted:
        submitted = _Submitted(task, self._pool.schedule(parse_task, [task], timeout=self.timeout))
        self.open.append(submitted)
        return submitted

    def parse_one(self, task: Task) -> "Pact":
        pact: Pact = self._pool.schedule(parse_one, [task], timeout=self.timeout).result()
        return pact

    def give_up(self, task: Task, reason: str) -> Packed:
        """The rows of a task of one input that took too long, or killed its worker."""
        from pebble import ProcessExpired

        packed: Packed
        try:
            packed = self._pool.schedule(give_up_task, [task, reason], timeout=self.timeout).result()
        except (TimeoutError, MemoryError, ProcessExpired):
            packed = self._pool.schedule(give_up_task, [task, reason, False]).result()
        return packed

    def result(self, submitted: _Submitted) -> Packed:
        """What a task gave. Raises TimeoutError, ProcessExpired, what `parse_task` raises, and `NoWorkers`."""
        while True:
            try:
                # Those before it in the queue may each take their time.
                packed = submitted.future.result(timeout=(_AHEAD + 1) * self.timeout + _GRACE)
                self.open.remove(submitted)
                return packed
            except TimeoutError:
                if submitted.future.done():
                    self.open.remove(submitted)
                    raise
                self._replace(submitted)  # a worker that died as it took the task: nobody else would ever notice
            except BrokenProcessPool:
                self._replace(submitted)  # a worker that died with nothing to do
            except BaseException:
                self.open.remove(submitted)
                raise

    def _replace(self, blamed: _Submitted) -> None:
        blamed.broken += 1
        if blamed.broken > _MOST_POOLS:
            raise NoWorkers("workers die before they can work: look for the reason in the system's log, or free memory")
        self.stop()
        self._pool = self._new_pool()
        for each in self.open:
            failed = each.future.done() and each.future.exception() is not None
            if not each.future.done() or (failed and isinstance(each.future.exception(), BrokenProcessPool)):
                each.future = self._pool.schedule(parse_task, [each.task], timeout=self.timeout)

    def stop(self) -> None:
        """End all workers, whatever they do."""
        self._pool.stop()
        self._pool.join()


def _results(workers: _Workers, step: "_Submitted | list[str]") -> Iterator[Packed | list[str]]:
    from pebble import ProcessExpired

    if isinstance(step, list):
        yield step
        return
    try:
        yield workers.result(step)
        return
    except (TimeoutError, MemoryError, ProcessExpired) as error:
        reason = _reason(error, workers.timeout, workers.limits)
    if len(step.task.inputs) == 1:
        yield workers.give_up(step.task, reason)
        return
    retried = [workers.submit(each) for each in step.task.singly()]
    for each in retried:
        yield from _results(workers, each)
