"""Refusals: the small closed family of outcomes that a caller can act on.

Unparsable: cannot be read at all. Invalid: a field is wrong, `field` names it. Unauthenticated: nobody is signed in.
Denied: the permission is missing. NotFound: unknown, or another firm's, never told apart. Conflict: a rule says no.
Stale: If-Match is behind. TooLarge, Locked, TooMany, Busy: not now, or not that much.

A refusal crosses every border whole (`encode`, `decode`). Anything else that is raised is a bug and stays one.
"""

from typing import Any, ClassVar, NamedTuple


class Title(NamedTuple):
    """What a person reads, in the two languages that the product speaks."""

    tr: str
    en: str


Fact = str | int | bool | None | list[str] | dict[str, Any]


class Refusal(Exception):
    """An outcome that the caller can act on, with a stable `code` and the facts that help to act."""

    code: ClassVar[str] = "refused"
    title: ClassVar[Title] = Title("İstek kabul edilmedi", "The request was refused")
    family: ClassVar[str] = "refusal"
    families: ClassVar[dict[str, type["Refusal"]]] = {}
    known: ClassVar[dict[str, type["Refusal"]]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "family" in cls.__dict__:
            Refusal.families[cls.family] = cls
        if "code" in cls.__dict__:
            twin = Refusal.known.setdefault(cls.code, cls)
            assert twin is cls or twin.__qualname__ == cls.__qualname__, f"two refusals share {cls.code}"

    def __init__(self, detail: str = "", **facts: Fact) -> None:
        super().__init__(detail)
        assert "status" not in facts, "that word is the HTTP status's in a problem document"
        self.detail = detail
        self.facts = facts

    def __str__(self) -> str:
        return f"{self.code}: {self.detail} {self.facts}"


class Unparsable(Refusal):
    family = "unparsable"
    code = "unparsable"
    title = Title("İstek okunamadı", "The request cannot be read")


class Invalid(Refusal):
    family = "invalid"
    code = "invalid"
    title = Title("Bir alan geçersiz", "A field is invalid")


class Unauthenticated(Refusal):
    family = "unauthenticated"
    code = "unauthenticated"
    title = Title("Oturum açılmamış", "Not signed in")


class Denied(Refusal):
    family = "denied"
    code = "permission_missing"
    title = Title("Bu işlem için yetkiniz yok", "You lack the permission for this")


class NotFound(Refusal):
    family = "not_found"
    code = "not_found"
    title = Title("Bulunamadı", "Not found")


class Conflict(Refusal):
    family = "conflict"
    code = "conflict"
    title = Title("Şu anda yapılamaz", "A rule does not allow this")


class Stale(Refusal):
    family = "stale"
    code = "stale"
    title = Title("Kayıt bu arada değişti", "The record has changed meanwhile")


class TooLarge(Refusal):
    family = "too_large"
    code = "too_large"
    title = Title("İstek çok büyük", "The request is too large")


class Locked(Refusal):
    family = "locked"
    code = "locked_out"
    title = Title("Geçici olarak kilitlendi", "Locked for a while")


class TooMany(Refusal):
    family = "too_many"
    code = "too_many_requests"
    title = Title("Çok fazla istek", "Too many requests")


class Busy(Refusal):
    family = "busy"
    code = "busy"
    title = Title("Şu anda yoğunuz, lütfen yeniden deneyin", "Busy now, please try again")

    def __init__(self, detail: str = "", *, retry_after_s: int = 1, **facts: Fact) -> None:
        super().__init__(detail, retry_after_s=retry_after_s, **facts)


def encode(refusal: Refusal) -> dict[str, Any]:
    """The refusal as plain data, for another process."""
    return {"family": refusal.family, "code": refusal.code, "detail": refusal.detail, "facts": refusal.facts}


def decode(data: dict[str, Any]) -> Refusal:
    """The refusal that `encode` wrote: its own class where this process knows the code, else its family."""
    known = Refusal.known.get(data["code"])
    cls = known if known is not None else Refusal.families[data["family"]]
    refusal = cls.__new__(cls)
    Refusal.__init__(refusal, data["detail"], **data["facts"])
    if known is None:
        refusal.code = data["code"]  # type: ignore[misc]  # a newer peer's code outlives this release
    return refusal
