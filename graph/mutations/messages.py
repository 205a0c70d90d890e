"""Letters that were lost, and addresses that nobody read."""

from __future__ import annotations

import strawberry

from graph.context import Info
from graph.deeds import KEY, answered, deed_input, mutation, payload, said
from graph.ids import key
from graph.roles import STAFF
from graph.types.message import Message
from models.refusal import NotSentAgain
from models.role import Role
from resolvers import mailboxes, mailings, messages
from resolvers.access import Deed

FRONT_DESK = (Role.RECEPTIONIST, Role.MANAGER)


@deed_input(STAFF)
class RestoreEmailAddressInput:
    """An address at which nothing arrived, and which works again."""

    address: str = said("The e-mail address, in any case; at most 320 characters.")
    idempotency_key: str = said(KEY)


@deed_input(FRONT_DESK)
class SendMessageAgainInput:
    """A letter that failed, came back, or may not have arrived."""

    message_id: strawberry.ID = said("Which letter.")
    idempotency_key: str = said(KEY)


@payload(STAFF)
class EmailAddressRestored:
    """Letters go there again."""

    address: str = said("The address.")


@payload(FRONT_DESK)
class MessageSentAgain:
    """Another letter about the same waits to be sent."""

    message: Message = said(
        "The new letter. It is looked at again before it is sent, like any: it may yet be withheld, and says why."
    )


@strawberry.type
class MessageMutations:
    """Letters that were lost, and addresses that nobody read."""

    @mutation(Deed.RESTORE_EMAIL_ADDRESS, EmailAddressRestored)
    async def restore_email_address(self, info: Info, input: RestoreEmailAddressInput) -> object:
        """Say that an e-mail address works again, so that letters are sent there.

        Refused for an address that is not among those at which nothing arrives. What was not sent meanwhile stays unsent.
        """
        viewer = info.context.viewer
        key_, now = input.idempotency_key, info.context.now
        return answered(EmailAddressRestored, address=await mailboxes.restore(viewer, input.address, key=key_, now=now))

    @mutation(Deed.SEND_MESSAGE_AGAIN, MessageSentAgain, NotSentAgain)
    async def send_message_again(self, info: Info, input: SendMessageAgainInput) -> object:
        """Send a letter again that FAILED, is DOUBTFUL, or came back. It goes to the address that the client has now.

        Refused for any other letter, and for one that was sent again already.
        """
        viewer, now = info.context.viewer, info.context.now
        again = await messages.send_again(viewer, key("Message", input.message_id), key=input.idempotency_key, now=now)
        return answered(MessageSentAgain, message=mailings.one(viewer, again))
