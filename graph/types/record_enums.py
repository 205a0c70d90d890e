"""Enums of what is written down in the record of a pet."""

from __future__ import annotations

from graph.roles import STAFF
from graph.types.enums import described
from models.allergy import Severity
from models.problem import Certainty, ProblemState
from models.vital import VitalKind, VitalSource, VitalUnit

__all__ = ["Certainty", "ProblemState", "Severity", "VitalKind", "VitalSource", "VitalUnit"]

described(
    VitalKind,
    "What was measured.",
    {
        VitalKind.WEIGHT: "The weight, kept in kilograms.",
        VitalKind.TEMPERATURE: "The temperature of the body, kept in degrees Celsius.",
        VitalKind.PULSE: "Beats of the heart a minute.",
        VitalKind.RESPIRATION: "Breaths a minute.",
        VitalKind.BODY_CONDITION: "How fat or thin it is, as a score.",
        VitalKind.PAIN: "How much pain it shows, as a score.",
    },
    roles=STAFF,
)
described(
    VitalUnit,
    "In what something was measured.",
    {
        VitalUnit.KILOGRAM: "Kilograms, for weights.",
        VitalUnit.GRAM: "Grams, for weights.",
        VitalUnit.POUND: "Pounds of 0.45359237 kg, for weights.",
        VitalUnit.CELSIUS: "Degrees Celsius, for temperatures.",
        VitalUnit.FAHRENHEIT: "Degrees Fahrenheit, for temperatures.",
        VitalUnit.PER_MINUTE: "Beats or breaths a minute.",
        VitalUnit.OF_5: "A score of body condition from 0 to 5.",
        VitalUnit.OF_9: "A score of body condition from 0 to 9.",
        VitalUnit.OF_10: "A score of pain from 0 to 10.",
        VitalUnit.OF_24: "A score of pain from 0 to 24.",
    },
    roles=STAFF,
)
described(
    VitalSource,
    "How a measurement is known.",
    {
        VitalSource.MEASURED: "Measured here.",
        VitalSource.ESTIMATED: "Somebody's guess.",
        VitalSource.REPORTED: "The owner says so.",
        VitalSource.IMPORTED: "It came with the records of another practice.",
    },
    roles=STAFF,
)
described(
    ProblemState,
    "Whether a pet still has a problem.",
    {ProblemState.ACTIVE: "It has it.", ProblemState.RESOLVED: "It does not have it any more, or never did."},
    roles=STAFF,
)
described(
    Certainty,
    "How sure a diagnosis is.",
    {
        Certainty.SUSPECTED: "It may be so.",
        Certainty.CONFIRMED: "It is so.",
        Certainty.RULED_OUT: "It is not so: the problem is resolved by that.",
    },
    roles=STAFF,
    name="DiagnosisCertainty",
)
described(
    Severity,
    "How bad a reaction was.",
    {
        Severity.MILD: "Mild.",
        Severity.MODERATE: "It needed treatment.",
        Severity.SEVERE: "Life was in danger.",
        Severity.UNKNOWN: "Nobody knows.",
    },
    roles=STAFF,
    name="AllergySeverity",
)
