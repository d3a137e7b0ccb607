"""Rules of notification: none yet, since it decides nothing yet."""
