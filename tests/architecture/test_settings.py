"""Settings are found without reading code."""

import re

import pytest

from biletpro import assembly
from biletpro.adapters import environment
from biletpro.services.analytics import service as analytics
from biletpro.services.auth import service as auth
from biletpro.services.event import service as event
from biletpro.services.file import service as file
from biletpro.services.notification import service as notification
from biletpro.services.organization import service as organization
from biletpro.services.sales import service as sales
from tests.architecture.project import ROOT

LINE = re.compile(r"^#?\s*(BILETPRO_\w+)=(.*)$", re.MULTILINE)
SECTIONS: dict[str, object] = {
    "": assembly,
    "analytics": analytics,
    "auth": auth,
    "event": event,
    "file": file,
    "notification": notification,
    "organization": organization,
    "sales": sales,
}


def documented() -> list[environment.SettingDoc]:
    """Every setting of every service that has some, and of the process itself."""
    kinds = {section: getattr(module, "Settings", None) for section, module in SECTIONS.items()}
    return [doc for section, kind in kinds.items() if kind for doc in environment.documented(kind, section)]


def test_the_example_file_lists_every_setting_with_its_default() -> None:
    """No variable is missing in the example, none has outlived its setting, and no default lies."""
    example = LINE.findall((ROOT / "biletpro.env.example").read_text(encoding="utf-8"))
    assert sorted((doc.variable, doc.default) for doc in documented()) == sorted(example)


@pytest.mark.parametrize("doc", documented(), ids=lambda doc: doc.variable)
def test_every_setting_says_what_it_means(doc: environment.SettingDoc) -> None:
    """A sentence, not an echo of its name."""
    assert len(doc.meaning.split()) > 2, doc.variable
