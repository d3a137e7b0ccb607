-- Events of firms, their categories, layouts and places, venues, series, and what is known of the firms.

CREATE TABLE event.firms (
    organization_id uuid NOT NULL,
    name text,
    slug text,
    suspended boolean NOT NULL DEFAULT false,
    CONSTRAINT firms_key PRIMARY KEY (organization_id)
);

CREATE TABLE event.series (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    title text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT series_key PRIMARY KEY (id)
);
CREATE INDEX series_of_firm ON event.series (organization_id, id DESC);

CREATE TABLE event.series_categories (
    series_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    key text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    price_minor bigint NOT NULL,
    currency text NOT NULL,
    per_person boolean NOT NULL,
    position bigint NOT NULL,
    CONSTRAINT series_categories_key PRIMARY KEY (series_id, key),
    CONSTRAINT series_categories_of_series FOREIGN KEY (series_id) REFERENCES event.series (id)
);

-- over_at is when the event has passed: its end, or some hours after a start without one.
-- search_text and city_text are folded (kernel/turkish.py), so that queries find them however they are written.
CREATE TABLE event.events (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    series_id uuid,
    slug text NOT NULL,
    status text NOT NULL,
    version bigint NOT NULL,
    layout_version bigint NOT NULL,
    title text NOT NULL,
    description text NOT NULL,
    venue_name text NOT NULL,
    city text NOT NULL,
    address text,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz,
    doors_at timestamptz,
    sales_start timestamptz,
    sales_end timestamptz,
    over_at timestamptz NOT NULL,
    timezone text NOT NULL,
    currency text NOT NULL,
    max_per_order bigint NOT NULL,
    max_per_buyer bigint,
    hold_minutes bigint NOT NULL,
    tax_rate_bp bigint NOT NULL,
    fee_rate_bp bigint NOT NULL,
    cancel_reason text,
    search_text text NOT NULL,
    city_text text NOT NULL,
    published_at timestamptz,
    created_at timestamptz NOT NULL,
    CONSTRAINT events_key PRIMARY KEY (id),
    CONSTRAINT events_slug_once UNIQUE (slug),
    CONSTRAINT events_of_series FOREIGN KEY (series_id) REFERENCES event.series (id),
    CONSTRAINT events_status_known
        CHECK (status IN ('draft', 'published', 'paused', 'postponed', 'cancelled', 'completed')),
    CONSTRAINT events_dates_ordered CHECK (doors_at <= starts_at AND starts_at <= ends_at),
    CONSTRAINT events_window_ordered CHECK (sales_start < sales_end)
);
CREATE INDEX events_of_firm ON event.events (organization_id, starts_at DESC, id DESC);
CREATE INDEX events_of_series_by_date ON event.events (series_id, starts_at) WHERE series_id IS NOT NULL;
CREATE INDEX events_in_catalogue ON event.events (starts_at, id)
    WHERE status IN ('published', 'paused', 'postponed');
CREATE INDEX events_to_complete ON event.events (over_at)
    WHERE status IN ('published', 'paused', 'postponed');

-- capacity counts for general admission; numbered kinds are counted by their open places.
CREATE TABLE event.categories (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    event_id uuid NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    price_minor bigint NOT NULL,
    currency text NOT NULL,
    capacity bigint,
    color text,
    per_person boolean NOT NULL,
    version bigint NOT NULL,
    series_key text,
    position bigint NOT NULL,
    CONSTRAINT categories_key PRIMARY KEY (id),
    CONSTRAINT categories_of_event FOREIGN KEY (event_id) REFERENCES event.events (id),
    CONSTRAINT categories_kind_known CHECK (kind IN ('general', 'seats', 'tables')),
    CONSTRAINT categories_price_owed CHECK (price_minor >= 0),
    CONSTRAINT categories_capacity_where_counted CHECK ((kind = 'general') = (capacity IS NOT NULL)),
    CONSTRAINT categories_capacity_counts CHECK (capacity >= 0)
);

CREATE INDEX categories_by_event ON event.categories (event_id, position);

-- What a drawing holds besides its places: sections and rows by key with their names, and the background.
CREATE TABLE event.layouts (
    event_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    frame jsonb NOT NULL,
    CONSTRAINT layouts_key PRIMARY KEY (event_id),
    CONSTRAINT layouts_of_event FOREIGN KEY (event_id) REFERENCES event.events (id)
);

-- A seat or a table; section_key and row_key are null for tables, position is its number in layout order.
CREATE TABLE event.places (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    event_id uuid NOT NULL,
    category_id uuid NOT NULL,
    kind text NOT NULL,
    key text NOT NULL,
    label text NOT NULL,
    section text NOT NULL,
    row_label text NOT NULL,
    section_key text,
    row_key text,
    x double precision NOT NULL,
    y double precision NOT NULL,
    row_rank bigint NOT NULL,
    seat_rank bigint NOT NULL,
    guests_min bigint NOT NULL,
    guests_max bigint NOT NULL,
    position bigint NOT NULL,
    state text NOT NULL,
    CONSTRAINT places_key PRIMARY KEY (id),
    CONSTRAINT places_key_once UNIQUE (event_id, key),
    CONSTRAINT places_of_event FOREIGN KEY (event_id) REFERENCES event.events (id),
    CONSTRAINT places_of_category FOREIGN KEY (category_id) REFERENCES event.categories (id),
    CONSTRAINT places_kind_known CHECK (kind IN ('seats', 'tables')),
    CONSTRAINT places_state_known CHECK (state IN ('open', 'house_hold', 'killed')),
    CONSTRAINT places_guests_ordered CHECK (1 <= guests_min AND guests_min <= guests_max)
);
CREATE INDEX places_in_order ON event.places (event_id, position);
CREATE INDEX places_of_category_by_state ON event.places (category_id, state);

-- Who kept back, killed or opened which places, and why.
CREATE TABLE event.place_changes (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    event_id uuid NOT NULL,
    place_ids uuid[] NOT NULL,
    state text NOT NULL,
    reason text NOT NULL,
    actor text NOT NULL,
    changed_at timestamptz NOT NULL,
    CONSTRAINT place_changes_key PRIMARY KEY (id),
    CONSTRAINT place_changes_of_event FOREIGN KEY (event_id) REFERENCES event.events (id)
);
CREATE INDEX place_changes_by_event ON event.place_changes (event_id, id);

CREATE TABLE event.venues (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    name text NOT NULL,
    sort_text text COLLATE "C" NOT NULL,
    city text NOT NULL,
    address text,
    layout jsonb,
    created_at timestamptz NOT NULL,
    CONSTRAINT venues_key PRIMARY KEY (id)
);
CREATE INDEX venues_of_firm_by_name ON event.venues (organization_id, sort_text, id);

DO $$
DECLARE
    tenant_table text;
BEGIN
    FOREACH tenant_table IN ARRAY ARRAY[
        'firms', 'series', 'series_categories', 'events', 'categories', 'layouts', 'places', 'place_changes', 'venues'
    ]
    LOOP
        EXECUTE format('ALTER TABLE event.%I ENABLE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('ALTER TABLE event.%I FORCE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format(
            'CREATE POLICY %I ON event.%I TO event_tenant
                 USING (organization_id = nullif(current_setting(''app.org'', true), '''')::uuid)
                 WITH CHECK (organization_id = nullif(current_setting(''app.org'', true), '''')::uuid)',
            tenant_table || '_of_firm', tenant_table);
        EXECUTE format(
            'CREATE POLICY %I ON event.%I TO event_system, event_owner USING (true) WITH CHECK (true)',
            tenant_table || '_of_all', tenant_table);
    END LOOP;
END $$;

GRANT SELECT ON event.firms TO event_tenant;
GRANT SELECT, INSERT, UPDATE ON event.firms TO event_system;
GRANT SELECT, INSERT ON event.series, event.venues, event.place_changes TO event_tenant;
GRANT SELECT, INSERT, UPDATE ON event.series_categories, event.events, event.layouts TO event_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON event.categories, event.places TO event_tenant;
GRANT SELECT, UPDATE ON event.events TO event_system;
GRANT SELECT ON event.categories, event.layouts, event.places TO event_system;
