"""What a service manager is told of the running service; knows no page, no route and no work of the service.

Public: `notify` speaks to the manager, `progress` says whether workers stand still, `heartbeat` joins the two.
"""

__all__ = ("heartbeat", "notify", "progress")
