"""The way to the rows: connect, migrate, and count what was asked."""

from vetdesk.database.connect import connect
from vetdesk.database.migrate import migrate, pending_migrations
from vetdesk.database.statements import Statements, counted

__all__ = ["Statements", "connect", "counted", "migrate", "pending_migrations"]
