"""Papers on the web: the paper itself for whoever has a link to it, and a page for whoever holds a certificate."""

from vetdesk.papers.door import PaperDoor

__all__ = ["PaperDoor"]
