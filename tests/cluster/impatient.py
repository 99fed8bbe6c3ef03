"""Runs in a worker of Dask before it starts: it notices sooner that it stood still."""

from ingest.polling.running import worker

vars(worker)["_STANDSTILL"] = 2.0
