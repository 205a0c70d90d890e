"""The words of the contract: nothing is silent, owners do not hear of the staff's affairs, and every deed is alike."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_introspection_type,
)

from graph.roles import doorkeepers, mark
from graph.schema import schema
from graph.sdl import printed
from graph.views import view_of
from resolvers.access import DEEDS
from resolvers.viewer import Audience

UNIFIED: GraphQLSchema = schema._schema
STAFF_VIEW = view_of(schema, Audience.STAFF).graphql
OWNER_VIEW = view_of(schema, Audience.OWNER).graphql

# What is done at the doors is done again when it is asked again: a new session, another letter, nothing more to end.
DOORS = {"signIn", "requestSignInCode", "signInWithCode", "refreshSession", "signOut", "signOutEverywhere"}

STAFF_WORDS = """
alerts tags owners ownerships share shares rights clients clientId pets day DaySheet unlinkedAccounts
UnlinkedAccount isRegisteredOnline cancelledBecause hasLeft staff staffId staffIds role HeldRole StaffRoleInput room
rooms roomIds Room isInUse workingHours WorkingHours exceptions HoursException bufferBeforeMinutes bufferAfterMinutes
isBookableOnline isOffered Ownership PetOwnerInput ShareInput StretchInput
Right password ClientConnection PetConnection
"""


def _parts(contract: GraphQLSchema) -> Iterator[tuple[str, str, Any]]:
    """Where it stands, its name, and the part itself: every type, field, argument, input field and enum value."""
    for named in contract.type_map.values():
        if is_introspection_type(named):
            continue
        yield named.name, named.name, named
        for name, part in _inside(named).items():
            yield f"{named.name}.{name}", name, part
            for argument, given in getattr(part, "args", {}).items():
                yield f"{named.name}.{name}({argument}:)", argument, given


def _inside(named: GraphQLNamedType) -> dict[str, Any]:
    return getattr(named, "fields", None) or getattr(named, "values", None) or {}


def _names(contract: GraphQLSchema) -> set[str]:
    return {name for _, name, _ in _parts(contract)}


def test_nothing_in_the_contract_is_silent():
    assert [place for place, _, part in _parts(UNIFIED) if not (part.description or "").strip()] == []


# What owners do not hear of


@pytest.mark.parametrize("word", STAFF_WORDS.split())
def test_a_word_of_the_staff_is_not_in_the_owners_contract(word):
    assert word in _names(STAFF_VIEW)
    assert word not in _names(OWNER_VIEW)


def test_no_sentence_in_the_owners_contract_names_a_part_that_only_the_staff_have():
    told = set(re.findall(r"\w+", printed(schema, Audience.OWNER)))
    # Plain words are also English; a name with a capital inside is not.
    names = {name for name in _names(STAFF_VIEW) - _names(OWNER_VIEW) if re.search(r"[a-z][A-Z]", name)}
    assert told & names == set()


def test_an_owner_asks_for_nothing_but_this():
    assert OWNER_VIEW.query_type
    assert set(OWNER_VIEW.query_type.fields) == {
        "viewer",
        "node",
        "practice",
        "locations",
        "services",
        "freeTimes",
        "deathPreview",
        "changesCursor",
        "pet",
        "petRecord",
        "myPets",
        "myInvoices",
        "myPayments",
        "myStatement",
        "payment",
        "invoice",
        "creditNote",
        "myAppointments",
        "certificate",
        "certificateLink",
        "paperLink",
        "myStatementLink",
    }


def test_an_owner_watches_nothing_but_this():
    assert OWNER_VIEW.subscription_type
    assert set(OWNER_VIEW.subscription_type.fields) == {"myAppointmentChanged", "myInvoiceChanged"}


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("Staff", {"id", "displayName"}),
        ("CoOwner", {"displayName"}),
        ("Client", {"id", "givenName", "familyName", "displayName", "language", "address", "emails", "phones"}),
    ],
)
def test_of_people_an_owner_sees_nothing_but_this(kind, fields):
    assert set(_inside(OWNER_VIEW.type_map[kind])) == fields


@pytest.mark.parametrize(("view", "contract"), [(Audience.STAFF, STAFF_VIEW), (Audience.OWNER, OWNER_VIEW)])
def test_a_view_has_the_deeds_of_those_who_come_through_its_door_and_no_other(view, contract):
    expected = {deed.value for deed, roles in DEEDS.items() if roles & doorkeepers(view)}
    assert contract.mutation_type
    assert set(contract.mutation_type.fields) == expected


# How deeds are alike

assert UNIFIED.mutation_type
DEED_FIELDS = UNIFIED.mutation_type.fields


@pytest.mark.parametrize("deed", DEED_FIELDS)
def test_every_deed_answers_with_its_own_union_of_what_can_come_of_it(deed):
    union = DEED_FIELDS[deed].type
    assert isinstance(union, GraphQLUnionType), "a root field is nullable, and a deed answers one of several things"
    assert union.name == f"{deed[0].upper()}{deed[1:]}Result"
    payload, *refusals = union.types
    interface = UNIFIED.type_map["Refusal"]
    assert interface not in payload.interfaces
    assert all(interface in refusal.interfaces for refusal in refusals)
    always = {"NotFound", "InvalidInput"} | (set() if deed in DOORS else {"IdempotencyKeyReused"})
    assert always <= {refusal.name for refusal in refusals}


@pytest.mark.parametrize("deed", [deed for deed in DEED_FIELDS if deed not in DOORS])
def test_a_deed_takes_one_input_with_a_key_that_makes_it_safe_to_send_twice(deed):
    (argument,) = DEED_FIELDS[deed].args.items()
    assert (argument[0], str(argument[1].type)) == ("input", f"{get_named_type(argument[1].type).name}!")
    taken = get_named_type(argument[1].type)
    assert isinstance(taken, GraphQLInputObjectType)
    assert str(taken.fields["idempotencyKey"].type) == "String!"


@pytest.mark.parametrize("deed", [deed for deed in DEED_FIELDS if deed not in DOORS])
def test_a_deed_and_what_it_takes_and_answers_are_for_the_same_people(deed):
    taken = get_named_type(DEED_FIELDS[deed].args["input"].type)
    union = DEED_FIELDS[deed].type
    assert isinstance(union, GraphQLUnionType)
    assert mark(taken) == mark(union.types[0]) == mark(DEED_FIELDS[deed])


@pytest.mark.parametrize("deed", [deed for deed in DEED_FIELDS if DEED_FIELDS[deed].args])
def test_what_a_deed_takes_is_said_in_the_words_of_its_input(deed):
    argument = DEED_FIELDS[deed].args["input"]
    about = get_named_type(argument.type).description
    assert about
    assert argument.description == about.splitlines()[0]


def test_a_language_is_described_alike_wherever_it_is_asked_for_or_shown():
    told = [part.description for _, name, part in _parts(UNIFIED) if name == "language"]
    assert len(told) == 14
    assert [words for words in told if "as a BCP 47 tag: `en`, `de`" not in words] == []


PAGED = (
    "Invoice",
    "LedgerEntry",
    "Payment",
    "PriceListEntry",
    "Appointment",
    "Client",
    "DiagnosisTerm",
    "Document",
    "HistoryEntry",
    "ImportedLine",
    "Note",
    "NoteRevision",
    "Pet",
    "Prescription",
    "PriceListEntry",
    "RecordReading",
    "TreatmentPlan",
    "TreatmentStep",
    "Vaccination",
    "Visit",
    "Vital",
)


def test_every_list_with_pages_says_how_many_there_are():
    totals = {place: str(part.type) for place, name, part in _parts(UNIFIED) if name == "totalCount"}
    assert totals == {f"{kind}Connection.totalCount": "Int!" for kind in PAGED}


@pytest.mark.parametrize("deed", sorted(DOORS))
def test_what_is_done_at_the_doors_takes_no_key(deed):
    taken = [get_named_type(argument.type) for argument in DEED_FIELDS[deed].args.values()]
    assert all("idempotencyKey" not in _inside(each) for each in taken)
    union = DEED_FIELDS[deed].type
    assert isinstance(union, GraphQLUnionType)
    assert "IdempotencyKeyReused" not in {each.name for each in union.types}
