"""Settings from the environment: the one place that reads it.

A service's `Settings` is a frozen dataclass whose fields are made by `setting`. The variable of field `hold_minutes`
of service `sales` is `BILETPRO_SALES_HOLD_MINUTES`; a `Secret` may also lie in the file that
`BILETPRO_SALES_..._FILE` names.
"""

import dataclasses
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TypeVar, cast, get_type_hints

PREFIX: Final = "BILETPRO"
TRUE: Final = frozenset({"1", "true", "on", "yes"})
FALSE: Final = frozenset({"0", "false", "off", "no"})


class Secret(str):
    """Text that never shows itself in a log or a traceback."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret(…)"


class SettingFault(Exception):
    """A setting that stops the start; the message names the variable and the way out."""


@dataclasses.dataclass(frozen=True, slots=True)
class SettingDoc:
    """One line of `biletpro settings`."""

    variable: str
    default: str
    meaning: str


def setting(default: Any, meaning: str) -> Any:
    """A field of a Settings class: its default and what it means, in words."""
    return dataclasses.field(default=default, metadata={"meaning": meaning})


def current() -> Mapping[str, str]:
    """The environment of this process."""
    return os.environ


def _variable(section: str, name: str) -> str:
    return f"{PREFIX}_{section}_{name}".upper() if section else f"{PREFIX}_{name}".upper()


def _parsed(variable: str, text: str, kind: type) -> Any:
    try:
        if kind is bool:
            if text.lower() in TRUE | FALSE:
                return text.lower() in TRUE
            raise ValueError("say on or off")
        return kind(text)
    except ValueError as error:
        raise SettingFault(f"{variable}={text!r} is no {kind.__name__}: {error}") from error


S = TypeVar("S")


def load(kind: type[S], section: str, environment: Mapping[str, str], **given: Any) -> S:
    """A Settings of *kind*; *given* values win over the environment. Raises SettingFault."""
    hints = get_type_hints(kind)
    values: dict[str, Any] = dict(given)
    for field in dataclasses.fields(cast(Any, kind)):
        variable = _variable(section, field.name)
        if field.name in given:
            continue
        if variable in environment:
            values[field.name] = _parsed(variable, environment[variable], hints[field.name])
        elif hints[field.name] is Secret and f"{variable}_FILE" in environment:
            values[field.name] = _from_file(f"{variable}_FILE", environment[f"{variable}_FILE"])
    try:
        return kind(**values)
    except ValueError as error:
        raise SettingFault(str(error)) from error


def _from_file(variable: str, path: str) -> Secret:
    try:
        return Secret(Path(path).read_text().strip())
    except OSError as error:
        raise SettingFault(f"{variable}={path!r} cannot be read: {error.strerror}") from error


def documented(kind: type, section: str) -> list[SettingDoc]:
    """Every setting of *kind* with its variable, default and meaning."""
    return [
        SettingDoc(
            variable=_variable(section, field.name),
            default="" if isinstance(field.default, Secret) else str(field.default),
            meaning=field.metadata["meaning"],
        )
        for field in dataclasses.fields(kind)
    ]
