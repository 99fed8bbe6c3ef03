"""Dask's variables of TLS: what is wrong with them is told at once, with the name of the variable."""

from pathlib import Path
from typing import Any, Final

import pytest

from ingest.errors import SettingsError

dask = pytest.importorskip("dask", reason="the extra dask is not installed")

from ingest.polling.running.encryption import scheme  # noqa: E402 - it needs the extra

AUTHORITY: Final = Path(__file__).parent.parent / "golden" / "tls" / "localhost.pem"
PREFIX: Final = "distributed.comm"


def chosen(**values: object) -> Any:
    """Set what Dask reads of its variables, and nothing else of TLS."""
    usual = {"ca_file": None, "client__cert": None, "client__key": None}
    tls = {f"{PREFIX}.tls.{name.replace('__', '.').replace('_', '-')}": value for name, value in (usual | values).items()}
    return dask.config.set(tls)


def test_an_authority_decides() -> None:
    """Where one is named, TLS is spoken."""
    with chosen():
        assert scheme() == "tcp"
    with chosen(ca_file=str(AUTHORITY), client__cert=str(AUTHORITY)):
        assert scheme() == "tls"


def test_half_of_tls_is_refused(tmp_path: Path) -> None:
    """A file that is missing or no certificate, and encryption without an authority."""
    (tmp_path / "empty.pem").touch()
    with (
        chosen(ca_file=str(tmp_path / "none.pem")),
        pytest.raises(SettingsError, match=r"^DASK_DISTRIBUTED__COMM__TLS__CA_FILE: .*none.pem: No such file or directory; "),
    ):
        scheme()
    with (
        chosen(ca_file=str(AUTHORITY), client__cert=str(tmp_path)),
        pytest.raises(SettingsError, match=r"^DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT: .*: Is a directory; "),
    ):
        scheme()
    with chosen(ca_file=str(AUTHORITY)), pytest.raises(SettingsError, match=r"CA_FILE is set, and \w+CERT is not"):
        scheme()
    with (
        chosen(ca_file=str(AUTHORITY), client__cert=str(tmp_path / "empty.pem")),
        pytest.raises(SettingsError, match="no certificate of TLS"),
    ):
        scheme()
    with (
        chosen(),
        dask.config.set({f"{PREFIX}.require-encryption": True}),
        pytest.raises(SettingsError, match=r"REQUIRE_ENCRYPTION is set, and \w+CA_FILE is not"),
    ):
        scheme()
