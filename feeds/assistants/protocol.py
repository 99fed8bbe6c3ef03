"""The tools over the Model Context Protocol, on standard input and output; knows no store and decides no answer."""

import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

import anyio
import anyio.to_thread
import msgspec

from feeds.assistants.quoting import Members
from feeds.assistants.tools import INSTRUCTIONS, TOOLS
from ingest.errors import TopicwireError, UsageError
from ingest.log import log_event

Ask = Callable[[str, Mapping[str, Any]], tuple[str, Members]]
_LOG: Final = logging.getLogger(__name__)
_LARGEST: Final = 120_000  # characters of an answer
_AT_ONCE: Final = 2  # calls that read the database


def server(ask: Ask, version: str) -> Any:
    """Return a server of the protocol; `ask` answers a tool with its arguments. Raises UsageError without the extra `mcp`."""
    try:
        from mcp import types  # noqa: PLC0415 - of an extra
        from mcp.server.lowlevel import Server  # noqa: PLC0415
    except ImportError as fault:
        raise UsageError("assistants are answered by an extra that is not installed", "pip install 'topicwire[mcp]'") from fault

    hints = types.ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
    tools = [
        types.Tool(name=one.name, title=one.title, description=one.about, input_schema=one.schema, annotations=hints)
        for one in TOOLS
    ]
    limiter = anyio.CapacityLimiter(_AT_ONCE)

    async def list_tools(_context: object, _params: object) -> Any:
        return types.ListToolsResult(tools=tools)

    async def call_tool(_context: object, params: Any) -> Any:
        text, said = await anyio.to_thread.run_sync(partial(_called, ask, params.name, params.arguments or {}), limiter=limiter)
        content = [types.TextContent(text=text)]
        return types.CallToolResult(content=content, structured_content=said, is_error=said is None)

    return Server("topicwire", version=version, instructions=INSTRUCTIONS, on_list_tools=list_tools, on_call_tool=call_tool)


def _called(ask: Ask, name: str, arguments: Mapping[str, Any]) -> tuple[str, Members | None]:
    """Return an answer as a text and as an object; no object where it is an error, of which the text tells the cure."""
    try:
        notice, said = ask(name, arguments)
        text = msgspec.json.encode(said).decode()
        if len(text) > _LARGEST:
            raise UsageError(f"the answer of {name} is larger than {_LARGEST} characters", "narrow the question")  # noqa: TRY301
    except TopicwireError as fault:
        return str(fault), None
    except Exception as fault:  # noqa: BLE001 - one call must not end the others
        log_event(_LOG, logging.ERROR, "assistant_failed", f"the tool {name} failed: {type(fault).__name__}", tool=name)
        return f"{name} failed because of a fault in topicwire; its log on standard error tells more", None
    return f"{notice}\n{text}", said


async def serve(ask: Ask, version: str) -> None:
    """Answer on standard input and output until the input ends. Raises UsageError without the extra `mcp`."""
    made = server(ask, version)
    from mcp.server.stdio import stdio_server  # noqa: PLC0415 - of an extra

    async with stdio_server() as (reading, writing):
        await made.run(reading, writing, made.create_initialization_options())
