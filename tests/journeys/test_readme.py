"""The README's walk works as it stands there."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.architecture.project import ROOT
from tests.commands.program import READY_TIMEOUT_S, running

WALK = re.compile(r"<!-- walk:start -->\n```sh\n(.*?)```\n<!-- walk:end -->", re.DOTALL)


@pytest.mark.servers
@pytest.mark.timeout(180)
def test_the_walk_sells_a_place_a_seat_and_a_table(tmp_path: Path) -> None:
    """Three confirmed orders: two places, three neighbouring seats, one table, each with its signed tickets."""
    found = WALK.search((ROOT / "README.md").read_text(encoding="utf-8"))
    assert found is not None
    script = tmp_path / "walk.sh"
    script.write_text("set -euo pipefail\n" + found[1], encoding="utf-8")
    with running(tmp_path, "up") as shop:
        done = subprocess.run(
            ["bash", script],
            env={"PATH": os.defpath, "API": shop.address(), "LANG": "C.UTF-8"},
            capture_output=True,
            text=True,
            timeout=READY_TIMEOUT_S,
            check=False,
        )
    assert 0 == done.returncode, done.stderr
    orders = [json.loads(line) for line in done.stdout.splitlines() if line]

    assert [2, 3, 1] == [len(order["tickets"]) for order in orders]
    assert {"confirmed"} == {order["status"] for order in orders}
    assert all(len(ticket["code"]) > 100 for order in orders for ticket in order["tickets"])
    seats = [ticket["place"] for ticket in orders[1]["tickets"]]
    assert 1 == len({seat["row"] for seat in seats})
