"""The process that workers are forked off. Nothing heavy is imported here, so that it can be started first."""

import ctypes
import multiprocessing
import os
import sys
from importlib.abc import MetaPathFinder
from multiprocessing.context import BaseContext


def worker_context() -> BaseContext:
    """How worker processes are made.

    Forked off a clean process that has imported the parser once, they begin at once, also in the place of one that
    was killed, and hold no lock or thread of this process.
    """
    context = multiprocessing.get_context("spawn" if sys.platform == "win32" else "forkserver")
    if context.get_start_method() == "forkserver":
        context.set_forkserver_preload(["pipeline.ready"])
    return context


def limit_memory(most: int) -> None:
    """Let this process have so many bytes of memory and no more, where the system can hold it to that (not Windows)."""
    if sys.platform == "win32":
        return
    import resource

    # Of data alone, not of address space: libraries reserve much that they never use.
    kind = resource.RLIMIT_DATA if sys.platform == "linux" else resource.RLIMIT_AS
    hard = resource.getrlimit(kind)[1]
    resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
"""From glibc's malloc.h."""
_LARGE, _ARENAS = 1 << 18, 2


class _NoPandas(MetaPathFinder):
    def find_spec(self, name: str, *_: object) -> None:
        if name == "pandas":
            raise ImportError("this process does without pandas")


def do_without_pandas() -> None:
    """Hide pandas from this process. pyarrow looks for it when it makes an array: no command needs it, and it takes a
    fifth of a second."""
    sys.meta_path.insert(0, _NoPandas())


def give_back() -> None:
    """Let the C library give large pieces of memory back once they are free: what workers send comes in pieces of some
    MB, between which smaller ones would keep it. A run over 10,000 pacts grew by 20 MB less."""
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # of glibc alone
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _LARGE)
        mallopt(_M_ARENA_MAX, _ARENAS)


def prepare() -> None:
    """Start that process: it loads the parser while this one looks for inputs. Call it before pyarrow is loaded, and
    from a command only, for it hides pandas."""
    do_without_pandas()
    if sys.platform == "linux":
        # It gives memory back: with pyarrow's own choice a run over 12,000 pacts grew by 130 MB, with this by 30.
        os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "jemalloc")
    give_back()
    if worker_context().get_start_method() == "forkserver":
        from multiprocessing import forkserver

        forkserver.ensure_running()
