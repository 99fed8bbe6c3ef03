"""The tables of alerts: the news of feeds, messages with their deliveries, conditions that last; decides and sends nothing.

Public: news, conditions, outbox.
"""

__all__ = ("conditions", "news", "outbox")
