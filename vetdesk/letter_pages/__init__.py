"""Letter pages: what stands behind the links in our letters, for readers who are not signed in."""

from vetdesk.letter_pages.door import LetterDoor

__all__ = ["LetterDoor"]
