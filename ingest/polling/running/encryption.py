"""Whether Dask's own variables ask for TLS, and whether the files that they name can be used; knows no connection."""

import os
from pathlib import Path
from typing import Final

import dask.config
from distributed.security import Security

from ingest.errors import SettingsError
from ingest.text.sanitize import one_line

_PREFIX: Final = "distributed.comm."
_FILES: Final = ("tls.ca-file", "tls.client.cert", "tls.client.key")
_CURE: Final = "`topicwire docs scale` shows the variables of TLS"


def scheme() -> str:
    """Return "tls" where an authority is named, else "tcp". Raises SettingsError where that is only half of what TLS needs."""
    if not _value("tls.ca-file"):
        if _value("require-encryption"):
            raise SettingsError(f"{_variable('require-encryption')} is set, and {_variable('tls.ca-file')} is not", _CURE)
        return "tcp"
    for name in _FILES:
        _check_file(name)
    try:
        context = Security().get_connection_args("client")["ssl_context"]
    except (OSError, ValueError, TypeError) as fault:  # an error of TLS is one of the system
        where = ", ".join(_variable(name) for name in _FILES)
        raise SettingsError(f"{where}: no certificate of TLS with its key ({one_line(str(fault))[:100]})", _CURE) from fault
    if context is None:
        raise SettingsError(f"{_variable('tls.ca-file')} is set, and {_variable('tls.client.cert')} is not", _CURE)
    return "tls"


def _check_file(name: str) -> None:
    """Open a file that is named: the library of TLS says neither which it is nor where it was named."""
    path = _value(name)
    if not path or "\n" in path:  # Dask takes a certificate itself, too
        return
    try:
        Path(path).open("rb").close()
    except OSError as fault:
        raise SettingsError(f"{_variable(name)}: {path}: {os.strerror(fault.errno or 0)}", _CURE) from fault


def _value(name: str) -> str:
    return str(dask.config.get(_PREFIX + name, None) or "")


def _variable(name: str) -> str:
    return f"DASK_{_PREFIX}{name}".upper().replace(".", "__").replace("-", "_")
