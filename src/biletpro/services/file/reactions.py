"""What file does after others' events and by the clock: nothing yet."""
