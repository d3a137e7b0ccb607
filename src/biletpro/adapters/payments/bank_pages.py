"""What a card holder sees at the pretend bank, in Turkish and English, without any script inline."""

import hashlib
from html import escape
from pathlib import Path
from string import Template
from typing import Final

_STATIC: Final = Path(__file__).with_name("static")
_MEDIA: Final = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}


def _hashed(name: str) -> tuple[str, bytes, str]:
    path = _STATIC / name
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()[:16]
    return f"{path.stem}.{digest}{path.suffix}", content, _MEDIA[path.suffix]


_RETURN_JS: Final = _hashed("return.js")
_BANK_CSS: Final = _hashed("bank.css")
# By the name in the address, which changes with the content: browsers may keep them for ever.
ASSETS: Final = {name: (content, media) for name, content, media in (_RETURN_JS, _BANK_CSS)}

_TEXTS: Final[dict[str, dict[str, str]]] = {
    "tr": {
        "title": "Deneme Bankası",
        "ask": "Bu ödemeyi onaylıyor musunuz?",
        "amount": "Tutar",
        "order": "Sipariş",
        "approve": "Onayla",
        "deny": "Reddet",
        "pretend": "Bu bir deneme sayfasıdır; gerçek para çekilmez.",
        "approved": "Ödeme onaylandı.",
        "denied": "Ödeme reddedildi.",
        "return": "Mağazaya dön",
        "close": "Bu sayfayı kapatabilirsiniz.",
        "missing": "Böyle bir ödeme yok.",
    },
    "en": {
        "title": "The Sandbox Bank",
        "ask": "Do you approve this payment?",
        "amount": "Amount",
        "order": "Order",
        "approve": "Approve",
        "deny": "Deny",
        "pretend": "This page is for trying things out; no real money is taken.",
        "approved": "The payment is approved.",
        "denied": "The payment is denied.",
        "return": "Return to the shop",
        "close": "You may close this page.",
        "missing": "There is no such payment.",
    },
}

_PAGE: Final = Template(
    """<!doctype html>
<html lang="$language">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<link rel="stylesheet" href="$css">
$head</head>
<body>
<main>
<h1>$title</h1>
$content
<p class="pretend">$pretend</p>
</main>
</body>
</html>
"""
)
_ASK: Final = Template(
    """<p>$ask</p>
<dl><dt>$amount</dt><dd>$paid</dd><dt>$order</dt><dd>$code</dd></dl>
<form method="post">
<button name="decision" value="approve">$approve</button>
<button name="decision" value="deny" class="deny">$deny</button>
</form>"""
)
_RETURN: Final = Template(
    """<p>$outcome</p>
<form method="post" action="$callback" id="return">
<input type="hidden" name="payment_id" value="$payment">
<input type="hidden" name="signature" value="$signature">
<button>$label</button>
</form>"""
)


def ask(language: str, order_code: str, amount: int, currency: str) -> str:
    """Approve or deny, with what is paid to whom."""
    texts = _TEXTS[language]
    paid = f"{_amount(language, amount)} {currency}"
    return _page(language, _ASK.substitute(texts, paid=escape(paid), code=escape(order_code)))


def decided(language: str, *, approved: bool) -> str:
    """The end of the way: this card's browser never goes back."""
    texts = _TEXTS[language]
    outcome = texts["approved"] if approved else texts["denied"]
    return _page(language, f"<p>{outcome}</p>\n<p>{texts['close']}</p>")


def back(language: str, callback_url: str, payment_id: str, signature: str, *, approved: bool) -> str:
    """A form to the shop, sent by the script or, without one, by the card holder."""
    texts = _TEXTS[language]
    content = _RETURN.substitute(
        outcome=texts["approved"] if approved else texts["denied"],
        callback=escape(callback_url),
        payment=escape(payment_id),
        signature=escape(signature),
        label=texts["return"],
    )
    return _page(language, content, f'<script src="/static/{_RETURN_JS[0]}" defer></script>\n')


def missing(language: str) -> str:
    """For an address that the bank did not give out."""
    return _page(language, f"<p>{_TEXTS[language]['missing']}</p>")


def _page(language: str, content: str, head: str = "") -> str:
    texts = _TEXTS[language]
    return _PAGE.substitute(
        language=language,
        title=texts["title"],
        css=f"/static/{_BANK_CSS[0]}",
        head=head,
        content=content,
        pretend=texts["pretend"],
    )


def _amount(language: str, amount: int) -> str:
    whole, part = divmod(amount, 100)
    english = f"{whole:,}.{part:02d}"
    return english if language == "en" else english.translate(str.maketrans(",.", ".,"))
