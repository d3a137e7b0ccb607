"""HTTP: one application for all services of a process, with bounds, refusals, metrics and the guard in one place."""
