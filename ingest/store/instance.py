"""The permanent name of a database, and that of the start of the machine; the one use of randomness in the stores."""

from functools import cache
from pathlib import Path
from uuid import UUID, uuid4

from ingest.store.facts import Facts


def instance_of(facts: Facts) -> UUID:
    """Return the database's own name, made at the first need."""
    return facts.notes.instance(uuid4)


@cache
def boot() -> str:
    """Name the start of this machine; where the system does not, of this process."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return str(uuid4())
