-- Sales: what may be sold, who claims it, who bought it. The rules are in docs/rules/selling.md.

-- What sales keeps of the others, fed by their events. -----------------------------------------------------------

CREATE TABLE sales.firms (
    organization_id uuid CONSTRAINT firms_key PRIMARY KEY,
    suspended boolean NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON sales.firms TO sales_system;

CREATE TABLE sales.events (
    event_id uuid CONSTRAINT events_key PRIMARY KEY,
    organization_id uuid NOT NULL,
    version integer NOT NULL,
    layout_version integer NOT NULL,
    status text NOT NULL,
    sale_opens timestamptz,
    sale_closes timestamptz NOT NULL,
    max_per_order integer NOT NULL,
    max_per_buyer integer,
    hold_seconds integer NOT NULL,
    terms jsonb NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON sales.events TO sales_system;

-- Stock. ---------------------------------------------------------------------------------------------------------

-- One row a category, updated by every batch: room for its new versions on the same page.
CREATE TABLE sales.stock (
    category_id uuid CONSTRAINT stock_key PRIMARY KEY,
    event_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    kind text NOT NULL CONSTRAINT stock_kind CHECK (kind IN ('general', 'seats', 'tables')),
    capacity integer NOT NULL,
    held integer NOT NULL DEFAULT 0,
    sold integer NOT NULL DEFAULT 0,
    CONSTRAINT stock_held_not_negative CHECK (held >= 0),
    CONSTRAINT stock_sold_not_negative CHECK (sold >= 0),
    CONSTRAINT stock_within_capacity CHECK (held + sold <= capacity)
) WITH (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
CREATE INDEX stock_by_event ON sales.stock (event_id);
GRANT SELECT, INSERT, UPDATE ON sales.stock TO sales_system;

-- One row a seat or table. `owner` is the hold that claims it, also once the hold has become an order.
CREATE TABLE sales.places (
    id uuid CONSTRAINT places_key PRIMARY KEY,
    event_id uuid NOT NULL,
    category_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    n integer NOT NULL,
    section text NOT NULL,
    row_label text NOT NULL,
    label text NOT NULL,
    row_rank integer NOT NULL,
    seat_rank integer NOT NULL,
    guests_min integer NOT NULL,
    guests_max integer NOT NULL,
    open boolean NOT NULL,
    state text NOT NULL DEFAULT 'free' CONSTRAINT places_state CHECK (state IN ('free', 'held', 'sold')),
    owner uuid,
    held_until timestamptz,
    changed_xid bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
    CONSTRAINT places_owned_unless_free CHECK ((state = 'free') = (owner IS NULL)),
    CONSTRAINT places_closed_are_free CHECK (open OR state = 'free')
) WITH (fillfactor = 70);
CREATE INDEX places_by_event ON sales.places (event_id, n);
CREATE INDEX places_by_category ON sales.places (category_id, row_rank, seat_rank);
GRANT SELECT, INSERT, UPDATE, DELETE ON sales.places TO sales_system;

-- Claims. --------------------------------------------------------------------------------------------------------

CREATE TABLE sales.holds (
    id uuid CONSTRAINT holds_key PRIMARY KEY,
    event_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    state text NOT NULL
        CONSTRAINT holds_state CHECK (state IN ('live', 'ordered', 'released', 'expired')),
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    idempotency_key text,
    body_hash text,
    order_id uuid,
    currency text NOT NULL,
    total bigint NOT NULL,
    lines jsonb NOT NULL
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX holds_once_per_key ON sales.holds (event_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX holds_dead_by_age ON sales.holds (created_at) WHERE state IN ('released', 'expired');
GRANT SELECT, INSERT, UPDATE, DELETE ON sales.holds TO sales_system;

-- What a hold takes of one category. It lives through hold, order and ticket; its end is a state change made under
-- the category's lock. `live`: held; `sold`: paid for; `returned`: on sale again.
CREATE TABLE sales.claims (
    hold_id uuid NOT NULL,
    category_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    quantity integer NOT NULL CONSTRAINT claims_of_something CHECK (quantity > 0),
    place_ids uuid[],
    state text NOT NULL CONSTRAINT claims_state CHECK (state IN ('live', 'sold', 'returned')),
    expires_at timestamptz NOT NULL,
    CONSTRAINT claims_key PRIMARY KEY (hold_id, category_id)
) WITH (fillfactor = 80);
CREATE INDEX claims_live_by_end ON sales.claims (category_id, expires_at) WHERE state = 'live';
GRANT SELECT, INSERT, UPDATE, DELETE ON sales.claims TO sales_system;

-- Orders and their family, month by month of the order's id. -----------------------------------------------------

CREATE SEQUENCE sales.order_numbers AS bigint INCREMENT BY 100;
GRANT USAGE ON SEQUENCE sales.order_numbers TO sales_system;

CREATE TABLE sales.order_codes (
    code text CONSTRAINT order_codes_key PRIMARY KEY,
    order_id uuid NOT NULL,
    organization_id uuid NOT NULL
);

CREATE TABLE sales.orders (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    event_id uuid NOT NULL,
    hold_id uuid NOT NULL,
    code text NOT NULL,
    status text NOT NULL
        CONSTRAINT orders_status CHECK (status IN ('pending', 'confirmed', 'cancelled', 'expired')),
    payment_status text NOT NULL CONSTRAINT orders_payment_status CHECK (
        payment_status IN ('unpaid', 'part_paid', 'paid', 'overpaid', 'refunded', 'part_refunded')),
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    prolonged boolean NOT NULL DEFAULT false,
    buyer_name text NOT NULL,
    buyer_email text NOT NULL,
    buyer_phone text,
    limited_buyer text,
    consents jsonb,
    currency text NOT NULL,
    places integer NOT NULL,
    total bigint NOT NULL,
    paid bigint NOT NULL DEFAULT 0,
    refunded bigint NOT NULL DEFAULT 0,
    history jsonb NOT NULL DEFAULT '[]',
    CONSTRAINT orders_key PRIMARY KEY (id),
    CONSTRAINT orders_refunded_within_paid CHECK (refunded >= 0 AND refunded <= paid)
) PARTITION BY RANGE (id);
CREATE INDEX orders_by_firm ON sales.orders (organization_id, id DESC);
CREATE INDEX orders_by_event_and_payment ON sales.orders (event_id, payment_status, id DESC);
CREATE INDEX orders_by_email ON sales.orders (organization_id, buyer_email);
CREATE INDEX orders_by_limited_buyer ON sales.orders (event_id, limited_buyer)
    WHERE limited_buyer IS NOT NULL;
CREATE TABLE sales.orders_default PARTITION OF sales.orders DEFAULT;

-- One line is one ticket's worth (docs/decisions/0003).
CREATE TABLE sales.order_lines (
    order_id uuid NOT NULL,
    n integer NOT NULL,
    organization_id uuid NOT NULL,
    category_id uuid NOT NULL,
    category text NOT NULL,
    place jsonb,
    holder text NOT NULL,
    admits integer NOT NULL,
    face bigint NOT NULL,
    discount bigint NOT NULL,
    fee bigint NOT NULL,
    tax bigint NOT NULL,
    total bigint NOT NULL,
    CONSTRAINT order_lines_key PRIMARY KEY (order_id, n),
    CONSTRAINT order_lines_of_order FOREIGN KEY (order_id) REFERENCES sales.orders (id),
    CONSTRAINT order_lines_add_up CHECK (total = face - discount + fee AND tax <= total)
) PARTITION BY RANGE (order_id);
CREATE TABLE sales.order_lines_default PARTITION OF sales.order_lines DEFAULT;

CREATE TABLE sales.tickets (
    order_id uuid NOT NULL,
    n integer NOT NULL,
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    event_id uuid NOT NULL,
    serial integer NOT NULL,
    key_number integer NOT NULL,
    status text NOT NULL CONSTRAINT tickets_status CHECK (status IN ('valid', 'cancelled', 'revoked')),
    CONSTRAINT tickets_key PRIMARY KEY (order_id, n),
    CONSTRAINT tickets_of_order FOREIGN KEY (order_id) REFERENCES sales.orders (id)
) PARTITION BY RANGE (order_id);
CREATE TABLE sales.tickets_default PARTITION OF sales.tickets DEFAULT;

CREATE TABLE sales.payments (
    order_id uuid NOT NULL,
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    provider text NOT NULL,
    amount bigint NOT NULL CONSTRAINT payments_not_negative CHECK (amount >= 0),
    currency text NOT NULL,
    status text NOT NULL CONSTRAINT payments_status CHECK (status IN ('pending', 'succeeded', 'refused')),
    reason text,
    redirect_url text,
    return_url text,
    created_at timestamptz NOT NULL,
    ended_at timestamptz,
    CONSTRAINT payments_key PRIMARY KEY (order_id, id),
    CONSTRAINT payments_of_order FOREIGN KEY (order_id) REFERENCES sales.orders (id)
) PARTITION BY RANGE (order_id);
CREATE TABLE sales.payments_default PARTITION OF sales.payments DEFAULT;

-- Which order a payment is of, and which payments the provider must still be asked about.
CREATE TABLE sales.payment_references (
    payment_id uuid CONSTRAINT payment_references_key PRIMARY KEY,
    order_id uuid NOT NULL,
    ask_at timestamptz
) WITH (fillfactor = 80);
CREATE INDEX payment_references_to_ask ON sales.payment_references (ask_at) WHERE ask_at IS NOT NULL;

-- Money on its way back. `due` until the provider has answered.
CREATE TABLE sales.refunds (
    order_id uuid NOT NULL,
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    payment_id uuid NOT NULL,
    provider text NOT NULL,
    amount bigint NOT NULL CONSTRAINT refunds_of_something CHECK (amount > 0),
    currency text NOT NULL,
    reason text NOT NULL,
    status text NOT NULL CONSTRAINT refunds_status CHECK (status IN ('due', 'done', 'refused')),
    created_at timestamptz NOT NULL,
    ask_at timestamptz,
    CONSTRAINT refunds_key PRIMARY KEY (order_id, id),
    CONSTRAINT refunds_of_order FOREIGN KEY (order_id) REFERENCES sales.orders (id)
) PARTITION BY RANGE (order_id);
CREATE INDEX refunds_due ON sales.refunds (ask_at) WHERE status = 'due';
CREATE TABLE sales.refunds_default PARTITION OF sales.refunds DEFAULT;

-- The double-entry ledger, append-only. Debits are positive, credits negative; an entry's lines sum to zero.
CREATE TABLE sales.ledger_entries (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    order_id uuid NOT NULL,
    kind text NOT NULL,
    currency text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT ledger_entries_key PRIMARY KEY (id)
) PARTITION BY RANGE (id);
CREATE INDEX ledger_entries_by_firm ON sales.ledger_entries (organization_id, id DESC);
CREATE TABLE sales.ledger_entries_default PARTITION OF sales.ledger_entries DEFAULT;

CREATE TABLE sales.ledger_lines (
    entry_id uuid NOT NULL,
    account text NOT NULL,
    organization_id uuid NOT NULL,
    amount bigint NOT NULL,
    CONSTRAINT ledger_lines_key PRIMARY KEY (entry_id, account)
) PARTITION BY RANGE (entry_id);
CREATE TABLE sales.ledger_lines_default PARTITION OF sales.ledger_lines DEFAULT;

-- One look at all fresh lines instead of a foreign key's look at each: a purchase writes five, and nobody may delete.
CREATE FUNCTION sales.ledger_must_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM fresh_lines GROUP BY entry_id HAVING sum(amount) <> 0) THEN
        RAISE EXCEPTION 'a ledger entry does not sum to zero'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_lines_sum_to_zero';
    END IF;
    IF EXISTS (SELECT FROM fresh_lines f LEFT JOIN sales.ledger_entries e ON e.id = f.entry_id WHERE e.id IS NULL) THEN
        RAISE EXCEPTION 'a ledger line has no entry'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_lines_of_entry';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_lines_sum_to_zero AFTER INSERT ON sales.ledger_lines
    REFERENCING NEW TABLE AS fresh_lines FOR EACH STATEMENT EXECUTE FUNCTION sales.ledger_must_balance();

-- Rights: a firm sees its own rows; the system role, taken only for stated reasons, sees all. -----------------------

DO $$
DECLARE
    tenant_table text;
BEGIN
    FOREACH tenant_table IN ARRAY ARRAY['firms', 'events', 'stock', 'places', 'holds', 'claims', 'order_codes', 'orders',
        'order_lines', 'tickets', 'payments', 'refunds', 'ledger_entries', 'ledger_lines']
    LOOP
        EXECUTE format('ALTER TABLE sales.%I ENABLE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('ALTER TABLE sales.%I FORCE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format($policy$CREATE POLICY %I ON sales.%I TO sales_tenant
            USING (organization_id = nullif(current_setting('app.org', true), '')::uuid)$policy$,
            tenant_table || '_of_firm', tenant_table);
        EXECUTE format('CREATE POLICY %I ON sales.%I TO sales_system, sales_owner USING (true) WITH CHECK (true)',
            tenant_table || '_of_all', tenant_table);
    END LOOP;
END $$;
GRANT SELECT ON sales.order_codes, sales.orders, sales.order_lines, sales.tickets, sales.payments, sales.refunds,
    sales.ledger_entries, sales.ledger_lines TO sales_tenant;
GRANT SELECT, INSERT ON sales.order_codes, sales.order_lines, sales.ledger_entries, sales.ledger_lines TO sales_system;
GRANT SELECT, INSERT, UPDATE ON sales.orders, sales.tickets, sales.payments, sales.refunds, sales.payment_references
    TO sales_system;

-- The clock of selling. Only a database whose name begins with `test_` may move it. -------------------------------

CREATE TABLE sales.clock_offset (
    only_row boolean NOT NULL DEFAULT true,
    ahead interval NOT NULL DEFAULT '0',
    CONSTRAINT clock_offset_key PRIMARY KEY (only_row),
    CONSTRAINT clock_offset_one_row CHECK (only_row),
    CONSTRAINT clock_offset_in_tests_only CHECK (ahead = '0' OR current_database() LIKE 'test\_%')
);
INSERT INTO sales.clock_offset DEFAULT VALUES;
GRANT SELECT ON sales.clock_offset TO sales_tenant, sales_system;

CREATE FUNCTION sales.clock() RETURNS timestamptz LANGUAGE sql VOLATILE PARALLEL SAFE
    RETURN clock_timestamp() + (SELECT o.ahead FROM sales.clock_offset o);
