"""What people send."""

from __future__ import annotations

APPOINTMENT = "appointment { id status startsAt }"


_REFUSED = "... on Refusal { code message path }"


def _deed(name: str, done: str) -> str:
    kind = f"{name[0].upper()}{name[1:]}Input"
    return (
        f"mutation Deed($input: {kind}!) {{ done: {name}(input: $input) "
        f"{{ __typename ... on {done} {{ {APPOINTMENT} }} {_REFUSED} }} }}"
    )


_DONE = {
    "bookAppointment": "AppointmentBooked",
    "rescheduleAppointment": "AppointmentRescheduled",
    "confirmAppointment": "AppointmentConfirmed",
    "cancelAppointment": "AppointmentCancelled",
    "checkInAppointment": "AppointmentCheckedIn",
    "startAppointment": "AppointmentStarted",
    "completeAppointment": "AppointmentCompleted",
    "markNoShowAppointment": "AppointmentMarkedNoShow",
}
DEEDS = {name: _deed(name, done) for name, done in _DONE.items()}
"""By name: the field `done` is the appointment, or why not."""

FREE_TIMES = """query Free($service: ID!, $location: ID!, $pet: ID!, $on: Date!) {
  freeTimes(serviceId: $service, locationId: $location, petId: $pet, from: $on, to: $on) { startsAt } }"""
MINE = "query Mine { myAppointments(first: 60) { nodes { id status startsAt service { id } pet { id } } } }"
DAY = """query Day($location: ID!, $on: Date!) { day(locationId: $location, on: $on) {
  appointments { id status startsAt service { id } pet { id name owners { client { displayName } } } vet { displayName } } } }"""
CLIENTS = "query Clients($search: String!) { clients(search: $search) { totalCount nodes { displayName emails { address } } } }"
