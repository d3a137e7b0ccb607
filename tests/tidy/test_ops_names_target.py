"""The rule ops-names-target."""

import pytest

from tests.tidy.planting import broken
from tidy.rules.ops_names_target import OpsNamesTarget

MAKEFILE = {"Makefile": "check: lint  ## Everything\n\tlint\n"}


@pytest.mark.parametrize("text", ["global: {}\n", "# Run by `make nothing`.\n", "# make sure it is there\n"])
def test_a_file_nobody_runs_is_caught(text: str) -> None:
    """A target that does not exist is none."""
    assert [1] == broken(OpsNamesTarget(), "ops/prometheus/rules.yml", text, MAKEFILE)


@pytest.mark.parametrize("text", ["# Tested by `make check`.\n", "# not run against a real cluster\n"])
def test_a_file_that_says_what_runs_it_passes(text: str) -> None:
    """Its target, or the honest opposite."""
    assert [] == broken(OpsNamesTarget(), "ops/prometheus/rules.yml", text, MAKEFILE)


def test_a_readme_speaks_for_files_that_cannot() -> None:
    """JSON has no comments: the README beside it says it in the line that names the file."""
    papers = {**MAKEFILE, "ops/grafana/README.md": "`sales.json`: `make check` runs its queries.\n"}
    assert [] == broken(OpsNamesTarget(), "ops/grafana/sales.json", "{}\n", papers)
