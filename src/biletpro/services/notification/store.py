"""Every statement of notification: none of its own yet; its outbox is the adapters'."""
