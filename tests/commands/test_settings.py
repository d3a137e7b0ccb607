"""`biletpro settings` and the help."""

from pathlib import Path

from biletpro.adapters import environment
from biletpro.assembly import SETTINGS
from tests.commands.program import run


def test_settings_shows_every_variable_with_its_default_and_meaning(tmp_path: Path) -> None:
    """One line each, also where the output is a pipe."""
    code, output, _ = run(tmp_path, ["settings"])
    assert 0 == code
    lines = {line.split()[0]: line for line in output.splitlines() if "BILETPRO_" in line}
    for section, kind in SETTINGS.items():
        for doc in environment.documented(kind, section):
            assert doc.default in lines[doc.variable]
            assert doc.meaning in lines[doc.variable]


def test_help_names_every_command(tmp_path: Path) -> None:
    """Whoever types the name alone learns what there is."""
    _, output, _ = run(tmp_path, ["--help"])
    for command in ("up", "serve", "settings", "migrate", "seed"):
        assert f" {command} " in output
