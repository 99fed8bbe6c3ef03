"""The permanent name of a database; the one use of randomness in the stores."""

from uuid import UUID, uuid4

from ingest.store import Facts


def instance_of(facts: Facts) -> UUID:
    """Give the database's own name, made at the first need."""
    return facts.instance(uuid4)
