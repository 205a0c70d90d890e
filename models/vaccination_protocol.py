"""Vaccination protocols: the rules as they are kept, each version in a row, and whether the practice goes by it."""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

from tortoise import fields

from models.pet import Lifestyle, Species
from models.row import Row, Words, folded, no_instant_yet
from models.span import Span
from models.vaccination_rule import Evidence, Rule
from models.vaccine import Target


class VaccinationProtocol(Row):
    """One version of a vaccination rule. Whether it is active may change, and nothing else ever does.

    What each column means is said where the rule is (`Rule`). Lengths of time are ISO 8601 durations (`P6W`), "" for
    none.
    """

    code = fields.CharField(max_length=64)
    version = fields.SmallIntField()
    name = fields.TextField()
    fold = fields.TextField()
    species = Words()
    targets = Words()
    jurisdiction = fields.CharField(max_length=6)
    lifestyles = Words()
    until_age = fields.CharField(max_length=8)
    earliest_age = fields.CharField(max_length=8)
    first_age = fields.CharField(max_length=8)
    least_gap = fields.CharField(max_length=8)
    gap = fields.CharField(max_length=8)
    doses = fields.SmallIntField()
    late_doses = fields.SmallIntField()
    series_until_age = fields.CharField(max_length=8)
    first_booster_age = fields.CharField(max_length=8)
    first_booster_after = fields.CharField(max_length=8)
    booster_every = fields.CharField(max_length=8)
    is_no_sooner = fields.BooleanField()
    restarts_after = fields.CharField(max_length=8)
    legal_onset = fields.CharField(max_length=8)
    legal_by_age = fields.CharField(max_length=8)
    source = fields.TextField()
    evidence = fields.CharEnumField(Evidence, max_length=16)
    is_active = fields.BooleanField()
    activated_at = no_instant_yet()

    class Meta:
        table = "vaccination_protocol"
        unique_together = (("code", "version"),)

    @property
    def rule(self) -> Rule:
        """The rule that it keeps."""
        spans = {name: Span.read(getattr(self, name)) for name in SPANS}
        ages = {name: spans.pop(name) for name in ("earliest_age", "first_age")}
        return Rule(
            code=self.code,
            version=self.version,
            name=self.name,
            species=tuple(map(Species, self.species)),
            targets=tuple(map(Target, self.targets)),
            jurisdiction=self.jurisdiction,
            lifestyles=tuple(map(Lifestyle, self.lifestyles)),
            doses=self.doses,
            late_doses=self.late_doses,
            is_no_sooner=self.is_no_sooner,
            source=self.source,
            evidence=self.evidence,
            **{name: age or Span.read("P0D") for name, age in ages.items()},  # type: ignore[arg-type]
            **spans,  # type: ignore[arg-type]
        )


SPANS = (
    "until_age",
    "earliest_age",
    "first_age",
    "least_gap",
    "gap",
    "series_until_age",
    "first_booster_age",
    "first_booster_after",
    "booster_every",
    "restarts_after",
    "legal_onset",
    "legal_by_age",
)
"""The columns that hold a length of time."""


def kept(rule: Rule) -> VaccinationProtocol:
    """The row that keeps a rule; the same rule has the same key in every database."""
    texts = {name: str(getattr(rule, name) or "") for name in SPANS}
    return VaccinationProtocol(
        id=uuid5(NAMESPACE_URL, f"vetdesk:protocol:{rule.code}:{rule.version}"),
        code=rule.code,
        version=rule.version,
        name=rule.name,
        fold=folded(rule.name),
        species=[one.value for one in rule.species],
        targets=[one.value for one in rule.targets],
        jurisdiction=rule.jurisdiction,
        lifestyles=[one.value for one in rule.lifestyles],
        doses=rule.doses,
        late_doses=rule.late_doses,
        is_no_sooner=rule.is_no_sooner,
        source=rule.source,
        evidence=rule.evidence,
        is_active=rule.ships_active,
        **texts,
    )
