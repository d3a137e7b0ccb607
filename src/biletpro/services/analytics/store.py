"""Every statement of analytics: none of its own yet; its outbox is the adapters'."""
