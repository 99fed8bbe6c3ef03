"""Where a page of a list ends, as an opaque text that the reader sends back for the next page; pure."""

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

from ingest.errors import UsageError

_LONGEST = 4_000  # characters; what is longer is none of ours


def written(*place: str) -> str:
    """Return a place in a list as a cursor."""
    return urlsafe_b64encode(json.dumps(place, ensure_ascii=False, separators=(",", ":")).encode()).decode().rstrip("=")


def read(cursor: str, parts: int) -> tuple[str, ...]:
    """Read back what `written` made of so many parts. Raises UsageError for anything else."""
    try:
        place = json.loads(urlsafe_b64decode(cursor[:_LONGEST] + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        place = None
    if not isinstance(place, list) or len(place) != parts or not all(isinstance(one, str) for one in place):
        raise UsageError(f'"{cursor[:40]}" is no cursor of this list', "send back `next` of the page before, as it is")
    return tuple(place)
