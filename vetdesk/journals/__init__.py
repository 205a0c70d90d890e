"""Journals: the books of a legal entity as a file for the tax adviser, at a link that ends soon, or from the command line."""

from vetdesk.journals.door import JournalDoor

__all__ = ["JournalDoor"]
