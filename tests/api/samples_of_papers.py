"""A sample of the mutation that gives papers their logo."""

from __future__ import annotations

import base64

from resolvers.viewer import Viewer
from tests.api.samples import Sample
from tests.papers import DOT, ROUND


def of_papers(boss: Viewer) -> list[Sample]:
    """A logo for a practice that has none."""
    first, other = (base64.b64encode(logo.content).decode() for logo in (ROUND, DOT))
    writes = {"Event": 1, "IdempotencyKey": 1, "EventDetail": 1, "PracticeLogo": 1}
    payload = "PracticeLogoSet { practice { id logoChangedAt } }"
    return [Sample("setPracticeLogo", boss, {"file": first}, {"file": other}, payload, writes)]
