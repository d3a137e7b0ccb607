"""Rules of file: none yet, since it decides nothing yet."""
