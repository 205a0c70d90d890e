"""Coming in and going out: signing in, staying signed in, signing out, registering, joining the team."""

from __future__ import annotations

from datetime import datetime

import strawberry

from graph.context import Info
from graph.deeds import KEY, answered, deed_input, mutation, payload, said
from graph.roles import ANYONE, EVERYBODY, OWNER, STAFF
from graph.wanted import ContactPreferenceInput, wanted
from models.refusal import InvitationNotValid, SessionEnded, SignInFailed, TooManyAttempts, WeakPassword
from resolvers import codes, invitations, registrations, sessions
from resolvers.access import Deed
from resolvers.ports import DoorRules
from resolvers.registrations import Registration

# Whoever comes here has no good token yet, and tries one thing at a time.
_A_DOOR = {"alone": True, "token": "ignored"}
_EMAIL = "The e-mail address, in any case."
_CODE_SENT = "If this address can be used here, a letter with a code is on its way to it."


@deed_input(ANYONE, STAFF)
class SignInInput:
    """How one of the staff signs in."""

    email: str = said(_EMAIL)
    password: str = said("The password, at most 256 characters.")


@deed_input(ANYONE, OWNER)
class RequestSignInCodeInput:
    """Where a sign-in code shall go."""

    email: str = said(_EMAIL)


@deed_input(ANYONE, OWNER)
class SignInWithCodeInput:
    """How an owner signs in."""

    email: str = said("The e-mail address that the code was sent to, in any case.")
    code: str = said("The digits from the letter; spaces do not matter.")


@deed_input(ANYONE, EVERYBODY)
class RefreshSessionInput:
    """How a session stays alive."""

    refresh_token: str = said("The last refresh token that was handed out.")


@deed_input(ANYONE, OWNER)
class RegisterInput:
    """What somebody says of herself who wants to sign in for the first time."""

    email: str = said("The e-mail address, to which a code is sent.")
    given_name: str = said("The given name, at most 200 characters; may be empty.")
    family_name: str = said("The family name, at most 200 characters.")
    phone: str | None = said(
        "A phone number, as people write it; without a country's code it is one of the practice's country.",
        default=None,
    )
    language: str | None = said(
        "The language of letters, as a BCP 47 tag: `en`, `de`; that of the practice when nothing is said.",
        default=None,
    )
    pet_name: str | None = said(
        "The name of one of her pets, if she has been here before: then the practice may know her at once.",
        default=None,
    )
    contact_preferences: list[ContactPreferenceInput] | None = said(
        "What she wants to hear of by e-mail, each purpose once; it counts for who is new here.", default=None
    )
    idempotency_key: str = said(KEY)


@deed_input(ANYONE, STAFF)
class AcceptInvitationInput:
    """How somebody who was invited joins the team."""

    token: str = said("The token from the letter.")
    password: str = said(
        "The password to sign in with from now on: 12 to 256 characters, not easy to guess, without the name in the"
        " e-mail address."
    )
    idempotency_key: str = said(KEY)


@payload(ANYONE, EVERYBODY)
class SignedIn:
    """Somebody is signed in. Send the access token as `Authorization: Bearer …`."""

    access_token: str = said("Good for a few minutes, at this door only.")
    access_token_expires_at: datetime = said("When the access token expires; refresh the session before.")
    refresh_token: str = said("Good once: `refreshSession` exchanges it. Keep it where nobody else can read it.")
    refresh_token_expires_at: datetime = said("When the session ends unless it is refreshed before.")


@payload(ANYONE, OWNER)
class SignInCodeRequested:
    """The same for every address, whether it is known or not."""

    message: str = said("What to tell the person.")
    digits: int = said("How many digits the code has.")
    good_for_minutes: int = said("How long the code is good.")


@payload(ANYONE, OWNER)
class RegistrationReceived:
    """The same for every address, whether it is known or not. Go on with `signInWithCode`."""

    message: str = said("What to tell the person.")
    digits: int = said("How many digits the code has.")
    good_for_minutes: int = said("How long the code is good.")


@payload(ANYONE, STAFF)
class InvitationAccepted:
    """The password is set. Go on with `signIn`."""

    email: str = said("The e-mail address to sign in with.")


@payload(EVERYBODY)
class SessionClosed:
    """The session on this device has ended; its tokens are good for nothing any more."""

    closed_at: datetime = said("When it was asked for.")


@payload(EVERYBODY)
class SessionsClosed:
    """Every session of the account has ended, this one too."""

    sessions: int = said("How many there were.")


@strawberry.type
class DoorMutations:
    """Coming in and going out."""

    @mutation(Deed.SIGN_IN, SignedIn, SignInFailed, TooManyAttempts, takes_key=False, metadata=_A_DOOR)
    async def sign_in(self, info: Info, input: SignInInput) -> object:
        """Sign in as one of the staff."""
        asked, ports = info.context, info.context.ports
        signed_in = await sessions.sign_in(
            asked.viewer,
            input.email,
            input.password,
            origin=asked.origin,
            vault=ports.vault,
            passwords=ports.passwords,
            tokens=ports.tokens,
            rules=ports.rules,
            now=asked.now,
        )
        return _handed_over(signed_in)

    @mutation(Deed.REQUEST_SIGN_IN_CODE, SignInCodeRequested, TooManyAttempts, takes_key=False, metadata=_A_DOOR)
    async def request_sign_in_code(self, info: Info, input: RequestSignInCodeInput) -> object:
        """Ask for a code by e-mail, to sign in as an owner. Whether the address is known is not said."""
        asked, ports = info.context, info.context.ports
        await codes.request_sign_in_code(
            asked.viewer, input.email, origin=asked.origin, vault=ports.vault, rules=ports.rules, now=asked.now
        )
        return answered(SignInCodeRequested, **_about_code(ports.rules))

    @mutation(Deed.SIGN_IN_WITH_CODE, SignedIn, SignInFailed, TooManyAttempts, takes_key=False, metadata=_A_DOOR)
    async def sign_in_with_code(self, info: Info, input: SignInWithCodeInput) -> object:
        """Sign in as an owner with the code from a letter; it is good once, and may be mistyped a few times."""
        asked, ports = info.context, info.context.ports
        signed_in = await codes.sign_in_with_code(
            asked.viewer,
            input.email,
            input.code,
            origin=asked.origin,
            vault=ports.vault,
            tokens=ports.tokens,
            rules=ports.rules,
            now=asked.now,
        )
        return _handed_over(signed_in)

    @mutation(Deed.REFRESH_SESSION, SignedIn, SessionEnded, takes_key=False, metadata=_A_DOOR)
    async def refresh_session(self, info: Info, input: RefreshSessionInput) -> object:
        """Exchange the refresh token for a new one and an access token.

        An answer that was lost can be asked for again at once. A token that comes back later ends the
        session, since somebody else must have it.
        """
        asked, ports = info.context, info.context.ports
        signed_in = await sessions.refresh_session(
            asked.viewer,
            input.refresh_token,
            audience=asked.audience,
            vault=ports.vault,
            tokens=ports.tokens,
            rules=ports.rules,
            now=asked.now,
        )
        return _handed_over(signed_in)

    @mutation(Deed.SIGN_OUT, SessionClosed, takes_key=False)
    async def sign_out(self, info: Info) -> object:
        """End the session on this device."""
        await sessions.sign_out(info.context.viewer, now=info.context.now)
        return answered(SessionClosed, closed_at=info.context.now)

    @mutation(Deed.SIGN_OUT_EVERYWHERE, SessionsClosed, takes_key=False)
    async def sign_out_everywhere(self, info: Info) -> object:
        """End every session of the account, on every device."""
        closed = await sessions.sign_out_everywhere(info.context.viewer, now=info.context.now)
        return answered(SessionsClosed, sessions=closed)

    @mutation(Deed.REGISTER, RegistrationReceived, TooManyAttempts, metadata=_A_DOOR)
    async def register(self, info: Info, input: RegisterInput) -> object:
        """Register as an owner: a code is sent to the address, and signing in with it makes the account."""
        asked, ports = info.context, info.context.ports
        registration = Registration(
            email=input.email,
            given_name=input.given_name,
            family_name=input.family_name,
            phone=input.phone,
            language=input.language,
            pet_name=input.pet_name,
            wanted=wanted(input.contact_preferences, "contactPreferences"),
        )
        await registrations.register(
            asked.viewer,
            registration,
            key=input.idempotency_key,
            origin=asked.origin,
            vault=ports.vault,
            rules=ports.rules,
            now=asked.now,
        )
        return answered(RegistrationReceived, **_about_code(ports.rules))

    @mutation(Deed.ACCEPT_INVITATION, InvitationAccepted, InvitationNotValid, WeakPassword, metadata=_A_DOOR)
    async def accept_invitation(self, info: Info, input: AcceptInvitationInput) -> object:
        """Join the team: set the password to sign in with."""
        asked, ports = info.context, info.context.ports
        email = await invitations.accept_invitation(
            asked.viewer,
            input.token,
            input.password,
            key=input.idempotency_key,
            vault=ports.vault,
            passwords=ports.passwords,
            now=asked.now,
        )
        return answered(InvitationAccepted, email=email)


def _handed_over(signed_in: sessions.SignedIn) -> SignedIn:
    return answered(
        SignedIn,
        access_token=signed_in.access_token,
        access_token_expires_at=signed_in.access_expires_at,
        refresh_token=signed_in.refresh_token,
        refresh_token_expires_at=signed_in.refresh_expires_at,
    )


def _about_code(rules: DoorRules) -> dict[str, str | int]:
    minutes = int(rules.code_lasts.total_seconds() // 60)
    return {"message": _CODE_SENT, "digits": rules.code_digits, "good_for_minutes": minutes}
