"""Forms: what a browser or a mail program sends, and from where."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, urlsplit

from vetdesk import posted

if TYPE_CHECKING:
    from starlette.requests import Request

_MOST_BYTES: Final = 4096
_ONE_CLICK = re.compile(rb"(?i)name=\"?list-unsubscribe\"?\s*\r?\n\s*\r?\none-click\s")


class FromElsewhere(Exception):
    """Another page has sent this, without its reader's knowledge."""


class NotUnderstood(Exception):
    """It is nothing that our pages send."""


def must_be_ours(request: Request, public_url: str) -> None:
    """Refuse what another page lets a browser send; a browser says where from, unless it is an old one.

    Raises:
        FromElsewhere: it comes from another page.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        if site not in ("same-origin", "none"):
            raise FromElsewhere
        return
    # Our pages tell nobody where they are, so that a browser calls them "null".
    ours = urlsplit(public_url)
    if origin not in (None, "null", f"{ours.scheme}://{ours.netloc}"):
        raise FromElsewhere


async def value(request: Request, name: str) -> str:
    """What was sent under that name; nothing when nothing was.

    Raises:
        NotUnderstood: it is no form, or far too long for one of ours.
    """
    try:
        form = parse_qs((await _body(request)).decode("ascii"), max_num_fields=8, strict_parsing=False)
    except ValueError:
        raise NotUnderstood from None
    return form.get(name, [""])[0]


async def is_one_click(request: Request) -> bool:
    """Whether a mail program unsubscribes its reader with one click, in either form in which it may say so.

    Source: RFC 8058, section 3.2.

    Raises:
        NotUnderstood: it is far too long.
    """
    if request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        return _ONE_CLICK.search(await _body(request)) is not None
    return (await value(request, "List-Unsubscribe")).lower() == "one-click"


def moment(text: str) -> datetime:
    """A moment as our buttons hold it.

    Raises:
        NotUnderstood: it is none.
    """
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise NotUnderstood from None
    if at.tzinfo is None:
        raise NotUnderstood
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise NotUnderstood from None


def day(text: str) -> date | None:
    """A day as our links hold it; whatever else somebody made of it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


async def _body(request: Request) -> bytes:
    kept: bytes | None = getattr(request.state, "form", None)
    if kept is None:
        kept = await posted.body(request, most=_MOST_BYTES)
        if kept is None:
            raise NotUnderstood
        request.state.form = kept
    return kept
