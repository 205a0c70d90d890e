"""Samples of what is decided about the words of letters."""

from __future__ import annotations

from collections.abc import Callable

from tests.api.samples import Sample
from tests.doors import id_of
from tests.world import World, a_letter_text, a_rule


async def of_letters(_world: World, sample: Callable[..., Sample]) -> list[Sample]:
    """A sample of every mutation about the words of letters."""
    rule = await a_rule("Heartworm")
    one, other = [id_of(await a_letter_text(language=language)) for language in ("de", "es")]
    text = "{ letterText { id version isInUse } }"
    words = {"subject": "{{ what }} for {{ pets }}", "body": "Dear {{ client }},\n\n[due]\n\nCall {{ phone }}."}
    return [
        sample(
            "setLetterText",
            f"LetterTextSet {text}",
            {"letter": "CARE_REMINDER", "ruleId": id_of(rule), "language": "en", **words},
            {"subject": "Heartworm"},
            LetterText=1,
        ),
        sample("resetLetterText", f"LetterTextReset {text}", {"letterTextId": one}, {"letterTextId": other}),
    ]
