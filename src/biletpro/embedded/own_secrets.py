"""The secrets of a system that was given none: made once, kept beside its data, read by their owner alone."""

import json
import secrets
from pathlib import Path

from biletpro.embedded.faults import EmbeddedFault, from_os_error
from biletpro.embedded.ports import write_private

KEY_BYTES = 32
FILE_NAME = "secrets.json"


def _numbered_key() -> str:
    return f"1:{secrets.token_hex(KEY_BYTES)}"


MAKERS = {
    "secret_keys": _numbered_key,
    "token_keys": _numbered_key,
    "ticket_keys": _numbered_key,
    "rpc_secret": secrets.token_hex,
    "bank_secret": secrets.token_hex,
    "database_password": secrets.token_urlsafe,
}


def own_secrets(folder: Path) -> dict[str, str]:
    """Each secret by the name of its setting; what the file lacks is made and kept. Raises EmbeddedFault."""
    file = folder / FILE_NAME
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        known = _kept(file)
        wanted = {name: known[name] if name in known else make() for name, make in MAKERS.items()}
        if wanted != known:
            write_private(file, json.dumps(wanted, indent=1) + "\n")
    except OSError as error:
        raise from_os_error(error, folder) from error
    return wanted


def _kept(file: Path) -> dict[str, str]:
    if not file.exists():
        return {}
    try:
        known = json.loads(file.read_text())
    except ValueError:
        known = None
    if not isinstance(known, dict) or not all(isinstance(value, str) for value in known.values()):
        raise EmbeddedFault(
            f"{file} is damaged",
            "put it back from a backup: tickets sold are signed with its keys; "
            f"without one, move {file.parent} away to begin anew",
        )
    return known
