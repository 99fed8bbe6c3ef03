"""HTTP as a polite reader speaks it: one bounded, conditional request behind the SSRF guard; knows no feed and no database.

Public: client opens the network, message holds requests and responses, conditional makes a request for a source.
"""

__all__ = (
    "client",
    "conditional",
    "message",
    "ssrf_guard",
    "tls",
)
