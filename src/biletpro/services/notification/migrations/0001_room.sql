-- The schema notification holds what every service has (outbox, reader positions, idempotency) and no table of its own yet.
SELECT 1;
