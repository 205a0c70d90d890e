"""Telemetry: what the log looks like. Lines hold ids, names of operations and figures; never names, notes or codes."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from typing import TYPE_CHECKING, Any

import orjson
import structlog

if TYPE_CHECKING:
    from collections.abc import Callable

    from vetdesk.settings import Settings

_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}
_FRAMES = 6


def configure(settings: Settings) -> None:
    """One line a happening on stderr: JSON in a practice, drawn for people on a developer's machine."""
    level = _LEVELS[settings.log_level]
    last: structlog.types.Processor = structlog.processors.JSONRenderer(serializer=_json)
    if settings.development:
        last = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    # What libraries say, in the same place and form; their chatter below warnings is theirs.
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _named_only, last],
            foreign_pre_chain=[
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
            ],
        )
    )
    logging.basicConfig(handlers=[lines], level=max(level, logging.WARNING))


def _json(event: Any, *, default: Callable[[Any], Any], **_more: Any) -> str:
    try:
        return orjson.dumps(event, default=default, option=orjson.OPT_NON_STR_KEYS).decode()
    except TypeError:  # half a character, or a number of twenty digits: rare, and a line of the log must never fail
        return json.dumps(event, default=default)


def _named_only(_logger: object, _method: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    """Of an exception that a library logs, its name and where it arose: its words may quote a row."""
    raised = event.pop("exc_info", None)
    if isinstance(raised, tuple) and raised[0] is not None:
        frames = traceback.extract_tb(raised[2])[-_FRAMES:]
        event["error"] = raised[0].__name__
        event["where"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return event
