"""What monitors ask the service: figures from the stores, and their form for Prometheus; names no address and no reader.

Public: `figures` reads them, `metrics` writes them.
"""

__all__ = ("figures", "metrics")
