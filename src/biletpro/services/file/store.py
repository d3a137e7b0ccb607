"""Every statement of file: none of its own yet; its outbox is the adapters'."""
