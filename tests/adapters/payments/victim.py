"""A bank that charges as fast as it can and says each charge that it answered for, until it is killed."""

import asyncio
import sys
from pathlib import Path

from biletpro.adapters.payments.bank import SandboxBank
from biletpro.adapters.payments.cards import SUCCEEDS
from tests.adapters.payments.serving import SECRET, charge


async def main() -> None:
    bank = SandboxBank("http://bank", SECRET, journal=Path(sys.argv[1]))
    while True:
        asked = charge(SUCCEEDS)
        await bank.charge(asked)
        sys.stdout.write(f"{asked.payment_id}\n")
        sys.stdout.flush()


asyncio.run(main())
