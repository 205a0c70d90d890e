"""Rules: what the demo practice reminds of, when, and in which words of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from models import Letter, RuleKind, Species
from models.rule_terms import Terms
from resolvers import letter_texts, reminder_rules
from resolvers.letter_texts import NewText
from resolvers.reminder_rules import NewRule
from vetdesk.demo.offers import CHECK_UP, DENTAL, FIRST_VISIT, NURSE_CLINIC, VACCINATION, Offer
from vetdesk.demo.team import MANAGER

if TYPE_CHECKING:
    from datetime import datetime

    from vetdesk.demo.house import House

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as its manager will add it; the first of the offers is the one to book. `called` is in English, German, Spanish."""

    name: str
    kind: RuleKind
    called: tuple[str, str, str]
    steps: tuple[int, ...]
    offers: tuple[Offer, ...]
    species: tuple[Species, ...] = ()
    every_months: int | None = None
    first_age_months: int | None = None


RULES = (
    Rule(
        "Vaccination boosters",
        RuleKind.VACCINATION,
        ("vaccination", "Impfung", "vacunación"),
        (-30, -7, 14),
        (VACCINATION, FIRST_VISIT),
    ),
    Rule(
        "Yearly dental",
        RuleKind.SERVICE_INTERVAL,
        ("yearly look at the teeth", "jährliche Zahnbehandlung", "limpieza dental anual"),
        (-30, 14),
        (DENTAL,),
        species=(Species.DOG, Species.CAT),
        every_months=12,
    ),
    Rule(
        "Senior check for dogs",
        RuleKind.AGE,
        ("senior check", "Seniorenuntersuchung", "revisión sénior"),
        (-30, 30),
        (CHECK_UP,),
        species=(Species.DOG,),
        first_age_months=96,
    ),
    Rule(
        "Repeats of prescriptions",
        RuleKind.PRESCRIPTION_REPEAT,
        ("repeat of the medicine", "Nachschub des Medikaments", "nueva dosis del medicamento"),
        (-7, 0),
        (CHECK_UP,),
    ),
    Rule(
        "Follow-up of treatment",
        RuleKind.TREATMENT_STEP,
        ("follow-up", "Nachkontrolle", "revisión de control"),
        (-7, 0, 7),
        (CHECK_UP, NURSE_CLINIC),
    ),
)
_LANGUAGES = ("en", "de", "es")

_OWN_WORDS = NewText(
    Letter.CARE_REMINDER,
    "en",
    "{{ pets }}: something to plan, from {{ practice }}",
    "Dear {{ client }},\n\n"
    "our notes say that it is time to think of {{ pets }} again:\n\n"
    "[due]\n\n"
    "Is it done already, or is now a bad moment? A short call to {{ phone }} is all it takes.\n\n"
    "Helen and everybody between the two rivers",
)


async def add(house: House, moment: datetime) -> None:
    """The manager adds the rules, and switches them on one after the other."""
    manager = await house.viewer_of(MANAGER)
    for number, rule in enumerate(RULES):
        terms = Terms(
            species=rule.species,
            every_months=rule.every_months,
            first_age_months=rule.first_age_months,
            called=tuple(zip(_LANGUAGES, rule.called, strict=True)),
            steps=rule.steps,
            service_ids=tuple(house.offers[offer] for offer in rule.offers),
        )
        at = moment + 4 * number * _MINUTE
        rule_id = await reminder_rules.add(manager, NewRule(rule.name, rule.kind, terms), key=house.key(), now=at)
        await reminder_rules.switch_on(manager, rule_id, key=house.key(), now=at + _MINUTE)


async def write_in_own_words(house: House, moment: datetime) -> None:
    """From now on English reminders are in the words of the practice."""
    await letter_texts.put(await house.viewer_of(MANAGER), _OWN_WORDS, key=house.key(), now=moment)
