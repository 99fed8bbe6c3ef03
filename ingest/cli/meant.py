"""What a person means by a name on the command line: an address, a file, a folder; looks at the disk, contacts nothing."""

from pathlib import Path

from ingest.documents.document import is_document
from ingest.text.pasted_urls import PastedAddress, parse_pasted


def meant(name: str) -> PastedAddress | Path | None:
    """Give the address or the path that `name` means, or None for neither.

    What has a scheme is an address; else what is there is a file or folder; else what begins with a host is an
    address, unless it is called like a document.
    """
    address = parse_pasted(name)
    if address and not address.instead:
        return address
    if name and "\0" not in name and Path(name).exists():
        return Path(name)
    is_file_name = "/" not in name and bool(Path(name).suffix) and is_document(name)
    return None if is_file_name else address
