"""Papers for tests: a certificate, a letter and a plan, and what is read on a printed page."""

from __future__ import annotations

import struct
import zlib
from dataclasses import asdict, replace
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from pypdf import PdfReader

from models.certificate import CertificateFacts
from models.logo import Logo, LogoKind
from models.paper import LetterFacts, Letterhead, MoneyFacts, Paper, PlanFacts, PlannedStep, SumLine, SumTable
from resolvers import wording
from resolvers.papers import certificates

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
    location_email="high.street@vet.example",
)
_LETTER = LetterFacts(
    kind="Instructions",
    title="Caring for Rex at home",
    written_on="22 November 2026",
    addressee=("Olga Berg",),
    about=(("Animal", "Rex, Border Terrier"), ("Microchip", "")),
    paragraphs=("Two of his teeth were taken out today.", "Soft food only.\nWalk on the lead."),
    signature=("Dr Vera Falk MRCVS", "Licence No. 7012345"),
)
_PLAN = PlanFacts(
    kind="Home-care plan",
    title="After the operation",
    about=(("Animal", "Rex, Border Terrier"), ("Starts on", "22 November 2026")),
    goal="It heals.",
    notice="",
    steps=(
        PlannedStep(what="Look at the wound", due_on="23 November 2026", outcome="done", is_done=True),
        PlannedStep(what="Take off the collar\nand look", due_on="when it fits", outcome="", is_done=False),
    ),
)
_MONEY = MoneyFacts(
    title="Invoice LDN2026-00042",
    addressee=("Olga Berg", "14 Harbour Lane", "Portsmouth PO1 2AB"),
    about=(("Date", "22 November 2026"), ("Due by", "6 December 2026"), ("Your share", "")),
    notices=("This is over your share.",),
    tables=(
        SumTable(
            columns=("Item", "Quantity", "Amount"),
            lines=(SumLine(what="Consultation", note="Rex · 22 November 2026", cells=("1", "£50.00")),),
            totals=(("Tax", "£7.98"), ("Total", "£50.00")),
        ),
        SumTable(columns=("Tax", "With tax"), lines=(SumLine(what="19%", cells=("£50.00",)),)),
    ),
    closing=("Please pay by 6 December 2026.",),
    seller=("High Street Vets Ltd", "3 High Street"),
    seller_about=(("Bank details", "IBAN DE02"), ("Tax number", "")),
)
_HEAD = Letterhead(
    practice="High Street Vets",
    location="High Street",
    address=("3 High Street", "Portsmouth PO1 1AA"),
    phone="+44 20 7946 0000",
    email="high.street@vet.example",
)
ROUND = Logo(
    LogoKind.SVG,
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 30"><circle cx="15" cy="15" r="14" fill="#1f7a6f"/>'
    b'<rect x="34" y="4" width="22" height="22" fill="#b3261e"/></svg>',
)


def a_png(
    width: int = 2, height: int = 2, *, colours: int = 2, rest: bytes = b"", pixels: bytes | None = None
) -> bytes:
    """A red PNG; `rest` is what stands before its pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, colours, 0, 0, 0)
    red = (b"\x00" + b"\xd0\x20\x20" * width) * height
    lines = zlib.compress(red) if pixels is None else pixels
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + rest + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


DOT = Logo(LogoKind.PNG, a_png())


def some_certificate(**other: Any) -> CertificateFacts:
    """What stands on the certificate of Rex; what is named is other than usual."""
    return replace(_CERTIFICATE, **other)


def a_certificate_paper(facts: CertificateFacts | None = None, **other: Any) -> Paper:
    """The certificate of Rex, ready to be printed."""
    return certificates.paper(facts or some_certificate(), **{"address": ADDRESS, "issued_at": ISSUED_AT, **other})


def a_letter(tag: str = "en-GB", *, logo: Logo | None = None, **other: Any) -> Paper:
    """A letter about Rex, with the labels of a language; what is named is other than usual."""
    return _paper("letter", tag, replace(_LETTER, **other), logo)


def a_plan(tag: str = "en-GB", *, logo: Logo | None = None, **other: Any) -> Paper:
    """A plan for Rex, with the labels of a language; what is named is other than usual."""
    return _paper("plan", tag, replace(_PLAN, **other), logo)


def a_paper_of_money(tag: str = "en-GB", *, logo: Logo | None = None, **other: Any) -> Paper:
    """An invoice over 50.00, with the labels of a language; what is named is other than usual."""
    return _paper("money", tag, replace(_MONEY, **other), logo)


def _paper(template: str, tag: str, facts: Any, logo: Logo | None) -> Paper:
    words = wording.of(tag)
    return Paper(
        template=template,
        language=words.language,
        letterhead=replace(_HEAD, logo=logo),
        labels=words.words("paper", "plan"),
        facts=asdict(facts),
        dated=ISSUED_AT,
    )


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
