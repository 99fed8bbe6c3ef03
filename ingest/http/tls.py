"""Whose certificates are trusted: the system's authorities, and those of a file; opens that file and no connection."""

import ssl
from functools import lru_cache
from pathlib import Path

from ingest.errors import SettingsError
from ingest.home_files import regular_file


@lru_cache(maxsize=64)
def tls_context(ca_file: str) -> ssl.SSLContext:
    """Trust the authorities of a PEM file beside those that OpenSSL knows (SSL_CERT_FILE). Raises SettingsError."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    try:
        regular_file(Path(ca_file))  # OpenSSL would wait for a pipe
        context.load_verify_locations(cafile=ca_file)
    except (OSError, ssl.SSLError, ValueError) as fault:
        why = fault.strerror if isinstance(fault, OSError) and not isinstance(fault, ssl.SSLError) else "no certificate in it"
        raise SettingsError(f"fetch.ca_file or tw:ca: {ca_file}: {why}", "name a file of certificates in PEM") from fault
    return context
