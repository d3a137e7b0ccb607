"""Every SQL statement of auth. Moments come from the process's clock: one sentence has one time."""
