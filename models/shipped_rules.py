"""Shipped rules: the vaccination rules that come with the program, each version as it was first shipped.

A version that is here is never edited, for databases hold it already: what a guideline says anew is a new version, and
a migration that calls `missing` brings it to them.
"""

from __future__ import annotations

from dataclasses import replace

from models.pet import Lifestyle, Species
from models.span import Span, Unit
from models.vaccination_rule import Evidence, Rule
from models.vaccine import Target


def _weeks(count: int) -> Span:
    return Span(count, Unit.WEEKS)


def _months(count: int) -> Span:
    return Span(count, Unit.MONTHS)


def _years(count: int) -> Span:
    return Span(count, Unit.YEARS)


def _days(count: int) -> Span:
    return Span(count, Unit.DAYS)


_CORE_DOG = (Target.DISTEMPER, Target.ADENOVIRUS, Target.PARVOVIRUS)
_CORE_CAT = (Target.PANLEUKOPENIA, Target.FELINE_HERPESVIRUS, Target.FELINE_CALICIVIRUS)

# Rabies. The law speaks here, so its own words are the source.

_CDC = (
    "CDC, Rabies: vaccination of animals, in the words of the Compendium of Animal Rabies Prevention and Control of NASPHV,"
    " read at cdc.gov/rabies/specific_groups/veterinarians/vaccination.html: dogs and ferrets no sooner than three months of"
    " age, some cat vaccines from two months; immunised within 28 days after the initial vaccination; a booster one year"
    " later whatever the age; currently vaccinated immediately after a booster, also an overdue one; then by the labelled"
    " duration. Of the Compendium 2016 (JAVMA 248:505-517) itself only the first page was at hand."
)
_NEW_YORK = (
    "New York Public Health Law § 2140 (1) and § 2141 (1), read at nysenate.gov/legislation/laws/PBH/2140 and"
    " codes.findlaw.com/ny/public-health-law/pbh-sect-2141: active immunisation begins fourteen days following primary"
    " vaccination or immediately following a booster and continues for the period stated in the manufacturer's"
    " instructions, when the vaccine was given not later than the expiration date on the package; the initial vaccination"
    " no later than four months after birth; a second one within one year of the first. The youngest age is that of the"
    " CDC (cdc.gov/rabies/specific_groups/veterinarians/vaccination.html)."
)
_RABIES_US = Rule(
    code="RABIES_US",
    version=1,
    name="Rabies, United States",
    species=(Species.DOG, Species.FERRET),
    targets=(Target.RABIES,),
    jurisdiction="US",
    earliest_age=_months(3),
    first_age=_months(3),
    first_booster_after=_years(1),
    legal_onset=_days(28),
    source=_CDC,
    evidence=Evidence.PRIMARY,
    ships_active=True,
)
_RABIES_NEW_YORK = replace(
    _RABIES_US,
    code="RABIES_US_NY",
    name="Rabies, State of New York",
    jurisdiction="US-NY",
    legal_onset=_days(14),
    legal_by_age=_months(4),
    source=_NEW_YORK,
)

# WSAVA, the edition of 2010: read as a whole, and replaced since by those of 2016 and 2024.

_WSAVA_2010 = (
    "WSAVA Guidelines for the Vaccination of Dogs and Cats, J Small Anim Pract 2010;51(6):338-356, table 1 and"
    " 'Pup vaccination and the 12 month booster' (pmc.ncbi.nlm.nih.gov/articles/PMC7166871), replaced by the editions of"
    " 2016 and 2024"
)
_CORE_DOG_2010 = Rule(
    code="CORE_DOG_WSAVA",
    version=1,
    name="Core vaccines for dogs, WSAVA 2010",
    species=(Species.DOG,),
    targets=_CORE_DOG,
    earliest_age=_weeks(8),
    first_age=_weeks(9),
    least_gap=_weeks(3),
    gap=_weeks(4),
    series_until_age=_weeks(14),
    first_booster_after=_years(1),
    booster_every=_years(3),
    is_no_sooner=True,
    source=f"{_WSAVA_2010}: 8-9 weeks, then every 3-4 weeks until 14-16 weeks; over 16 weeks one dose is considered"
    " protective; a booster 12 months after the primary course, then not more often than every 3 years.",
    evidence=Evidence.PRIMARY,
)
_LEPTOSPIROSIS_2010 = Rule(
    code="LEPTOSPIROSIS_DOG_WSAVA",
    version=1,
    name="Leptospirosis for dogs at risk, WSAVA 2010",
    species=(Species.DOG,),
    targets=(Target.LEPTOSPIROSIS,),
    earliest_age=_weeks(12),
    first_age=_weeks(16),
    least_gap=_weeks(3),
    gap=_weeks(4),
    doses=2,
    booster_every=_years(1),
    source=f"{_WSAVA_2010}: initial dose at 12-16 weeks of age or older, a second 3-4 weeks later, then annually or more"
    " often; non-core.",
    evidence=Evidence.PRIMARY,
)
_LYME_2010 = Rule(
    code="LYME_DOG_WSAVA",
    version=1,
    name="Lyme borreliosis for dogs among ticks, WSAVA 2010",
    species=(Species.DOG,),
    targets=(Target.LYME,),
    lifestyles=(Lifestyle.TICKS,),
    earliest_age=_weeks(12),
    first_age=_weeks(16),
    least_gap=_weeks(2),
    gap=_weeks(4),
    doses=2,
    booster_every=_years(1),
    source=f"{_WSAVA_2010}: initial dose at 12 weeks of age or older after the puppy core vaccines, a second 2-4 weeks"
    " later, then annually; only where ticks are a known risk. That the first is due at 16 weeks is ours: the age at which"
    " the core series of puppies ends.",
    evidence=Evidence.PRIMARY,
)

# WSAVA, the edition of 2024: only what others say of it was at hand.

_WSAVA_2024 = (
    "2024 guidelines for the vaccination of dogs and cats, WSAVA, J Small Anim Pract 2024;65:277-316,"
    " doi:10.1111/jsap.13718. Only secondary sources were at hand, so this ships inactive: please compare it with the"
    " guidelines before you activate it"
)
_CORE_DOG_2024 = replace(
    _CORE_DOG_2010,
    version=2,
    name="Core vaccines for dogs, WSAVA 2024",
    earliest_age=_weeks(6),
    first_age=_weeks(8),
    least_gap=_weeks(2),
    late_doses=2,
    series_until_age=_weeks(16),
    first_booster_age=_weeks(26),
    first_booster_after=None,
    source=f"{_WSAVA_2024}. From 6-8 weeks every 2-4 weeks until 16 weeks or older; a booster at 26 weeks or older instead"
    " of at 12 months, as the congress text of WSAVA 2017 has it too (wsava2017.net, page 308); then no more often than"
    " every 3 years (greatpetcare.com/pet-news/updated-pet-vaccination-guidelines). Two doses for dogs over 16 weeks as"
    " makers recommend.",
    evidence=Evidence.SECONDARY,
)
_CORE_CAT_2024 = replace(
    _CORE_DOG_2024,
    code="CORE_CAT_WSAVA",
    version=1,
    name="Core vaccines for cats, WSAVA 2024",
    species=(Species.CAT,),
    targets=_CORE_CAT,
    source=f"{_WSAVA_2024}. As for dogs: from 6-8 weeks every 2-4 weeks until 16 weeks or older, a booster at 26 weeks or"
    " older, then no more often than every 3 years for cats at low risk"
    " (greatpetcare.com/pet-news/updated-pet-vaccination-guidelines).",
)
_LEPTOSPIROSIS_2024 = replace(
    _LEPTOSPIROSIS_2010,
    version=2,
    name="Leptospirosis for dogs where it is endemic, WSAVA 2024",
    least_gap=_weeks(2),
    source=f"{_WSAVA_2024}. Core for dogs in regions where canine leptospirosis is endemic, implicated serogroups are known"
    " and suitable vaccines are available (quoted at"
    " aaha.org/newstat/publications/leptospirosis-vaccination-recommended-to-be-core-for-most-dogs): activate it where that"
    " is so. Two doses 2-4 weeks apart, then annually; ages as in the edition of 2010.",
    evidence=Evidence.SECONDARY,
)
_FELV_YOUNG = Rule(
    code="FELV_YOUNG_CAT_WSAVA",
    version=1,
    name="Feline leukaemia for young cats, WSAVA 2024",
    species=(Species.CAT,),
    targets=(Target.FELINE_LEUKEMIA,),
    until_age=_years(1),
    earliest_age=_weeks(8),
    first_age=_weeks(8),
    least_gap=_weeks(3),
    gap=_weeks(4),
    doses=2,
    booster_every=_years(1),
    source=f"{_WSAVA_2024}. Core for young cats where FeLV is prevalent (AVMA News, 13 May 2024). The first dose at 8 weeks,"
    " a second 3-4 weeks later (pmc.ncbi.nlm.nih.gov/articles/PMC4425421, table 3, of the American Association of Feline"
    " Practitioners). Young is taken as under one year.",
    evidence=Evidence.SECONDARY,
)
_FELV_OUTDOOR = replace(
    _FELV_YOUNG,
    code="FELV_OUTDOOR_CAT_WSAVA",
    name="Feline leukaemia for cats that go outdoors, or live with some that do, WSAVA 2024",
    lifestyles=(Lifestyle.OUTDOOR, Lifestyle.WITH_OUTDOOR_PETS),
    until_age=None,
    source=f"{_WSAVA_2024}. Core for adult cats with outdoor access, or that live with cats that have it, where FeLV is"
    " prevalent (AVMA News, 13 May 2024). The first dose at 8 weeks, a second 3-4 weeks later, annual revaccination of cats"
    " at risk (pmc.ncbi.nlm.nih.gov/articles/PMC4425421, table 3).",
)

# AAHA 2022: its pages were at hand, its table 2 only in what others made of it.

_AAHA_2022 = (
    "2022 AAHA Canine Vaccination Guidelines, J Am Anim Hosp Assoc 2022;58:213-230. Its table 2 was at hand only as others"
    " retell it (familypetshomevetcare.com/post/dog_vaccination_schedule), so this ships inactive: please compare it with"
    " the guidelines before you activate it"
)
_CORE_DOG_AAHA = Rule(
    code="CORE_DOG_AAHA",
    version=1,
    name="Core vaccines for dogs, AAHA 2022",
    species=(Species.DOG,),
    targets=_CORE_DOG,
    earliest_age=_weeks(6),
    first_age=_weeks(8),
    least_gap=_weeks(2),
    gap=_weeks(4),
    doses=3,
    late_doses=2,
    series_until_age=_weeks(16),
    first_booster_after=_years(1),
    booster_every=_years(3),
    source=f"{_AAHA_2022}. From 6-8 weeks every 2-4 weeks until 16 weeks, at least three doses; over 16 weeks two doses 2-4"
    " weeks apart; a booster within 1 year, then every 3 years.",
    evidence=Evidence.SECONDARY,
)
_LEPTOSPIROSIS_AAHA = replace(
    _LEPTOSPIROSIS_2024,
    code="LEPTOSPIROSIS_DOG_AAHA",
    version=1,
    name="Leptospirosis for dogs, AAHA 2022",
    first_age=_weeks(12),
    source=f"{_AAHA_2022}. From 12 weeks of age two doses 2-4 weeks apart; a dose within 1 year, then annually.",
)

SHIPPED: tuple[Rule, ...] = (
    _RABIES_US,
    replace(
        _RABIES_US,
        code="RABIES_US_CAT",
        name="Rabies of cats, United States",
        species=(Species.CAT,),
        earliest_age=_months(2),
    ),
    _RABIES_NEW_YORK,
    replace(
        _RABIES_NEW_YORK,
        code="RABIES_US_NY_CAT",
        name="Rabies of cats, State of New York",
        species=(Species.CAT,),
        earliest_age=_months(2),
    ),
    _CORE_DOG_2010,
    _CORE_DOG_2024,
    _CORE_CAT_2024,
    _CORE_DOG_AAHA,
    _LEPTOSPIROSIS_2010,
    _LEPTOSPIROSIS_2024,
    _LEPTOSPIROSIS_AAHA,
    _LYME_2010,
    _FELV_YOUNG,
    _FELV_OUTDOOR,
)
"""Every version of every rule, in the order in which they were shipped."""
