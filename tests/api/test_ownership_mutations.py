"""Joining clients to pets through the contract, with the resulting shares of everybody who pays."""

from __future__ import annotations

from functools import partial

import pytest

from models import Ownership
from tests.api.deed import done, not_allowed, refused, unheard_of
from tests.doors import Program, id_of
from tests.world import TODAY, a_client, a_location, a_nurse, a_pet, a_receptionist, an_owner

OWNERSHIP = """ownership { share rights startsOn endsOn client { displayName }
  pet { owners { share client { displayName } } } }"""
STRANGE = "💥"


def a_share(client, share):
    return {"clientId": id_of(client), "share": share}


async def test_an_owner_comes_changes_and_goes(database):
    olga, peter = await a_client("Olga Berg"), await a_client("Peter Lang")
    pet, reception, program = await a_pet(olga), await a_receptionist(), Program()
    added = await done(
        program,
        reception.viewer,
        "addOwnership",
        f"OwnershipAdded {{ {OWNERSHIP} }}",
        petId=id_of(pet),
        clientId=id_of(peter),
        rights=["VIEW", "PAY"],
        shares=[a_share(olga, 60), a_share(peter, 40)],
    )
    assert added["ownership"] == {
        "share": 40,
        "rights": ["PAY", "VIEW"],
        "startsOn": TODAY.isoformat(),
        "endsOn": None,
        "client": {"displayName": "Peter Lang"},
        "pet": {
            "owners": [
                {"share": 60, "client": {"displayName": "Olga Berg"}},
                {"share": 40, "client": {"displayName": "Peter Lang"}},
            ]
        },
    }
    ownership_id = id_of(await Ownership.get(client_id=peter.id))
    amend = partial(
        done,
        program,
        reception.viewer,
        "amendOwnership",
        f"OwnershipAmended {{ {OWNERSHIP} }}",
        ownershipId=ownership_id,
    )
    paying = await amend(shares=[a_share(peter, 100)], idempotencyKey="pay")
    assert (paying["ownership"]["share"], paying["ownership"]["rights"]) == (100, ["PAY", "VIEW"])
    seeing = await amend(shares=[a_share(olga, 100)], rights=[], idempotencyKey="see")
    assert (seeing["ownership"]["share"], seeing["ownership"]["rights"]) == (0, [])
    ended = await done(
        program,
        reception.viewer,
        "endOwnership",
        f"OwnershipEnded {{ {OWNERSHIP} }}",
        ownershipId=ownership_id,
        shares=[a_share(olga, 100)],
    )
    assert ended["ownership"]["endsOn"] == TODAY.isoformat()
    assert ended["ownership"]["pet"]["owners"] == [{"share": 100, "client": {"displayName": "Olga Berg"}}]


async def test_everything_is_allowed_to_a_new_owner_when_nothing_is_said(database):
    olga, peter = await a_client(), await a_client()
    pet, reception, program = await a_pet(olga), await a_receptionist(), Program()
    added = await done(
        program,
        reception.viewer,
        "addOwnership",
        "OwnershipAdded { ownership { rights } }",
        petId=id_of(pet),
        clientId=id_of(peter),
        shares=[a_share(olga, 100)],
    )
    assert added["ownership"]["rights"] == ["BOOK", "PAY", "CONSENT", "VIEW"]


async def test_shares_that_make_no_whole_are_refused(database):
    olga, peter, stranger = await a_client(), await a_client(), await a_client()
    pet, reception, program = await a_pet(olga, peter), await a_receptionist(), Program()
    ownership_id = id_of(await Ownership.get(client_id=peter.id))
    amend = partial(
        refused,
        program,
        reception.viewer,
        "amendOwnership",
        "OwnershipAmended { ownership { id } }",
        ownershipId=ownership_id,
    )
    for shares, refusal, path in (
        ([a_share(olga, 50), a_share(peter, 49)], "SharesMustSumTo100", ["shares"]),
        ([], "LastPayer", ["shares"]),
        ([a_share(olga, 0)], "LastPayer", ["shares"]),
        ([a_share(olga, 101)], "InvalidInput", ["shares"]),
        ([a_share(stranger, 100)], "InvalidInput", ["shares"]),
        ([{"clientId": STRANGE, "share": 100}], "InvalidInput", ["shares"]),
        ([a_share(olga, 50), a_share(olga, 50)], "InvalidInput", ["shares", "1", "clientId"]),
        ([a_share(olga, 5)] * 21, "InvalidInput", ["shares"]),
    ):
        assert await amend(shares=shares) == (refusal, path), shares
    assert await amend(shares=[a_share(peter, 100)], rights=["VIEW"]) == ("InvalidInput", ["shares"])
    assert await amend(shares=[a_share(olga, 100)], rights=["VIEW"] * 5) == ("InvalidInput", ["rights"])
    assert await amend(shares=[a_share(olga, 100)], rights=None) == ("InvalidInput", ["rights"])
    assert await amend(shares=[a_share(olga, 100)], ownershipId=STRANGE) == ("NotFound", ["ownershipId"])
    add = partial(
        refused, program, reception.viewer, "addOwnership", "OwnershipAdded { ownership { id } }", petId=id_of(pet)
    )
    whole = [a_share(olga, 100)]
    assert await add(clientId=id_of(peter), shares=whole) == ("AlreadyAnOwner", ["clientId"])
    assert await add(clientId=STRANGE, shares=whole) == ("NotFound", ["clientId"])
    assert await add(clientId=id_of(stranger), petId=STRANGE, shares=whole) == ("NotFound", ["petId"])
    assert await add(clientId=id_of(stranger), shares=[a_share(olga, 99)]) == ("SharesMustSumTo100", ["shares"])


async def test_the_last_one_who_pays_stays_until_somebody_else_pays(database):
    olga, peter = await a_client(), await a_client()
    pet, reception, program = await a_pet(olga, peter), await a_receptionist(), Program()
    made, last = "OwnershipEnded { ownership { endsOn } }", id_of(await Ownership.get(client_id=olga.id))
    end = partial(refused, program, reception.viewer, "endOwnership", made, ownershipId=last)
    assert await end(shares=[]) == ("LastPayer", ["shares"])
    assert await end(shares=[a_share(peter, 90)]) == ("SharesMustSumTo100", ["shares"])
    await done(program, reception.viewer, "endOwnership", made, ownershipId=last, shares=[a_share(peter, 100)])
    assert await end(shares=[a_share(peter, 100)], idempotencyKey="twice") == ("InvalidInput", ["ownershipId"])
    assert await end(shares=[a_share(peter, 99)]) == ("IdempotencyKeyReused", ["idempotencyKey"])
    assert [one.share for one in await Ownership.filter(pet_id=pet.id, ends_on=None)] == [100]


DEEDS = {
    "addOwnership": ("OwnershipAdded { ownership { id } }", {"petId": STRANGE, "clientId": STRANGE, "shares": []}),
    "amendOwnership": ("OwnershipAmended { ownership { id } }", {"ownershipId": STRANGE, "shares": []}),
    "endOwnership": ("OwnershipEnded { ownership { id } }", {"ownershipId": STRANGE, "shares": []}),
}


@pytest.mark.parametrize("deed", DEEDS)
async def test_who_owns_a_pet_is_no_business_of_a_nurse_and_unknown_to_owners(database, deed):
    await a_location()
    nurse, owner, program = await a_nurse(), await an_owner(), Program()
    made, given = DEEDS[deed]
    assert await not_allowed(program, nurse.viewer, deed, made, **given) == "FORBIDDEN"
    assert await unheard_of(program, owner.viewer, deed, made, **given)
