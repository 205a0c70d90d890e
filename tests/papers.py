"""Papers for tests: the facts of one certificate and of one letter, and what is read on a printed page."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from pypdf import PdfReader

from models.certificate import CertificateFacts
from models.paper import LetterFacts, Section

ISSUED_AT = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
ADDRESS = "https://vet.example/certificates/q3Vw0b8RrT2kYcFf1uJx9A"

_CERTIFICATE = CertificateFacts(
    number="2026-000123",
    issued_on="2026-11-22",
    owner="Olga Berg",
    owner_address=["14 Harbour Lane", "Portsmouth PO1 2AB"],
    owner_phone="+44 20 7946 0018",
    animal="Rex",
    microchip="276098106234567",
    species="Dog",
    breed="Border Terrier",
    sex="Male, neutered",
    age="2 years 3 months",
    born_on="2024-08-02",
    colours=["grizzle", "tan"],
    tag="R-4471",
    targets=["Rabies"],
    product="Nobivac Rabies",
    maker="MSD Animal Health",
    lot="A512B07",
    expires_on="2028-03-31",
    given_on="2026-11-22",
    body_site="left shoulder",
    next_due_on="2029-11-22",
    duration="3 years",
    vet="Vera Falk",
    licence_number="7012345",
    signature="Dr Vera Falk MRCVS",
    practice="High Street Vets",
    location="High Street",
    location_address=["3 High Street", "Portsmouth PO1 1AA"],
    location_phone="+44 20 7946 0000",
)
_LETTER = LetterFacts(
    title="Caring for Rex at home",
    written_on="2026-11-22",
    practice="High Street Vets",
    location="High Street",
    location_address=("3 High Street", "Portsmouth PO1 1AA"),
    location_phone="+44 20 7946 0000",
    addressee=("Olga Berg", "14 Harbour Lane", "Portsmouth PO1 2AB"),
    about=(("Animal", "Rex, Border Terrier"), ("Seen on", "22 November 2026")),
    greeting="Dear Olga Berg,",
    sections=(
        Section(paragraphs=("Two of his teeth were taken out today.",)),
        Section(heading="For the next ten days", steps=("Soft food only.", "Walk on the lead.")),
    ),
    closing="With kind regards,",
    signature=("Dr Vera Falk MRCVS", "Veterinary surgeon"),
)


def some_certificate(**other: Any) -> CertificateFacts:
    """What stands on the certificate of Rex; what is named is other than usual."""
    return replace(_CERTIFICATE, **other)


def some_letter(**other: Any) -> LetterFacts:
    """What stands in a letter about Rex; what is named is other than usual."""
    return replace(_LETTER, **other)


def pages(pdf: bytes) -> list[str]:
    """What is read on each page."""
    return [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]


def says(pdf: bytes) -> str:
    """All that is read, on one line; what stands far apart by design may hold a space."""
    return " ".join(" ".join(pages(pdf)).split())


def size(pdf: bytes) -> tuple[int, int]:
    """How wide and how high its first page is, in points."""
    box = PdfReader(BytesIO(pdf)).pages[0].mediabox
    return round(box.width), round(box.height)


def keeps_the_standards(pdf: bytes) -> bool:
    """Whether it says that screen readers (PDF/UA-1) and archives (PDF/A-3a) can have it."""
    said = str(PdfReader(BytesIO(pdf)).trailer["/Root"]["/Metadata"].get_data(), "utf-8")  # type: ignore[index]
    wanted = ("<pdfuaid:part>1<", "<pdfaid:part>3<", "<pdfaid:conformance>A<")
    return all(each in said for each in wanted)
