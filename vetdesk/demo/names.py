"""Names: what the people and pets of the demo practice are called, and where they live. Nobody here exists."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """Names that go together, and the language its people read."""

    given: tuple[str, ...]
    family: tuple[str, ...]
    language: str


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


BRITISH = Origin(
    _words(
        "Oliver Amelia George Isla Harry Ava Noah Grace Jack Freya Leo Poppy Arthur Florence Alfie Evie Henry Rosie "
        "Edward Alice Thomas Charlotte Callum Fiona Rhys Megan Siobhan Declan Angus Morag"
    ),
    _words(
        "Smith Taylor Whitfield Hargreaves Thornton Ashworth Pemberton O'Connor MacLeod Llewellyn Fletcher Barrow "
        "Greenwood Hollis Kendrick Marlowe Nightingale Osborne Prescott Radcliffe Sinclair Tierney Underhill Wainwright "
        "Yardley Bancroft Colby Drummond Everett Farrow"
    ),
    "en",
)
WEST_AFRICAN = Origin(
    _words("Chidi Adaeze Tunde Folake Kwame Akosua Emeka Ngozi Kofi Abena"),
    _words("Okafor Mensah Adebayo Owusu Eze Boateng Balogun Asante"),
    "en",
)
SOUTH_ASIAN = Origin(
    _words("Priya Arjun Meera Rohan Anjali Vikram Farah Imran Nadia Zain"),
    _words("Patel Sharma Khan Chowdhury Nair Gill Rahman Iyer Malik Desai"),
    "en",
)
POLISH = Origin(
    _words("Agnieszka Piotr Katarzyna Paweł Małgorzata Tomasz Zofia Łukasz Ewa Jakub"),
    _words("Nowak Wiśniewski Wójcik Kamiński Lewandowski Dąbrowski Szymański Woźniak Kozłowski Jabłoński"),
    "en",
)
SPANISH = Origin(
    _words("Inés Joaquín Lucía Javier Begoña Nuria Carmen Álvaro Marta Íñigo"),
    _words("Gutiérrez Núñez Herrera Ibáñez Maldonado Castaño Peña Cáceres Muñoz Arroyo"),
    "es",
)
GERMAN = Origin(
    _words(
        "Lukas Hannah Finn Lea Jonas Emilia Paul Lina Felix Clara Moritz Greta Anton Frieda Karl Mathilda Jürgen Renate "
        "Günther Ursula Björn Käthe Sören Jörg Anneliese Dieter Heike Uwe Sabine Till"
    ),
    _words(
        "Müller Schäfer Krüger Vogel Böhm Jäger Lorenz Winkler Groß Weiß Köhler Seidel Brandt Haas Schreiber Dietrich "
        "Ziegler Kuhn Pohl Engelhardt Horn Busch Bergmann Thiele Voigt Sauer Arndt Rößler Hübner Straßer"
    ),
    "de",
)
TURKISH = Origin(
    _words("Elif Mehmet Ayşe Emre Zeynep Burak Gülşen Çağlar Derya İlker"),
    _words("Güler Kaya Demir Şahin Çelik Öztürk Özdemir Koç Arslan Güneş"),
    "de",
)
FRENCH = Origin(
    _words("Camille Théo Manon Rémi Zoé Loïc Élodie Gaël Noémie Benoît"),
    _words("Lefèvre Moreau Girard Fournier Mercier Guérin Roussel Chevalier Perrin Besançon"),
    "de",
)
NORDIC = Origin(
    _words("Astrid Mikkel Saga Eero Freja Håkon Tuuli Søren Linnéa Björk"),
    _words("Lindqvist Sørensen Virtanen Bergström Halvorsen Mäkinen Åkesson Østergaard Holm Nyström"),
    "en",
)
CZECH = Origin(
    _words("Tereza Ondřej Lenka Vojtěch Zuzana Matěj Kateřina Štěpán"),
    _words("Dvořák Svoboda Černý Procházka Kučera Veselý Horák Němec"),
    "de",
)

IN_LONDON = (BRITISH, BRITISH, BRITISH, WEST_AFRICAN, SOUTH_ASIAN, POLISH, SPANISH, NORDIC)
IN_BERLIN = (GERMAN, GERMAN, GERMAN, TURKISH, FRENCH, CZECH, POLISH, NORDIC)

STREETS_IN_LONDON = (
    "Tannery Stairs", "Lightermans Row", "Swan Mead Lane", "Cooperage Street", "Ropewalk Gardens", "Mudlark Mews",
    "Pepper Alley", "Granary Close", "Old Wherry Road", "Saltmarsh Avenue", "Kingfisher Terrace", "Barge House Lane",
)  # fmt: skip
POST_CODES_IN_LONDON = ("SE16 4XX", "SE1 3ZZ", "SE8 5YY", "E1W 2XX", "SE14 6ZZ", "E14 9YY")
STREETS_IN_BERLIN = (
    "Uferstieg", "Kahnfährweg", "Alte Werftstraße", "Lindenhofgasse", "Fischreiherweg", "Am Speicherhof", "Birkenzeile",
    "Schleusenplatz", "Hechtgraben", "Kopfsteinallee", "Spreekiesweg", "Zur Alten Mühle",
)  # fmt: skip
POST_CODES_IN_BERLIN = ("10997", "10999", "12435", "10243", "12043", "10179")

MAIL_HOSTS = ("post.example", "mail.example", "letterbox.example", "brief.example", "inbox.example")

PETS = _words(
    "Biscuit Luna Bella Milo Nala Oskar Frida Pepper Rocky Balu Lilly Simba Coco Poppy Rex Maja Teddy Kira Bruno Emma "
    "Felix Mimi Tiger Socke Krümel Flöckchen Paul Momo Schnuffel Hopper Nelly Charlie Daisy Ollie Rosie Ziggy Hugo Ida "
    "Juno Karlchen Lotte Max Nero Otto Pünktchen Quentin Ronja Sam Tilda Udo Vito Wilma Xaver Yoshi Zoe Fennel Mango "
    "Nougat Pickle Waffles Smilla Fips Hexe Gizmo Leia Loki Freya Odin Pixel Cookie Caramel Ginger Shadow Snowy Misty"
)
