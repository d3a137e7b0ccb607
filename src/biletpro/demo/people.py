"""Who is in the demo. Its one password stands here for everybody to read, so production never seeds it."""

from dataclasses import dataclass
from typing import Final

from biletpro.contracts.organization import RoleName

PASSWORD: Final = "biletpro-demo"  # noqa: S105 - meant to be known


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in."""

    email: str
    name: str


@dataclass(frozen=True, slots=True)
class Colleague:
    """A person in a firm."""

    person: Person
    role: RoleName


@dataclass(frozen=True, slots=True)
class Firm:
    """A firm and its people. The names are made up; the check digits of the tax ids are right."""

    name: str
    legal_name: str
    tax_office: str
    tax_id: str
    owner: Person
    colleagues: tuple[Colleague, ...]


OPERATOR: Final = Person("platform@biletpro.example", "Deniz Korkmaz")

MARTI: Final = Firm(
    name="Martı Sahne",
    legal_name="Martı Sahne Etkinlik ve Organizasyon Anonim Şirketi",
    tax_office="Beşiktaş",
    tax_id="6410283571",
    owner=Person("elif@martisahne.example", "Elif Aydoğan"),
    colleagues=(
        Colleague(Person("gise@martisahne.example", "Hakan Çelik"), "box_office"),
        Colleague(Person("kapi@martisahne.example", "Gökçe Şimşek"), "door"),
    ),
)
PERDE: Final = Firm(
    name="Perde Arkası Tiyatro",
    legal_name="Perde Arkası Tiyatro ve Kültür Limited Şirketi",
    tax_office="Çankaya",
    tax_id="4829153066",
    owner=Person("oguz@perdearkasi.example", "Oğuz Erdem"),
    colleagues=(
        Colleague(Person("gise@perdearkasi.example", "İpek Yıldız"), "box_office"),
        Colleague(Person("kapi@perdearkasi.example", "Umut Ünal"), "door"),
    ),
)
FIRMS: Final = (MARTI, PERDE)
