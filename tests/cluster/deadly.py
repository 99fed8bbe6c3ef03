"""Runs in a worker of Dask before it starts: the source /deadly kills its process, as a crash does, and /faulty fails."""

import os
import signal
from collections.abc import Coroutine
from typing import Any

from ingest.polling.batch import Batch
from ingest.polling.running import worker
from ingest.polling.running.processing import process_batch as real
from ingest.polling.running.runner import Means, Outcomes


def process_batch(batch: Batch, means: Means) -> Coroutine[Any, Any, Outcomes]:
    """Die over the deadly source, else do what is to be done."""
    if any(poll.source.url.endswith("/deadly") for poll in batch.polls):
        os.kill(os.getpid(), signal.SIGKILL)
    if any(poll.source.url.endswith("/faulty") for poll in batch.polls):
        raise RuntimeError("as no one expected")
    return real(batch, means)


vars(worker)["process_batch"] = process_batch
