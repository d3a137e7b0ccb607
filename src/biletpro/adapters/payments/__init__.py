"""Payment providers: one contract (`provider`), one driver a module.

`sandbox` is the driver of a pretend bank. The bank itself stands apart from us as a real one does: `bank`
keeps its books, `cards` says how each test card behaves, `bank_site` is its web site with the 3-D Secure
page, on a port of its own. The driver reaches it in the same process or over HTTP (`remote_bank`); the
selling code cannot tell which.

A provider's callback is only ever a hint to ask: the outcome comes from `query`, from nowhere else. No card
number is logged, stored or shown, here or at the pretend bank.
"""
