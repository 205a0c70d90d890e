"""The way to the rows: connect, migrate, and count what was asked."""

from vetdesk.database.at_once import at_once
from vetdesk.database.connect import connect
from vetdesk.database.migrate import migrate, pending_migrations
from vetdesk.database.statements import Statements, counted

__all__ = ["Statements", "at_once", "connect", "counted", "migrate", "pending_migrations"]
