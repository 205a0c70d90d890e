"""The Open Vet Format: what other software writes is read as far as it goes, and what does not fit is listed."""

import base64
import copy
import json
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import vetdesk
from models import ProblemState, VitalKind, VitalUnit
from models.pet import Sex, Species
from models.pet_record import Complaint, LeftOut, Measure, Paper
from models.refusal import FormatNotInstalled, InvalidInput
from tests.world.elsewhere import a_document, a_patient, a_thing, an_observation
from vetdesk.open_vet_format.chosen import NoFormat
from vetdesk.open_vet_format.documents import DEEPEST, LONGEST_DOCUMENT, MOST_LEFT_OUT
from vetdesk.open_vet_format.incoming import MOST_THINGS, read


def told(**more):
    return read(json.dumps(a_document(**more)))


def only(kind, record):
    (line,) = [each for each in record.lines if each.id.startswith(kind)]
    return line


def left_out(record):
    """What did not fit, but for the owner, whom nobody takes from a document."""
    return [each for each in record.left_out if each.path != "patient.owner"]


def refusal(text):
    with pytest.raises(InvalidInput) as refused:
        read(text)
    return ".".join(refused.value.path), refused.value.message


def test_a_whole_document_fits():
    record = told()

    assert left_out(record) == []
    assert (record.software, record.software_version, record.format_version) == ("OtherVet", "3.1", "1.2.0")
    assert (record.pet.name, record.pet.species, record.pet.sex, record.pet.neutered) == (
        "Biscuit", Species.DOG, Sex.FEMALE, True,
    )  # fmt: skip
    assert record.pet.alerts == ("bites",)
    assert record.details["notes"] == "Loves cheese."


# What is refused as a whole


@pytest.mark.parametrize(
    ("text", "path", "words"),
    [
        ("", "document", "no JSON"),
        ("{", "document", "no JSON"),
        ("[]", "document", "JSON object"),
        ('{"format_version": NaN}', "document", "not finite"),
        ('{"format_version": 1e999}', "document", "not finite"),
        ('{"a": ' + "9" * 5000 + "}", "document", "too long"),
        ('{"a": 1, "a": 2}', "document", "names a field twice"),
        ("[" * 100_000, "document", "nested too deep"),
        ('{"a":' * (DEEPEST + 1) + "1" + "}" * (DEEPEST + 1), "document" + ".a" * DEEPEST, "nested more than"),
        (" " * (LONGEST_DOCUMENT + 1), "document", "too long"),
        ("{}", "document.format_version", "version 1"),
        (json.dumps(a_document(format_version="2.0.0")), "document.format_version", "version 1"),
        (json.dumps(a_document(format_version="1")), "document.format_version", "version 1"),
        (json.dumps(a_document(exported_at="yesterday")), "document.exported_at", "no readable moment"),
        (json.dumps(a_document(exported_at="0001-01-01T00:00:00+14:00")), "document.exported_at", "no readable"),
        (json.dumps(a_document(encounters={})), "document.encounters", "list"),
        (json.dumps(a_document(encounters=[1] * (MOST_THINGS + 1))), "document", "at most 2000"),
        (json.dumps(a_document(patient=None)), "document.patient", "no animal"),
        (json.dumps(a_document(patient=[])), "document.patient", "no animal"),
        (json.dumps(a_document(patient={"id": "p-1"})), "document.patient", "no animal"),
        (json.dumps(a_document(patient=a_patient(name=""))), "document.patient.name", "has a name"),
        (json.dumps(a_document(patient=a_patient(name="x" * 201))), "document.patient.name", "has a name"),
        (json.dumps({**a_document(), **{f"x{n}": n for n in range(MOST_LEFT_OUT + 1)}}), f"document.x{MOST_LEFT_OUT - 1}",
         "not of the format"),
    ],
    ids=range(23),
)  # fmt: skip
def test_a_document_that_cannot_be_taken_in_is_refused_with_the_place(text, path, words):
    where, message = refusal(text)

    assert where == path
    assert words in message


# What is left out, one by one


@pytest.mark.parametrize(
    ("more", "path", "what"),
    [
        ({"extra": {"a": 1}}, "extra", '{"a": 1}'),
        ({"exporter": {"name": "X", "mood": "good"}}, "exporter.mood", "good"),
        ({"patient": a_patient(favourite="ball")}, "patient.favourite", "ball"),
        ({"patient": a_patient(sex="both")}, "patient.sex", "both"),
        ({"patient": a_patient(species="llama")}, "patient.species", "llama"),
        ({"patient": a_patient(species="goat")}, "patient.species", "goat"),
        ({"patient": a_patient(date_of_birth="2027-01-01")}, "patient.date_of_birth", "2027-01-01"),
        ({"patient": a_patient(date_of_birth=20200101)}, "patient.date_of_birth", "20200101"),
        ({"patient": a_patient(weight={"value": -1, "unit": "kg"})}, "patient.weight.value", "-1"),
        ({"patient": a_patient(weight={"value": 9e9, "unit": "kg"})}, "patient.weight",
         '{"value": 9000000000.0, "unit": "kg"}'),
        ({"patient": a_patient(identifiers=[{"system": "iso-microchip-11784", "value": "12"}])},
         "patient.identifiers[0]", "12"),
        ({"patient": a_patient(breed="x" * 201)}, "patient.breed", "x" * 119 + "…"),
        ({"patient": a_patient(notes="a\x00b")}, "patient.notes", "a b"),
        ({"patient": a_patient(is_deceased=True)}, "patient.is_deceased", "true"),
        ({"practitioners": [7]}, "practitioners[0]", "7"),
        ({"encounters": [a_thing("Encounter", "v", status="planned", date="2027-01-01T00:00:00Z")]},
         "encounters[0].status", "planned"),
        ({"encounters": [a_thing("Encounter", "v", status="completed", date="2025-06-15T09:00")]},
         "encounters[0].date", "2025-06-15T09:00"),
        ({"encounters": [a_thing("Encounter", "v", status="completed", date=1750000000)]},
         "encounters[0]", None),
        ({"encounters": [a_thing("Encounter", "v", status="completed", date="1750000000")]},
         "encounters[0].date", "1750000000"),
        ({"observations": [an_observation("o", patient_id="p-2")]}, "observations[0].patient_id", "p-2"),
        ({"observations": [an_observation("o", encounter_id="no")]}, "observations[0].encounter_id", "no"),
        ({"observations": [an_observation("o", practitioner_id="x")]}, "observations[0].practitioner_id", "x"),
        ({"observations": [an_observation("o"), an_observation("o")]}, "observations[1].id", "o"),
        ({"observations": [an_observation("o", [1])]}, "observations[0].value", "[1]"),
        ({"observations": [an_observation("o", unit="stone")]}, "observations[0]", "Body weight: 27.5 stone"),
        ({"observations": [an_observation("o", 1e-9)]}, "observations[0]", "Body weight: 0 lbs"),
        ({"observations": [{**an_observation("o"), "odd\ud800 key": 1}]}, "observations[0].odd key", "1"),
        ({"conditions": [a_thing("Condition", "c", name="Gout", clinical_status="odd")]}, "conditions[0]", None),
        ({"document_references": [a_thing("DocumentReference", "d", type="imaging", date="2025-01-01T00:00:00Z",
                                          content_type="image/png", data="AAAA")]},
         "document_references[0].data", "image/png"),
        ({"document_references": [a_thing("DocumentReference", "d", type="imaging", date="2025-01-01T00:00:00Z",
                                          content_type="text/plain", data="not base64")]},
         "document_references[0].data", "text/plain"),
    ],
    ids=range(30),
)  # fmt: skip
def test_what_does_not_fit_is_listed_with_its_place_and_the_rest_is_read(more, path, what):
    record = told(**more)

    found = [each for each in left_out(record) if each.path == path and what in (None, each.what)]
    assert found, left_out(record)
    assert all(each.why.endswith(".") for each in record.left_out)


def test_of_a_thing_with_a_wrong_value_the_rest_is_kept():
    record = told(observations=[an_observation("o", interpretation="fine", colour="red")])

    line = only("observations", record)
    assert line.means == Measure(VitalKind.WEIGHT, "27.5", VitalUnit.POUND)
    assert "interpretation" not in line.details
    (wrong, unknown) = sorted(left_out(record)[:2], key=lambda each: each.path, reverse=True)
    assert (wrong.path, wrong.what) == ("observations[0].interpretation", "fine")
    assert wrong.why == (
        "The format does not know this here; it knows 'normal', 'abnormal', 'low', 'high' or 'critical'."
    )
    assert unknown == LeftOut("observations[0].colour", "red", "The format has no such field.")


@pytest.mark.parametrize(
    ("name", "value", "unit", "measure"),
    [
        ("Weight", 27.5, "lbs", Measure(VitalKind.WEIGHT, "27.5", VitalUnit.POUND)),
        ("body weight", 12, "KG", Measure(VitalKind.WEIGHT, "12", VitalUnit.KILOGRAM)),
        ("Weight", "4.2", "kg", Measure(VitalKind.WEIGHT, "4.2", VitalUnit.KILOGRAM)),
        ("Weight", 22.046226218487757, "lb", Measure(VitalKind.WEIGHT, "22.046226", VitalUnit.POUND)),
        ("Temperature", 101.5, "°F", Measure(VitalKind.TEMPERATURE, "101.5", VitalUnit.FAHRENHEIT)),
        ("Pulse", 120, "bpm", Measure(VitalKind.PULSE, "120", VitalUnit.PER_MINUTE)),
        ("Heart rate", 120, "kg", None),
        ("Weight", True, "kg", None),
        ("Weight", 0, "kg", None),
        ("Capillary refill", 1, "s", None),
    ],
)
def test_vital_signs_are_known_by_name_and_unit(name, value, unit, measure):
    record = told(observations=[an_observation("o", value, unit, name=name)], patient=a_patient(weight=None))

    line = only("observations", record)
    assert line.means == measure
    assert line.details["value"] == value
    assert bool(left_out(record)) == (measure is None)


def test_a_weight_in_both_places_is_told_once():
    assert [each.id for each in told().lines if isinstance(each.means, Measure)] == ["observations/obs-1"]
    other = told(observations=[an_observation("o", 30, "lbs")])
    assert [each.id for each in other.lines if isinstance(each.means, Measure)] == ["observations/o", "patient/weight"]


def test_moments_of_every_zone_are_the_same_moment():
    line = only("encounters", told())

    assert line.at.isoformat() == "2025-06-15T07:00:00+00:00"


def test_a_problem_without_a_day_counts_from_its_visit_or_the_document():
    behind = a_thing("Condition", "c", name="Gout", clinical_status="resolved", encounter_id="visit-1")

    line = only("conditions", told(conditions=[behind]))

    assert line.means == Complaint(state=ProblemState.RESOLVED, resolved_on=date(2025, 6, 15))


def test_a_document_of_plain_text_is_read_and_a_false_hash_is_listed():
    text = base64.b64encode("Kurze Spaziergänge.".encode()).decode()
    paper = a_thing("DocumentReference", "d", type="other", date="2025-06-15T10:00:00Z", content_type="text/plain",
                    data=text, hash="0" * 64)  # fmt: skip

    record = told(document_references=[paper])

    line = only("document_references", record)
    assert (line.text, type(line.means)) == ("Kurze Spaziergänge.", Paper)
    assert [each.path for each in left_out(record)] == ["document_references[0].hash"]


async def test_without_the_package_there_is_a_refusal():
    with pytest.raises(FormatNotInstalled):
        await NoFormat().read("{}")


def test_the_package_is_loaded_by_one_adapter_alone_and_when_it_is_needed():
    root = Path(vetdesk.__file__).parent.parent
    using = {
        str(path.relative_to(root))
        for package in ("models", "resolvers", "graph", "vetdesk")
        for path in (root / package).rglob("*.py")
        if re.search(r"^(from|import) ovf_types", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert using == {f"vetdesk/open_vet_format/{name}.py" for name in ("incoming", "outgoing", "pets")}
    chosen = (root / "vetdesk/open_vet_format/chosen.py").read_text(encoding="utf-8")
    assert re.findall(r"^( *)from vetdesk", chosen, re.MULTILINE) == [" " * 4] * 2


# Garbage

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8) | st.sampled_from(["2025-06-15", "2025-06-15T09:00:00Z", "p-1", "kg", "completed", "\ud800"]),
    lambda inside: st.lists(inside, max_size=3)
    | st.dictionaries(st.sampled_from(["id", "value", "unit", "system", "status", "x y", "\ud800"]), inside, max_size=3),
    max_leaves=6,
)  # fmt: skip


def _places(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in items:
        yield from _places(each, (*path, name))


PLACES = [each for each in _places(a_document()) if each]


def _put(document, place, value):
    for step in place[:-1]:
        document = document[step]
    document[place[-1]] = value


@given(st.lists(st.tuples(st.sampled_from(PLACES), VALUES), min_size=1, max_size=4))
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
def test_a_document_with_anything_anywhere_is_read_or_refused(changes):
    document = copy.deepcopy(a_document())
    for place, value in changes:
        try:
            _put(document, place, value)
        except (TypeError, KeyError, IndexError):
            continue  # what it stood in has gone with an earlier change

    _is_read_or_refused(json.dumps(document))


@given(st.text(max_size=60) | VALUES.map(json.dumps))
@settings(max_examples=50)
def test_any_text_is_read_or_refused(text):
    _is_read_or_refused(text)


def _is_read_or_refused(text):
    refused, record = _tried(text)
    if record is None:
        assert refused.path[0] == "document"
        assert f"{refused.message} {' '.join(refused.path)}".encode()
        return
    # Everything that is kept or told can be written as UTF-8.
    assert json.dumps([each.details for each in record.lines], ensure_ascii=False).encode()
    assert repr(record.left_out).encode()
    assert all(each.title and each.at.tzinfo for each in record.lines)


def _tried(text):
    try:
        return None, read(text)
    except InvalidInput as refused:
        return refused, None
