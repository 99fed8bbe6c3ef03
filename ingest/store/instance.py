"""The permanent name of a database, and that of the start of the machine; the one use of randomness in the stores."""

from functools import cache
from pathlib import Path
from uuid import UUID, uuid4

from ingest.store.facts import Facts


def instance_of(facts: Facts) -> UUID:
    """Return the permanent name of the database; make it at the first call."""
    return facts.notes.instance(uuid4)


@cache
def boot() -> str:
    """Return a name of this start of the machine, or of this process where the system has none."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return str(uuid4())
