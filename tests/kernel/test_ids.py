"""Identifiers sort by time, and bound their moment."""

from datetime import UTC, datetime

from biletpro.kernel.ids import id_floor, new_id


def test_ids_sort_by_time_and_bound_their_moment() -> None:
    """`id_floor` is below every id of its moment and above those before: partitions rely on it."""
    before = id_floor(datetime(2026, 1, 1, tzinfo=UTC))
    now = new_id()
    after = id_floor(datetime(2100, 1, 1, tzinfo=UTC))

    assert before < now < after
    assert (7, "specified in RFC 4122") == (now.version, now.variant)


def test_ids_made_one_after_the_other_sort_in_that_order() -> None:
    """Events of one transaction are ordered by them."""
    made = [new_id() for _ in range(20_000)]

    assert sorted(made) == made
