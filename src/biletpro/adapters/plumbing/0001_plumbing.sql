-- What every service's schema holds besides its own tables; SCHEMA is replaced by its name (adapters/migrate.py).

CREATE FUNCTION SCHEMA.id_floor(moment timestamptz) RETURNS uuid
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN (lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') || '70008000000000000000')::uuid;

-- One month of a family that is partitioned by its root's id. Idempotent; months that exist are left alone.
CREATE FUNCTION SCHEMA.make_month(parent text, month date) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    starts timestamptz := date_trunc('month', month::timestamp) AT TIME ZONE 'UTC';
    ends timestamptz := (date_trunc('month', month::timestamp) + interval '1 month') AT TIME ZONE 'UTC';
    partition text := parent || '_' || to_char(month, '"y"YYYY"m"MM');
BEGIN
    IF to_regclass(format('SCHEMA.%I', partition)) IS NULL THEN
        EXECUTE format('CREATE TABLE SCHEMA.%I PARTITION OF SCHEMA.%I FOR VALUES FROM (%L) TO (%L)',
                       partition, parent, SCHEMA.id_floor(starts), SCHEMA.id_floor(ends));
    END IF;
END $$;

-- The running month and three ahead, for every partitioned table of this schema.
CREATE FUNCTION SCHEMA.make_months(from_month date) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    parent text;
BEGIN
    FOR parent IN
        SELECT c.relname FROM pg_class c
         WHERE c.relnamespace = 'SCHEMA'::regnamespace AND c.relkind = 'p' ORDER BY c.relname
    LOOP
        FOR ahead IN 0..3 LOOP
            PERFORM SCHEMA.make_month(parent, (from_month + make_interval(months => ahead))::date);
        END LOOP;
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION SCHEMA.make_month(text, date), SCHEMA.make_months(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION SCHEMA.make_months(date) TO SCHEMA_system;

-- The lives of the database in order: a restore or a failover begins a new one. `started` is when the server process
-- that knows this life began; a promoted standby or a restored server has another, so the control file, which is slow
-- to read, is read once a server start.
CREATE TABLE SCHEMA.epochs (
    epoch integer GENERATED ALWAYS AS IDENTITY,
    life text NOT NULL,
    started timestamptz NOT NULL,
    CONSTRAINT epochs_key PRIMARY KEY (epoch),
    CONSTRAINT epochs_life_once UNIQUE (life)
);
CREATE FUNCTION SCHEMA.epoch() RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    found integer := (SELECT e.epoch FROM SCHEMA.epochs e WHERE e.started = pg_postmaster_start_time());
BEGIN
    IF found IS NULL THEN
        INSERT INTO SCHEMA.epochs (life, started)
        SELECT s.system_identifier || '-' || c.timeline_id, pg_postmaster_start_time()
          FROM pg_control_system() s, pg_control_checkpoint() c
        ON CONFLICT ON CONSTRAINT epochs_life_once DO UPDATE SET started = excluded.started
        RETURNING epoch INTO found;
    END IF;
    RETURN found;
END $$;

CREATE TABLE SCHEMA.outbox (
    id uuid NOT NULL,
    epoch integer NOT NULL DEFAULT SCHEMA.epoch(),
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    type text NOT NULL,
    key uuid NOT NULL,
    organization_id uuid,
    occurred_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    payload jsonb NOT NULL,
    CONSTRAINT outbox_key PRIMARY KEY (id)
) PARTITION BY RANGE (id);
CREATE INDEX outbox_in_order ON SCHEMA.outbox (epoch, xid, id);
CREATE TABLE SCHEMA.outbox_default PARTITION OF SCHEMA.outbox DEFAULT;
ALTER TABLE SCHEMA.outbox ENABLE ROW LEVEL SECURITY;
ALTER TABLE SCHEMA.outbox FORCE ROW LEVEL SECURITY;
CREATE POLICY outbox_of_firm ON SCHEMA.outbox TO SCHEMA_tenant
    USING (organization_id = nullif(current_setting('app.org', true), '')::uuid);
CREATE POLICY outbox_of_all ON SCHEMA.outbox TO SCHEMA_system, SCHEMA_owner USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON SCHEMA.outbox TO SCHEMA_tenant, SCHEMA_system;

-- How far this service has read the outbox of another.
CREATE TABLE SCHEMA.reader_positions (
    source text NOT NULL,
    epoch integer NOT NULL,
    xid bigint NOT NULL,
    id uuid NOT NULL,
    CONSTRAINT reader_positions_key PRIMARY KEY (source)
);
GRANT SELECT, INSERT, UPDATE ON SCHEMA.reader_positions TO SCHEMA_system;

-- Answers of writes that carried an Idempotency-Key; name hashes route, principal and key.
CREATE TABLE SCHEMA.idempotency (
    name bytea NOT NULL,
    body_hash text NOT NULL,
    answer text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT idempotency_key PRIMARY KEY (name)
);
CREATE INDEX idempotency_by_age ON SCHEMA.idempotency (created_at);
GRANT SELECT, INSERT, UPDATE ON SCHEMA.idempotency TO SCHEMA_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON SCHEMA.idempotency TO SCHEMA_system;

-- The present life is known before the first event, so that no event's transaction must wait for another's.
SELECT SCHEMA.epoch();
