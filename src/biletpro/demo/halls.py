"""The drawings of the demo's two numbered halls."""

from collections.abc import Mapping
from typing import Final, Literal
from uuid import UUID

from biletpro.contracts.event.layouts import Layout, LayoutRow, LayoutSeat, LayoutSection, LayoutTable

Hall = Literal["theatre", "ballroom"]

STALLS_FRONT: Final = "Ön Parter"
STALLS: Final = "Parter"
BALCONY: Final = "Balkon"
TABLE_WHOLE: Final = "Altın Masa"
TABLE_BY_GUEST: Final = "Gümüş Masa"

SEATS_PER_ROW: Final = 20
SEAT_PITCH: Final = 10.0
# Turkish rows skip Ğ, which begins no word, and with it the neighbours that read alike.
FRONT_ROWS: Final = "ABCDE"
STALLS_ROWS: Final = "FGHIJKL"
BALCONY_ROWS: Final = "ABCDEFGH"

TABLE_PITCH: Final = 40.0
TABLES_PER_LINE: Final = 8
WHOLE_TABLES: Final = 16
TABLES: Final = 40
GUESTS_MIN: Final = 8
GUESTS_MAX: Final = 12


def drawn(hall: Hall, category_ids: Mapping[str, UUID]) -> Layout:
    """The layout of *hall*, its zones in these categories."""
    return _theatre(category_ids) if hall == "theatre" else _ballroom(category_ids)


def _theatre(category_ids: Mapping[str, UUID]) -> Layout:
    """240 seats in the stalls, 160 on the balcony."""
    front = [_row("P", label, n, category_ids[STALLS_FRONT]) for n, label in enumerate(FRONT_ROWS)]
    behind = [
        _row("P", label, n, category_ids[STALLS])
        for n, label in enumerate(STALLS_ROWS, start=len(FRONT_ROWS))
    ]
    above = [
        _row("B", label, n, category_ids[BALCONY])
        for n, label in enumerate(BALCONY_ROWS, start=len(FRONT_ROWS + STALLS_ROWS) + 2)
    ]
    return Layout(
        sections=[
            LayoutSection(key="P", name="Parter", rows=[*front, *behind]),
            LayoutSection(key="B", name="Balkon", rows=above),
        ]
    )


def _row(section: str, label: str, n: int, category_id: UUID) -> LayoutRow:
    return LayoutRow(
        key=f"{section}-{label}",
        label=label,
        seats=[
            LayoutSeat(
                key=f"{section}-{label}-{seat}",
                label=str(seat),
                category_id=category_id,
                x=seat * SEAT_PITCH,
                y=n * SEAT_PITCH,
            )
            for seat in range(1, SEATS_PER_ROW + 1)
        ],
    )


def _ballroom(category_ids: Mapping[str, UUID]) -> Layout:
    """Forty round tables; those near the stage are sold whole."""
    return Layout(
        tables=[
            LayoutTable(
                key=f"M{n}",
                label=f"Masa {n}",
                category_id=category_ids[TABLE_WHOLE if n <= WHOLE_TABLES else TABLE_BY_GUEST],
                x=(n - 1) % TABLES_PER_LINE * TABLE_PITCH,
                y=(n - 1) // TABLES_PER_LINE * TABLE_PITCH,
                guests_min=GUESTS_MIN,
                guests_max=GUESTS_MAX,
            )
            for n in range(1, TABLES + 1)
        ]
    )
