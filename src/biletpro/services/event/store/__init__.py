"""Every statement of the event service, by noun."""
