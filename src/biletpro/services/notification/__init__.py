"""What people are told.

Will own the schema `notification`: templates, messages with their deliveries and retries, webhooks. Today it
holds only what every schema has; nothing is sent yet.
"""
