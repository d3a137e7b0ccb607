"""Rules of events without a server: dates, addresses, calendars, drawings."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biletpro.contracts.event.catalogue import PublicEvent
from biletpro.contracts.event.drafts import CategoryView, EventChanges, EventView, NewEvent, Postponement
from biletpro.contracts.event.layouts import Layout
from biletpro.kernel.errors import Invalid
from biletpro.kernel.ids import new_id
from biletpro.services.event.domain import calendar, events, layouts, pages, series
from tests.services.event.stage import drawn, event_body

NOW = datetime(2030, 1, 1, tzinfo=UTC)


def draft(**fields: Any) -> EventView:
    return events.drafted(NewEvent.model_validate(event_body(**fields)), new_id(), None, NOW)


class TestDates:
    @pytest.mark.parametrize(
        ("field", "fields"),
        [
            ("doors_at", {"doors_at": "2031-06-01T18:00:01Z"}),
            ("ends_at", {"ends_at": "2031-06-01T17:59:59Z"}),
            ("sales_end", {"sales_start": "2031-01-01T00:00:00Z", "sales_end": "2031-01-01T00:00:00Z"}),
            ("starts_at", {"starts_at": "9999-12-31T23:59:59Z"}),
            ("sales_start", {"sales_start": "0001-01-01T00:00:00Z"}),
            ("timezone", {"timezone": "Europe/İstanbul"}),
        ],
    )
    def test_dates_out_of_order_are_refused_by_the_field_that_is_wrong(
        self, field: str, fields: dict[str, str]
    ) -> None:
        """Doors, start, end; sales start before they end; a zone that exists; years that a venue plans in."""
        with pytest.raises(Invalid) as refused:
            draft(**fields)
        assert field == refused.value.facts["field"]

    def test_an_event_without_an_end_is_over_twelve_hours_after_its_start(self) -> None:
        """Doors are long closed by then, wherever it is."""
        assert timedelta(hours=12) == events.over_at(draft()) - draft().starts_at

    def test_a_postponed_event_takes_its_times_along(self) -> None:
        """What the firm does not name anew moves by as much as the start."""
        event = draft(doors_at="2031-06-01T17:00:00Z", ends_at="2031-06-01T20:00:00Z")
        published = event.model_copy(update={"status": "published"})
        to = Postponement.model_validate(
            {"starts_at": "2031-06-03T18:00:00Z", "ends_at": "2031-06-03T23:00:00Z"}
        )
        moved = events.postponed(published, to, NOW)
        assert datetime(2031, 6, 3, 17, tzinfo=UTC) == moved.doors_at
        assert datetime(2031, 6, 3, 23, tzinfo=UTC) == moved.ends_at


class TestChanges:
    def test_a_merge_patch_crosses_a_border_with_nothing_added(self) -> None:
        """Left out and null stay two things, also inside the venue."""
        patch = EventChanges.model_validate({"ends_at": None, "venue": {"address": None}})
        again = EventChanges.model_validate(patch.model_dump(mode="json"))
        assert {"ends_at": None, "venue": {"address": None}} == again.model_dump()

    def test_what_is_left_out_stays(self) -> None:
        """A merge patch changes what it names, deep into the venue."""
        event = draft(venue={"name": "Salon", "city": "İzmir", "address": "Konak"})
        changed = events.merged(
            event, EventChanges.model_validate({"venue": {"address": None}, "title": "Yeni"})
        )
        assert ("Yeni", "Salon", "İzmir", None) == (
            changed.title,
            changed.venue.name,
            changed.venue.city,
            changed.venue.address,
        )


class TestSlugs:
    def test_addresses_get_longer_until_nobody_else_has_them(self) -> None:
        """The title, then its date and its hour at the venue, then something of the event's own id."""
        event_id = UUID(int=255)
        event = NewEvent.model_validate(event_body(title="Iğdır Çay Şöleni"))
        assert [
            "igdir-cay-soleni",
            "igdir-cay-soleni-2031-06-01",
            "igdir-cay-soleni-2031-06-01-2100",
            "igdir-cay-soleni-0000000000ff",
        ] == list(events.slugs(event, event_id))

    def test_a_title_without_latin_letters_has_an_address_all_the_same(self) -> None:
        """The word for event stands in."""
        event = NewEvent.model_validate(event_body(title="東京"))
        assert "etkinlik" == next(events.slugs(event, new_id()))

    def test_equal_names_in_a_series_have_different_keys(self) -> None:
        """A key means one price zone."""
        event = draft()
        zone = {
            "event_id": event.id,
            "name": "Salon",
            "kind": "general",
            "price": {"amount": 1, "currency": "TRY"},
            "capacity": 1,
            "color": None,
            "per_person": False,
            "version": 1,
            "series_key": None,
        }
        zones = [CategoryView.model_validate({**zone, "id": new_id()}) for _ in range(3)]
        assert ["salon", "salon-2", "salon-3"] == list(series.keyed(zones))


class TestCursors:
    @given(st.datetimes(timezones=st.just(UTC)), st.uuids())
    def test_a_cursor_leads_back_to_where_it_was_made(self, moment: datetime, id: UUID) -> None:
        """To the microsecond, so no row is skipped or shown twice."""
        assert (moment, id) == pages.parsed_cursor(pages.cursor(moment, id))

    @given(st.text(max_size=60))
    def test_any_other_text_is_refused_or_read(self, text: str) -> None:
        """A made-up cursor is never a fault."""
        with suppress(Invalid):
            pages.parsed_cursor(text)

    def test_a_day_is_a_whole_day_in_turkey(self) -> None:
        """From midnight to midnight, three hours ahead of UTC."""
        assert datetime(2031, 5, 31, 21, tzinfo=UTC) == pages.asked_time("2031-06-01", "from")
        assert datetime(2031, 6, 1, 21, tzinfo=UTC) == pages.asked_time("2031-06-01", "to", whole_day=True)

    @pytest.mark.parametrize("text", ["", "x", "2031-06-01T00:00:00", "9999-12-31", "2031-13-01"])
    def test_a_time_that_is_none_is_refused(self, text: str) -> None:
        """By the name of its parameter."""
        with pytest.raises(Invalid) as refused:
            pages.asked_time(text, "to", whole_day=True)
        assert "to" == refused.value.facts["field"]


def shown(title: str, description: str) -> PublicEvent:
    event = draft(title="x", ends_at="2031-06-01T20:00:00Z")
    return PublicEvent.model_validate(
        {
            **event.model_dump(
                include={"id", "slug", "venue", "starts_at", "ends_at", "doors_at", "timezone", "status"}
                | {"sales_start", "sales_end", "currency", "max_per_order", "max_per_buyer", "hold_minutes"}
                | {"version", "layout_version"}
            ),
            "title": title,
            "description": description,
            "price_from": None,
            "organizer": {"id": event.organization_id, "name": None, "slug": None},
            "has_layout": False,
            "categories": [],
        }
    )


def unfolded(text: str) -> list[str]:
    """Content lines as a calendar reads them (RFC 5545 section 3.1)."""
    assert text.endswith("\r\n")
    return text.replace("\r\n ", "").removesuffix("\r\n").split("\r\n")


class TestCalendar:
    def test_an_event_is_one_entry_with_its_times_in_utc(self) -> None:
        """What calendars need: who it is, when it is, where it is."""
        lines = unfolded(calendar.calendar(shown("Gece; gündüz, hep", ""), NOW))
        assert "DTSTART:20310601T180000Z" in lines
        assert "DTEND:20310601T200000Z" in lines
        assert r"SUMMARY:Gece\; gündüz\, hep" in lines
        assert r"LOCATION:Harbiye Açıkhava\, İstanbul" in lines
        assert ("BEGIN:VCALENDAR", "END:VCALENDAR") == (lines[0], lines[-1])

    @given(st.text(min_size=1, max_size=200).filter(str.strip), st.text(max_size=2_000))
    def test_no_text_breaks_a_line_or_passes_75_octets(self, title: str, description: str) -> None:
        """Whatever a title holds, every line folds within its bound and no new content line appears."""
        plain = "".join(sign for sign in title + description if "\ud800" > sign or sign > "\udfff")
        text = calendar.calendar(shown("x", plain.replace("\x00", "")), NOW)
        assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
        assert all(line.split(":")[0].split(";")[0].isupper() for line in unfolded(text))


class TestDrawings:
    def drawing(self, seats: int, tables: int) -> Layout:
        return Layout.model_validate(drawn(str(new_id()), str(new_id()), seats=seats, tables=tables))

    def test_places_keep_their_id_and_state_by_key(self) -> None:
        """A drawing may be sent again, with places added between, and nobody's seat becomes another."""
        first = layouts.arranged(self.drawing(2, 1), {})
        known = {place.key: replace(place, state="killed") for place in first}
        second = {place.key: place for place in layouts.arranged(self.drawing(5, 2), known)}
        assert {place.key: (place.id, "killed") for place in first} == {
            key: (second[key].id, second[key].state) for key in known
        }

    def test_rows_are_ranked_from_the_front_over_all_sections(self) -> None:
        """Best available takes the first section's rows first, and neighbours have consecutive ranks."""
        seat = drawn(str(new_id()), str(new_id()), seats=2, tables=0)["sections"][0]["rows"][0]["seats"]
        rows = [
            [{**place, "key": f"{section}{row}{place['key']}"} for place in seat]
            for section in "ab"
            for row in "12"
        ]
        drawing = {
            "sections": [
                {
                    "key": section,
                    "name": section,
                    "rows": [
                        {"key": "1", "label": "1", "seats": rows[2 * n]},
                        {"key": "2", "label": "2", "seats": rows[2 * n + 1]},
                    ],
                }
                for n, section in enumerate("ab")
            ]
        }
        places = layouts.arranged(Layout.model_validate(drawing), {})
        assert [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1), (3, 0), (3, 1)] == [
            (place.row_rank, place.seat_rank) for place in places
        ]
        assert list(range(8)) == [place.position for place in places]

    def test_a_removed_place_and_one_in_another_category_are_disturbed(self) -> None:
        """These are the ones that sales must let go of first; a new label disturbs nobody."""
        first = layouts.arranged(self.drawing(3, 0), {})
        kept, moved, removed = first
        second = [
            replace(kept, label="renamed"),
            replace(moved, category_id=new_id()),
        ]
        known = {place.key: place for place in first}
        assert [moved.id, removed.id] == layouts.disturbed(known, second)
