"""Rules of analytics: none yet, since it decides nothing yet."""
