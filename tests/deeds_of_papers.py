"""The deeds about what stands on papers, as lines of the table of every deed."""

from __future__ import annotations

from resolvers import practices
from resolvers.access import Deed
from tests.every_deed import KEPT, MANAGERS_OF_ALL, line
from tests.papers import ROUND


@line(Deed.SET_PRACTICE_LOGO, MANAGERS_OF_ALL)
async def _(scene, viewer):
    await practices.set_logo(viewer, ROUND.content, **KEPT)
