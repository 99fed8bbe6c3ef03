"""Worker processes and memory: what is started ends, and what is freed goes back to the system."""

import gc
import os
import platform
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from support import is_gone, wait_until

from ingest.polling.workers.memory import give_back
from ingest.polling.workers.pool import WorkerPool

_SIZE: Final = 2_000  # bytes of a block: Python leaves those of more than 512 to the C library
_BLOCKS: Final = 40_000
_told: Final[list[int]] = []


def begin(number: int) -> None:
    """Begin a process that knows a number."""
    _told[:] = [number]


def multiplied(by: int) -> tuple[int, int]:
    """Return the number with which the process began, multiplied, and the process."""
    return _told[0] * by, os.getpid()


def test_processes_begin_with_what_they_are_told_and_end_with_the_work() -> None:
    """Functions run in other processes, one after another where there is one; none is left when the work is done."""
    with WorkerPool(1).started(begin, 7) as submit:
        answers = [future.result() for future in [submit(multiplied, by) for by in range(3)]]
    assert [answer for answer, _ in answers] == [0, 7, 14]
    (pid,) = {pid for _, pid in answers}
    assert pid != os.getpid()
    assert wait_until(lambda: is_gone(pid), 10)


def test_without_work_no_process_is_started() -> None:
    """Opening and closing costs nothing."""
    with WorkerPool(2).started(begin, 7):
        pass
    assert _told == []


def frozen(_: int) -> int:
    """Return how many objects the search for cycles leaves alone."""
    return gc.get_freeze_count()


def test_the_search_for_cycles_leaves_alone_what_processes_share() -> None:
    """It would write to each object, and so give each process its own copy of what the fork server has loaded."""
    with WorkerPool(1).started(begin, 7) as submit:
        assert submit(frozen, 0).result() > 20_000


_FORKS: Final = """
import gc, os
from ingest.polling.workers.fork_server import end_unused
from ingest.polling.workers.pool import WorkerPool

def server(ends):
    with WorkerPool(1).started(gc.collect) as submit:
        if ends:
            end_unused()
        return submit(os.getppid).result()

first = server(False)
assert server(True) == first
end_unused()
assert not os.path.exists(f"/proc/{first}")
assert server(True) != first
"""


def test_the_fork_server_ends_when_nobody_has_a_process() -> None:
    """Whoever has one keeps it; without any its memory is freed, and the next process starts another."""
    subprocess.run([sys.executable, "-c", _FORKS], check=True)


_THREADS: Final = """
import threading
from pathlib import Path
from ingest.polling.workers.memory import share_one_arena

share_one_arena()
threading.stack_size(1 << 18)
allocated, end = threading.Barrier(9), threading.Event()

def allocate():
    block = bytes(2_000)
    allocated.wait()
    end.wait()

for _ in range(8):
    threading.Thread(target=allocate).start()
allocated.wait()
print(sum("---p 00000000 00:00 0" in line for line in Path("/proc/self/maps").read_text().splitlines()))
end.set()
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has an arena for each thread")
def test_threads_share_one_arena() -> None:
    """A thread that begins to allocate reserves no room of its own, of which each arena has one behind what it uses."""

    def reserved(program: str) -> int:
        return int(subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True).stdout)

    assert reserved(_THREADS) <= reserved(_THREADS.replace("share_one_arena()", "")) - 7


def test_the_fork_server_loads_what_is_shared_while_others_work() -> None:
    """It is begun early, and leaves Ctrl-C to the process of the command: its processes do not see it."""
    script = "from ingest.polling.workers import fork_server; fork_server.begin(); pool = fork_server.fork_server().Pool(1)"
    loaded = 'print(pool.apply(eval, [\'"ingest.polling.warm" in __import__("sys").modules\']))'
    blocked = "print(pool.apply(eval, ['2 in __import__(\"signal\").pthread_sigmask(0, [])']))"
    program = f"{script}; {loaded}; {blocked}; pool.terminate(); pool.join()"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["True", "True"]


def resident() -> int:
    """Return the megabytes of memory that this process has."""
    found = re.search(r"VmRSS:\s*(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii", errors="replace"))
    return int(found[1]) // 1024 if found else 0


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc keeps freed memory and can be asked for it")
def test_freed_memory_goes_back() -> None:
    """A block that is still in use behind freed ones keeps the process large, until they are given back."""
    blocks = [bytes(_SIZE) for _ in range(_BLOCKS)]
    last = blocks[-1]
    del blocks
    before = resident()
    give_back()
    assert resident() < before - _SIZE * _BLOCKS // 2 // 1_000_000
    assert len(last) == _SIZE
