"""Rules of auth as functions, without a server."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biletpro.contracts.organization import Membership
from biletpro.kernel.errors import Invalid
from biletpro.kernel.ids import new_id
from biletpro.kernel.permissions import Permission
from biletpro.services.auth.domain import (
    Failures,
    LockOut,
    api_key,
    cursor,
    email_key,
    new_salt,
    opening_firm,
    parse_cursor,
    permissions_of,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LASTS = timedelta(minutes=15)
LOCK = LockOut(5, LASTS)


def firm(organization_id: UUID, *permissions: Permission) -> Membership:
    return Membership(
        organization_id=organization_id,
        name="Firma",
        role="viewer",
        permissions=list(permissions),
        suspended=False,
    )


class TestLockOut:
    @given(st.lists(st.integers(0, 14 * 60), min_size=1, max_size=40))
    def test_never_more_than_five_tries_between_two_locks(self, pauses_s: list[int]) -> None:
        """Whatever the pauses: a try that is let in is one of five since the last lock ended."""
        failures, now, since_lock = Failures(0, NOW, None), NOW, 0
        for pause_s in pauses_s:
            now += timedelta(seconds=pause_s)
            if LOCK.left_s(failures, now):
                continue
            if failures.locked_until is not None:
                since_lock = 0
            failures = LOCK.after_failure(failures, now)
            since_lock += 1
            assert since_lock <= 5
            assert (since_lock == 5) == (failures.locked_until is not None)

    def test_failures_of_long_ago_do_not_count(self) -> None:
        """Four today and one tomorrow are no five."""
        four = Failures(4, NOW, None)

        later = LOCK.after_failure(four, NOW + LASTS)

        assert Failures(1, NOW + LASTS, None) == later

    def test_the_wait_is_rounded_up(self) -> None:
        """Whoever waits that many seconds is let in."""
        locked = Failures(5, NOW, NOW + timedelta(milliseconds=1))

        assert 1 == LOCK.left_s(locked, NOW)
        assert 0 == LOCK.left_s(locked, NOW + timedelta(milliseconds=1))


class TestEmailKey:
    @pytest.mark.parametrize(
        ("one", "other"), [("IŞIK@x.com", "ışık@x.com"), ("İ@x.com", "i@x.com"), ("ı@x.com", "i@x.com")]
    )
    def test_turkish_letters_are_not_folded_together(self, one: str, other: str) -> None:
        """Two addresses that differ in a dot are two people's."""
        assert email_key(one) != email_key(other)


class TestOpeningFirm:
    def test_the_wanted_firm_opens_else_the_only_one_else_none(self) -> None:
        """A firm that one has left is not opened."""
        one, two, left = firm(new_id()), firm(new_id()), new_id()

        assert two is opening_firm([one, two], two.organization_id)
        assert one is opening_firm([one], left)
        assert opening_firm([one, two], left) is None
        assert opening_firm([], None) is None

    def test_no_membership_operates_the_platform(self) -> None:
        """Only an operator does, in a firm or in none."""
        sly = firm(new_id(), Permission.DOOR, Permission.PLATFORM)

        assert frozenset({Permission.DOOR}) == permissions_of(sly, operator=False)
        assert frozenset({Permission.PLATFORM}) == permissions_of(None, operator=True)


class TestSecrets:
    def test_an_api_key_is_made_again_only_with_its_salt_and_its_repeat_key(self) -> None:
        """The salt is stored for 48 hours, the repeat key is the client's."""
        salt = new_salt()

        assert api_key(salt, "a") == api_key(salt, "a")
        assert 3 == len({api_key(salt, "a"), api_key(salt, "b"), api_key(new_salt(), "a")})

    @given(st.uuids())
    def test_a_cursor_comes_back_as_it_went(self, last: UUID) -> None:
        """And tells the reader nothing that he should build upon."""
        assert last == parse_cursor(cursor(last))

    @given(st.text(max_size=30))
    def test_any_other_text_is_no_cursor(self, text: str) -> None:
        """Refused by name of the field."""
        with pytest.raises(Invalid):
            parse_cursor(text + "!")
