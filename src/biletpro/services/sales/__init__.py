"""Sales owns stock, holds, orders, payments, tickets and the ledger.

It never sells a place twice (docs/rules/selling.md). Everything that selling needs of other services - prices,
capacities, windows, suspended firms - it keeps as its own copy, fed by their events; no call leaves the selling path.
"""
