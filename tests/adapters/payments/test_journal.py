"""The books of the bank outlive its process."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest

from biletpro.adapters.payments import cards
from biletpro.adapters.payments.bank import SandboxBank
from biletpro.adapters.payments.journal import Journal, JournalFault
from biletpro.adapters.payments.provider import ProviderAway
from biletpro.adapters.payments.sandbox import SandboxProvider
from biletpro.kernel.ids import new_id
from tests.adapters.payments.serving import SECRET, charge

VICTIM = Path(__file__).with_name("victim.py")
ROOT = Path(__file__).parents[3]
CHARGES_MIN = 500


@contextmanager
def opened(journal: Path) -> Iterator[SandboxBank]:
    bank = SandboxBank("http://bank", SECRET, journal=journal)
    try:
        yield bank
    finally:
        bank.close()


def killed_at_work(journal: Path) -> tuple[int, list[UUID]]:
    """The exit status of a bank that was killed in the middle of its charges, and those that it answered."""
    victim = subprocess.Popen(
        [sys.executable, str(VICTIM), str(journal)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
    )
    assert victim.stdout is not None, "asked for above"
    answered = [victim.stdout.readline() for _ in range(CHARGES_MIN)]
    victim.kill()
    rest, _ = victim.communicate()
    answered += rest.splitlines(keepends=True)
    return victim.returncode, [UUID(line.strip()) for line in answered if line.endswith("\n")]


def tear(journal: Path) -> None:
    """Loses the end of the last line."""
    journal.write_bytes(journal.read_bytes()[:-5])


def damage(journal: Path) -> None:
    """A first line that is no entry."""
    journal.write_bytes(b"{damaged\n" + journal.read_bytes())


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "bank" / "journal.jsonl"


async def test_every_answered_charge_survives_a_kill(journal: Path) -> None:
    """SIGKILL in the middle of the work: what was answered is in the books of the next process."""
    status, answered = killed_at_work(journal)

    with opened(journal) as bank:
        statuses = {(await bank.query(payment_id)).status for payment_id in answered}

    assert -signal.SIGKILL == status
    assert CHARGES_MIN <= len(answered)
    assert {"succeeded"} == statuses


async def test_a_new_process_knows_all_that_the_old_one_knew(journal: Path) -> None:
    """Outcomes, decisions, addresses of open pages, refunds and their refusals."""
    paid, approved, denied, undecided = (
        charge(number) for number in (cards.SUCCEEDS, *[cards.THREE_D_SECURE] * 3)
    )
    refunds = [(new_id(), paid.payment_id, amount) for amount in (20_000, 20_000, 5_000)]
    with opened(journal) as bank:
        for asked in (paid, approved, denied, undecided):
            await bank.charge(asked)
        bank.decide(approved.payment_id, approved=True)
        bank.decide(denied.payment_id, approved=False)
        before = [await bank.query(asked.payment_id) for asked in (paid, approved, denied, undecided)]
        given_back = [await bank.refund(*refund) for refund in refunds]

    with opened(journal) as bank:
        assert before == [await bank.query(asked.payment_id) for asked in (paid, approved, denied, undecided)]
        assert given_back == [await bank.refund(*refund) for refund in refunds]
        assert "refused" == (await bank.refund(new_id(), paid.payment_id, 1)).status
    assert ["succeeded", "refused", "succeeded"] == [refund.status for refund in given_back]


async def test_a_torn_last_line_is_cut_off(journal: Path) -> None:
    """It was never answered for; the next entry begins on a line of its own."""
    whole, torn, later = charge(cards.SUCCEEDS), charge(cards.SUCCEEDS), charge(cards.SUCCEEDS)
    with opened(journal) as bank:
        await bank.charge(whole)
        await bank.charge(torn)
    tear(journal)

    with opened(journal) as bank:
        assert "unknown" == (await bank.query(torn.payment_id)).status
        await bank.charge(later)

    with opened(journal) as bank:
        for kept in (whole, later):
            assert "succeeded" == (await bank.query(kept.payment_id)).status


async def test_a_bank_that_cannot_write_takes_no_money(journal: Path) -> None:
    """For the shop it is away; nothing is in the books that a new process would not find there."""
    asked = charge(cards.SUCCEEDS)
    bank = SandboxBank("http://bank", SECRET, journal=journal)
    provider = SandboxProvider(bank, SECRET)
    bank.close()

    with pytest.raises(ProviderAway):
        await provider.charge(asked)

    assert "unknown" == (await provider.query(asked.payment_id)).status


async def test_a_damaged_line_stops_the_bank(journal: Path) -> None:
    """Money that the books can no longer tell of is not guessed at."""
    with opened(journal) as bank:
        await bank.charge(charge(cards.SUCCEEDS))
    damage(journal)

    with pytest.raises(JournalFault, match="line 1"):
        SandboxBank("http://bank", SECRET, journal=journal)


def test_two_processes_do_not_keep_one_journal(journal: Path) -> None:
    """Each would miss what the other booked."""
    first = Journal(journal)

    with pytest.raises(JournalFault, match="another process"):
        Journal(journal)

    first.close()
    Journal(journal).close()


def seen(journal: Path) -> tuple[str, int]:
    """The whole text, and who may read it."""
    return journal.read_text(), journal.stat().st_mode & 0o777


async def test_no_card_number_is_in_the_journal(journal: Path) -> None:
    """The script's name stands for it, also of cards that nobody knows."""
    numbers = [cards.SUCCEEDS, cards.DECLINED, cards.THREE_D_SECURE, "4111111111111111"]
    with opened(journal) as bank:
        for number in numbers:
            await bank.charge(charge(number))

    written, mode = seen(journal)

    assert [] == [number for number in numbers if number in written]
    assert 0o600 == mode
