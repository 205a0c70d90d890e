"""Pages: what stands behind each link, in the words of its reader."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from models import Status
from vetdesk.letter_pages.page import Button, Day, Page

if TYPE_CHECKING:
    from resolvers.from_letters import House
    from resolvers.from_letters.bookings import Booked, Offered, Times
    from resolvers.from_letters.mailboxes import ShownMailbox
    from resolvers.from_letters.visits import ShownVisit
    from resolvers.letters.facts import Place, Visit
    from vetdesk.letter_pages.words import Words

CONFIRM, CANCEL, YES = "confirm", "cancel", "yes"
"""What the buttons send under the name `do`; a time is sent under the name `at`."""


def of_visit(shown: ShownVisit, words: Words, house: House) -> Page:
    """A visit, with what the reader can say of it now."""
    status, buttons = shown.visit.status, list[Button]()
    if shown.can_be_confirmed:
        buttons.append(Button("do", CONFIRM, words.said("visit", "confirm")))
    if shown.can_be_cancelled:
        buttons.append(Button("do", CANCEL, words.said("visit", "cancel")))
    word = {Status.CONFIRMED: "confirmed", Status.CANCELLED: "cancelled", Status.REQUESTED: "requested"}.get(status)
    sentence = words.said("visit", word or "ask")
    if not shown.may_arrange and status is not Status.CANCELLED:
        sentence = words.said("visit", "another_owner", pet=shown.visit.pet)
    title = words.said("visit", f"{word}_title" if word in ("confirmed", "cancelled") else "title")
    return Page(
        title,
        (sentence,),
        pairs=_pairs(shown.visit, words),
        buttons=tuple(buttons),
        footer=_footer(words, house, shown.visit.place),
    )


def of_times(offer: Offered, times: Times, words: Words, house: House, *, warning: str = "") -> Page:
    """The free times, a day at a time; the buttons hold moments in UTC."""
    place = offer.item.place
    days = []
    for day, starts in groupby(times.starts, lambda at: at.astimezone(place.zone).date()):
        named = words.day(day)
        written = [(at, words.time(at, place.zone)) for at in starts]
        buttons = tuple(Button("at", at.isoformat(), time, f"{named}, {time}") for at, time in written)
        days.append(Day(words.said("book", "day", day=named, count=str(len(buttons))), buttons))
    called = offer.item.called
    others = (("earlier", times.earlier), ("later", times.later))
    links = [(f"?from={day.isoformat()}", words.said("book", word)) for word, day in others if day]
    title = words.said("book", "what", called=called[:1].upper() + called[1:], pet=offer.item.pet)
    if times.starts:
        title = words.said("book", "title", what=title)
        # Around the night on which clocks are changed there are two.
        zones = words.listed(dict.fromkeys(words.clock(at, place.zone) for at in times.starts))
        sentence = words.said("book", "choose", zone=zones)
    else:
        sentence = words.said("book", "none", first=words.day(times.first), last=words.day(times.last))
    pairs = ((words.said("page", "due"), words.day(offer.item.due_on)), *_place(place, words))
    return Page(
        title,
        (sentence,),
        warning,
        pairs=pairs,
        days=tuple(days),
        links=tuple(links),
        footer=_footer(words, house, place),
    )


def of_booked(booked: Booked, words: Words, house: House, *, address: str) -> Page:
    """A visit that is booked, now or before; at the address it can be confirmed and cancelled, "" where it cannot."""
    sentence = "already"
    if booked.is_new:
        sentence = "letter" if booked.letter_comes else "new"
    return Page(
        words.said("book", "booked_title" if booked.is_new else "already_title"),
        (words.said("book", sentence),),
        pairs=_pairs(booked.visit, words),
        links=((address, words.said("book", "see")),) if address else (),
        footer=_footer(words, house, booked.visit.place),
    )


def of_mailbox(shown: ShownMailbox, words: Words, house: House) -> Page:
    """Whether letters of a purpose go to a mailbox; while they do, with the button that ends them."""
    purpose = words.said("purpose", shown.purpose)
    if shown.is_wanted:
        return Page(
            words.said("unsubscribe", "title"),
            (words.said("unsubscribe", "ask", practice=house.name, purpose=purpose),),
            buttons=(Button("do", YES, words.said("unsubscribe", "button")),),
            footer=_footer(words, house),
        )
    others = words.listed(words.said("purpose", other) for other in shown.others)
    still = words.said("unsubscribe", "still", purposes=others) if others else words.said("unsubscribe", "nothing_else")
    done = words.said("unsubscribe", "done", practice=house.name, purpose=purpose)
    sentences = (done, still, words.said("unsubscribe", "again"))
    return Page(words.said("unsubscribe", "done_title"), sentences, footer=_footer(words, house))


def of_trouble(trouble: str, words: Words, house: House | None) -> Page:
    """Why there is no such page, by the name of its sentence: nothing is said of what it was about."""
    title, sentence = words.said("trouble", f"{trouble}_title"), words.said("trouble", trouble)
    return Page(title, (sentence,), footer=_footer(words, house) if house else ())


def of_call(sentence: str, words: Words, house: House, place: Place) -> Page:
    """What cannot be done here, and whom to call instead."""
    title = words.said("book", "not_online_title")
    return Page(title, (sentence,), pairs=_place(place, words), footer=_footer(words, house, place))


def _pairs(visit: Visit, words: Words) -> tuple[tuple[str, str], ...]:
    pairs = (
        ("pet", visit.pet),
        # Somebody who comes for a farewell knows what for.
        ("for", "" if visit.is_farewell else visit.service),
        ("when", words.moment(visit.starts_at, visit.place.zone)),
        ("vet", visit.vet),
    )
    return (*((words.said("page", word), value) for word, value in pairs if value), *_place(visit.place, words))


def _place(place: Place, words: Words) -> tuple[tuple[str, str], ...]:
    pairs = (("where", ", ".join(filter(None, (place.name, place.address)))), ("phone", place.phone))
    return tuple((words.said("page", word), value) for word, value in pairs if value)


def _footer(words: Words, house: House, place: Place | None = None) -> tuple[str, ...]:
    phones = ((place.name, place.phone),) if place and place.phone else house.phones
    said = words.listed(phone if len(phones) == 1 else f"{name} {phone}" for name, phone in phones)
    call = (words.said("page", "call", phones=said),) if phones else ()
    return (*call, words.said("page", "from", practice=house.name))
