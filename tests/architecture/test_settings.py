"""Settings are found without reading code."""

import re

import pytest

from biletpro.adapters.environment import SettingDoc, documented
from biletpro.assembly import SETTINGS
from tests.architecture.project import ROOT

LINE = re.compile(r"^#?\s*(BILETPRO_\w+)=(.*)$", re.MULTILINE)
DOCUMENTED = [doc for section, kind in SETTINGS.items() for doc in documented(kind, section)]


def test_the_example_file_lists_every_setting_with_its_default() -> None:
    """No variable is missing in the example, none has outlived its setting, and no default lies."""
    example = LINE.findall((ROOT / "biletpro.env.example").read_text(encoding="utf-8"))
    assert sorted((doc.variable, doc.default) for doc in DOCUMENTED) == sorted(example)


@pytest.mark.parametrize("doc", DOCUMENTED, ids=lambda doc: doc.variable)
def test_every_setting_says_what_it_means(doc: SettingDoc) -> None:
    """A sentence, not an echo of its name."""
    assert len(doc.meaning.split()) > 2, doc.variable
