"""Worker processes that may be killed: a file that takes too long, or brings a worker down, costs itself alone."""

import multiprocessing
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout

from pebble import ProcessExpired, ProcessPool

from pipeline.tasks import Packed, Task, give_up_task, parse_task

_AHEAD = 4
"""So many tasks for each worker wait, or are done before their turn: memory stays bounded."""


def run_in_order(steps: Iterable[Task | list[str]], jobs: int, timeout: float) -> Iterator[Packed | list[str]]:
    """The rows of each task, by so many workers, in the order of the steps; what is no task is handed through.

    A task that takes longer than `timeout` seconds, or whose worker dies, is tried again input by input; an input that
    does so alone is a failed document. Raises what `parse_task` raises.
    """
    with _pool(jobs) as pool:
        try:
            waiting: deque[tuple[Task, Future[Packed]] | list[str]] = deque()
            n_tasks = 0
            for step in steps:
                if isinstance(step, Task):
                    waiting.append((step, _submit(pool, step, timeout)))
                    n_tasks += 1
                else:
                    waiting.append(step)
                while waiting and (n_tasks >= jobs * _AHEAD or not isinstance(waiting[0], tuple)):
                    first = waiting.popleft()
                    if isinstance(first, tuple):
                        n_tasks -= 1
                        yield from _results(pool, *first, timeout)
                    else:
                        yield first
            for first in waiting:
                if isinstance(first, tuple):
                    yield from _results(pool, *first, timeout)
                else:
                    yield first
        except BaseException:
            pool.stop()
            raise


def _pool(jobs: int) -> ProcessPool:
    # Workers are forked off a clean process that has imported the parser once: they begin at once, also in the place
    # of one that was killed, and hold no lock or thread of this process.
    method = "spawn" if sys.platform == "win32" else "forkserver"
    context = multiprocessing.get_context(method)
    if method == "forkserver":
        context.set_forkserver_preload(["pipeline.ready"])
    return ProcessPool(max_workers=jobs, context=context)


def _submit(pool: ProcessPool, task: Task, timeout: float) -> "Future[Packed]":
    return pool.schedule(parse_task, [task], timeout=timeout)


def _results(pool: ProcessPool, task: Task, future: "Future[Packed]", timeout: float) -> Iterator[Packed]:
    try:
        yield future.result()
        return
    except (FutureTimeout, TimeoutError):
        reason = f"took longer than {timeout:g} seconds: give it more with --timeout, or look what is wrong with it"
    except ProcessExpired as error:
        reason = f"brought its worker down (exit code {error.exitcode}): report it with the file"
    if len(task.inputs) == 1:
        yield pool.schedule(give_up_task, [task, reason]).result()
        return
    retried = [(each, _submit(pool, each, timeout)) for each in task.singly()]
    for each, again in retried:
        yield from _results(pool, each, again, timeout)
