"""Issuing and voiding certificates."""

from __future__ import annotations

import strawberry

from graph.context import Info
from graph.deeds import KEY, answered, deed_input, mutation, payload, said
from graph.ids import key
from graph.types.certificate import Certificate
from models.refusal import AlreadyCertified, AlreadyVoided, LicenceNeeded, PetHasDied
from models.role import Role
from resolvers import certificates
from resolvers.access import Deed


@deed_input(Role.VET)
class IssueCertificateInput:
    """A vaccination that a certificate shall be issued of."""

    vaccination_id: strawberry.ID = said("Which vaccination: one that was given here and counts.")
    idempotency_key: str = said(KEY)


@deed_input(Role.VET)
class VoidCertificateInput:
    """A certificate that shall not stand any more."""

    certificate_id: strawberry.ID = said("Which certificate.")
    because: str = said("Why, 1 to 200 characters; whoever checks the certificate may read it.")
    idempotency_key: str = said(KEY)


@payload(Role.VET)
class CertificateIssued:
    """The certificate is issued; what stands on it never changes."""

    certificate: Certificate = said("The certificate.")


@payload(Role.VET)
class CertificateVoided:
    """The certificate does not stand any more; its number is never given again."""

    certificate: Certificate = said("The certificate as it is now.")


@strawberry.type
class CertificateMutations:
    """Issuing and voiding certificates."""

    @mutation(Deed.ISSUE_CERTIFICATE, CertificateIssued, AlreadyVoided, AlreadyCertified, LicenceNeeded, PetHasDied)
    async def issue_certificate(self, info: Info, input: IssueCertificateInput) -> object:
        """Issue a certificate of a vaccination, as the vet who signs it, where the dose was given.

        It names the owner who pays most. When an earlier one was voided, this one replaces it.
        """
        viewer, vaccination_id = info.context.viewer, key("Vaccination", input.vaccination_id)
        issued = await certificates.issue(viewer, vaccination_id, key=input.idempotency_key, now=info.context.now)
        return answered(CertificateIssued, certificate=certificates.one(viewer, issued))

    @mutation(Deed.VOID_CERTIFICATE, CertificateVoided, AlreadyVoided)
    async def void_certificate(self, info: Info, input: VoidCertificateInput) -> object:
        """Void a certificate, as a vet where it was issued; then the vaccination can be amended and certified again."""
        viewer, certificate_id = info.context.viewer, key("Certificate", input.certificate_id)
        voided = await certificates.void(
            viewer, certificate_id, input.because, key=input.idempotency_key, now=info.context.now
        )
        return answered(CertificateVoided, certificate=certificates.one(viewer, voided))
