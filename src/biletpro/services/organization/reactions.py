"""After others' events and by the clock: organization follows nobody and waits for nothing."""
