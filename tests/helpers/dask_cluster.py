"""A real Dask cluster on the loopback device, in processes of its own, whose workers can be killed.

In the folder of the tests, `python -m helpers.dask_cluster WORKERS THREADS` prints the address of the scheduler, then
for each line on standard input the process ids of the workers that are alive; it ends when standard input does.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.processes import alive, descendants

_TESTS = Path(__file__).parents[1]


@dataclass
class Cluster:
    """A cluster that runs."""

    address: str
    process: subprocess.Popen[str]

    def workers(self) -> list[int]:
        """The process ids of its workers; a dead one's successor counts once the scheduler knows it."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        pids: list[int] = json.loads(self.process.stdout.readline())
        return pids

    def processes(self) -> set[int]:
        """All processes of the cluster, zygotes and runs with them."""
        return {self.process.pid} | descendants(self.process.pid)


@contextlib.contextmanager
def cluster(workers: int = 2, threads: int = 1, **environ: str) -> Iterator[Cluster]:
    """Start a cluster; everything that belongs to it has ended when this is left."""
    process = subprocess.Popen(
        [sys.executable, "-m", "helpers.dask_cluster", str(workers), str(threads)],
        cwd=_TESTS,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | environ,
        start_new_session=True,
    )
    assert process.stdin
    assert process.stdout
    found = Cluster("", process)
    try:
        found.address = process.stdout.readline().strip()
        assert found.address, "the cluster did not start"
        yield found
    finally:
        left = found.processes()
        process.stdin.close()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
        if not until(lambda: not alive(left), 10):
            for pid in alive(left):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


def until(condition: Callable[[], Any], seconds: float = 60) -> bool:
    """Wait for a condition to become true; whether it did."""
    latest = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > latest:
            return False
        time.sleep(0.05)
    return True


def main() -> None:
    """Serve until standard input closes."""
    from distributed import LocalCluster

    make: Any = LocalCluster
    with make(
        n_workers=int(sys.argv[1]),
        threads_per_worker=int(sys.argv[2]),
        processes=True,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
    ) as running:
        sys.stdout.write(f"{running.scheduler_address}\n")
        sys.stdout.flush()
        for _ in sys.stdin:
            # Not those that are only starting: a nanny whose worker dies so early gives up.
            known = running.scheduler.workers
            pids = [nanny.pid for nanny in running.workers.values() if nanny.worker_address in known]
            sys.stdout.write(json.dumps([pid for pid in pids if pid]) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
