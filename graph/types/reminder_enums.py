"""Enums of reminders and of what is sent, each value with its meaning."""

from __future__ import annotations

from graph.types.enums import described
from models.consent import Channel, ConsentSource, Purpose
from models.message import Letter, MessageState
from models.reminder import NoticeOutcome, NoticeReason, ReminderReason, ReminderState

__all__ = [
    "Channel",
    "ConsentSource",
    "Letter",
    "MessageState",
    "NoticeOutcome",
    "NoticeReason",
    "Purpose",
    "ReminderReason",
    "ReminderState",
]

described(
    ReminderState,
    "Where a reminder stands.",
    {
        ReminderState.PLANNED: "Nobody is to be told yet.",
        ReminderState.DUE: "Its owners were to be told, and none of them could be told by letter.",
        ReminderState.SENT: "One of its owners was told by letter, or is about to be.",
        ReminderState.SUPPRESSED: "Nobody is told: a visit for it is booked, or the practice holds it.",
        ReminderState.COMPLETED: "It was done.",
        ReminderState.WITHDRAWN: "It is not due any more. Owners do not see it.",
    },
)
described(
    ReminderReason,
    "Why a reminder stands where it stands. More may come.",
    {
        ReminderReason.NOT_YET: "No day for telling its owners has come yet.",
        ReminderReason.STEP_REACHED: "A day for telling its owners has come, and none of them is reached by letter.",
        ReminderReason.TOLD: "A letter was written.",
        ReminderReason.BOOKED: "A visit for it is booked: `appointment`.",
        ReminderReason.HELD: "The practice holds it.",
        ReminderReason.DONE: "It was done on `doneOn`.",
        ReminderReason.PET_DIED: "The pet has died.",
        ReminderReason.NO_OWNER: "Nobody owns the pet now who may see it.",
        ReminderReason.RULE_OFF: "The rule is switched off.",
        ReminderReason.DOES_NOT_FIT: "The rule does not fit the pet any more.",
        ReminderReason.NO_LONGER_DUE: "What made it due is gone: stopped, skipped, voided or lapsed.",
    },
)
described(
    NoticeOutcome,
    "What became of telling somebody.",
    {
        NoticeOutcome.WAITING: "A letter waits to be sent.",
        NoticeOutcome.SENT: "A letter was sent.",
        NoticeOutcome.WITHHELD: "There was no letter.",
        NoticeOutcome.WITHDRAWN: "A letter was withdrawn before it was sent.",
        NoticeOutcome.FAILED: "A letter could not be sent.",
        NoticeOutcome.DOUBTFUL: "A letter may have arrived: the mail server took it and never answered.",
    },
    name="ReminderNoticeOutcome",
)
described(
    NoticeReason,
    "Why somebody is told of something that is due, or is not. More may come.",
    {
        NoticeReason.STEP_REACHED: "The day for it has come.",
        NoticeReason.NO_CONSENT: "She has not agreed to letters about care.",
        NoticeReason.NO_ADDRESS: "No e-mail address of hers is known.",
        NoticeReason.ADDRESS_UNDELIVERABLE: "A mail server has said that nobody reads her address.",
        NoticeReason.TOO_LATE: "The day for it was more than 14 days before.",
        NoticeReason.TOLD_RECENTLY: "A letter about the same had gone out less than 3 days before.",
        NoticeReason.BOOKED: "A visit for it is booked.",
        NoticeReason.HELD: "The practice holds it.",
        NoticeReason.DONE: "It was done.",
        NoticeReason.PET_DIED: "The pet has died.",
        NoticeReason.NO_OWNER: "She does not own the pet any more, or may not see it.",
        NoticeReason.RULE_OFF: "The rule is switched off.",
        NoticeReason.NO_LONGER_DUE: "It is not due any more.",
        NoticeReason.MAIL_REFUSED: "The mail server refused the letter.",
        NoticeReason.NO_ANSWER: "The mail server never answered.",
    },
    name="ReminderNoticeReason",
)
described(Channel, "A way to reach somebody. More may come.", {Channel.EMAIL: "By e-mail."})
described(
    Purpose,
    "What a message is for.",
    {
        Purpose.APPOINTMENT: "Visits that are arranged.",
        Purpose.CARE: "Care that is due.",
        Purpose.MARKETING: "Anything that the practice advertises.",
    },
    name="MessagePurpose",
)
described(
    ConsentSource,
    "How the practice knows what somebody wants.",
    {
        ConsentSource.OWNER: "She said so herself, online.",
        ConsentSource.IN_PERSON: "She said so at the practice.",
        ConsentSource.PHONE: "She said so on the phone.",
        ConsentSource.FORM: "She signed a form.",
        ConsentSource.IMPORT: "Older records say so.",
        ConsentSource.UNSUBSCRIBED: "She used the link in a letter.",
    },
)
described(
    Letter,
    "What a message is about. More may come.",
    {
        Letter.SIGN_IN_CODE: "A code to sign in with.",
        Letter.INVITATION: "An invitation to the staff.",
        Letter.APPOINTMENT_BOOKED: "An appointment was booked.",
        Letter.APPOINTMENT_MOVED: "An appointment was moved.",
        Letter.APPOINTMENT_CANCELLED: "An appointment was cancelled.",
        Letter.APPOINTMENT_MISSED: "Nobody came to an appointment.",
        Letter.COMING_VISIT: "An appointment is about to come.",
        Letter.CARE_REMINDER: "Care is due.",
    },
)
described(
    MessageState,
    "Where a message stands.",
    {
        MessageState.WAITING: "It waits to be sent.",
        MessageState.SENT: "It was sent.",
        MessageState.WITHDRAWN: "It was withdrawn before it was sent.",
        MessageState.WITHHELD: "It was not sent: `reason` says why.",
        MessageState.FAILED: "It could not be sent.",
        MessageState.DOUBTFUL: "It may have arrived: the mail server took it and never answered. It is not sent again by itself.",
    },
)
