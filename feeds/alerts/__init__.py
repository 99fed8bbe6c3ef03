"""Tells people what is new and what is wrong, once: messages, when they are due, how they are sent; changes no judgement.

Public: `alerting` makes messages, `collect` reads stories for them, `delivery` sends them through `channels`.
"""

__all__ = ("alerting", "channels", "collect", "conditions", "delivery", "deviations", "message", "status_feed", "usual")
