"""The edges of the process. None of them knows what a ticket is."""
