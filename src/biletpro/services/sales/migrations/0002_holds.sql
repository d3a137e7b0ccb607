-- The batched write path of holds (docs/rules/selling.md). Every function locks stock rows in order of category id
-- first, then takes the time once, then folds what has expired, then serves its items in order of arrival.

-- Takes expired claims of these categories back into stock, at most 1,000. The caller holds the categories' locks.
CREATE FUNCTION sales.fold_expired_v1(categories uuid[], at timestamptz) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    folded integer;
    due_holds uuid[];
    due_categories uuid[];
BEGIN
    SELECT array_agg(d.hold_id), array_agg(d.category_id) INTO due_holds, due_categories FROM (
        SELECT c.hold_id, c.category_id FROM sales.claims c
         WHERE c.category_id = ANY (categories) AND c.state = 'live' AND c.expires_at <= at
         ORDER BY c.expires_at LIMIT 1000) d;
    IF due_holds IS NULL THEN
        RETURN 0;
    END IF;
    -- Two folds may meet in a hold over two categories: holds and then orders are locked by id, like everywhere.
    PERFORM FROM sales.holds h WHERE h.id = ANY (due_holds) ORDER BY h.id FOR UPDATE;
    PERFORM FROM sales.orders o
      WHERE o.id = ANY (ARRAY(SELECT h.order_id FROM sales.holds h WHERE h.id = ANY (due_holds)))
      ORDER BY o.id FOR UPDATE;
    WITH due AS (
        SELECT d.hold_id, d.category_id FROM unnest(due_holds, due_categories) AS d (hold_id, category_id)
    ), gone AS (
        UPDATE sales.claims c SET state = 'returned' FROM due
         WHERE c.hold_id = due.hold_id AND c.category_id = due.category_id
        RETURNING c.hold_id, c.category_id, c.quantity, c.place_ids
    ), freed AS (
        UPDATE sales.places p
           SET state = 'free', owner = NULL, held_until = NULL, changed_xid = pg_current_xact_id()::text::bigint
          FROM gone, unnest(gone.place_ids) AS place_id
         WHERE p.id = place_id AND p.owner = gone.hold_id
    ), counted AS (
        UPDATE sales.stock s SET held = s.held - back.quantity
          FROM (SELECT gone.category_id, sum(gone.quantity)::integer AS quantity FROM gone GROUP BY 1) AS back
         WHERE s.category_id = back.category_id
    ), ended AS (
        UPDATE sales.holds h SET state = 'expired'
         WHERE h.id IN (SELECT gone.hold_id FROM gone) AND h.state = 'live'
    ), unpaid AS (
        UPDATE sales.orders o
           SET status = 'expired', history = o.history || jsonb_build_object('at', at, 'what', 'expired')
         WHERE o.id IN (SELECT h.order_id FROM sales.holds h JOIN gone ON gone.hold_id = h.id
                         WHERE h.order_id IS NOT NULL)
           AND o.status = 'pending'
        RETURNING o.id, o.event_id, o.organization_id
    ), told AS (
        INSERT INTO sales.outbox (id, type, key, organization_id, payload)
        SELECT uuidv7(), 'OrderExpired', u.id, u.organization_id,
               jsonb_build_object('order_id', u.id, 'event_id', u.event_id, 'organization_id', u.organization_id)
          FROM unpaid u
    )
    SELECT count(*) INTO folded FROM gone;
    RETURN folded;
END $$;

-- The best free neighbours of a category: same section and row, consecutive; the front row first, nearest the middle
-- of the row, and no window that would leave a single free place alone where one without that can be had.
CREATE FUNCTION sales.best_places_v1(category uuid, wanted integer) RETURNS uuid[] LANGUAGE sql STABLE AS $$
    WITH ranked AS (
        SELECT p.id, p.section, p.row_rank, p.seat_rank, p.open AND p.state = 'free' AS free,
               avg(p.seat_rank) OVER in_row AS middle
          FROM sales.places p WHERE p.category_id = category
        WINDOW in_row AS (PARTITION BY p.section, p.row_rank)
    ), islands AS (
        SELECT r.id, r.section, r.row_rank, r.seat_rank, r.middle,
               r.seat_rank - row_number() OVER (PARTITION BY r.section, r.row_rank ORDER BY r.seat_rank) AS island
          FROM ranked r WHERE r.free
    ), placed AS (
        SELECT i.id, i.section, i.row_rank, i.seat_rank, i.middle, i.island, row_number() OVER w AS at_place, count(*) OVER (PARTITION BY i.section, i.row_rank, i.island) AS size
          FROM islands i WINDOW w AS (PARTITION BY i.section, i.row_rank, i.island ORDER BY i.seat_rank)
    ), windows AS (
        SELECT p.section, p.row_rank, p.island, p.seat_rank AS first_rank, p.middle,
               (p.at_place - 1 = 1)::integer + (p.size - (p.at_place - 1) - wanted = 1)::integer AS orphans
          FROM placed p WHERE p.size - (p.at_place - 1) >= wanted
    ), best AS (
        SELECT w.section, w.row_rank, w.island, w.first_rank FROM windows w
         ORDER BY (w.orphans > 0), w.row_rank, abs(w.first_rank + (wanted - 1) / 2.0 - w.middle), w.section, w.first_rank
         LIMIT 1
    )
    SELECT array_agg(i.id ORDER BY i.seat_rank) FROM islands i JOIN best b
        ON i.section = b.section AND i.row_rank = b.row_rank AND i.island = b.island
     WHERE i.seat_rank >= b.first_rank AND i.seat_rank < b.first_rank + wanted
$$;

-- Writes the places that best available chose into the lines that were priced without knowing them.
CREATE FUNCTION sales.lines_with_places(lines jsonb, category uuid, chosen uuid[]) RETURNS jsonb
    LANGUAGE sql STABLE AS $$
    WITH numbered AS (
        SELECT line, position, count(*) FILTER (WHERE line ->> 'category_id' = category::text)
               OVER (ORDER BY position) AS nth
          FROM jsonb_array_elements(lines) WITH ORDINALITY AS l (line, position)
    )
    SELECT jsonb_agg(CASE WHEN n.line ->> 'category_id' = category::text AND p.id IS NOT NULL THEN
               n.line || jsonb_build_object('admits', p.guests_max, 'place', jsonb_build_object(
                   'id', p.id, 'section', p.section, 'row', p.row_label, 'label', p.label))
               ELSE n.line END ORDER BY n.position)
      FROM numbered n LEFT JOIN sales.places p ON p.id = chosen[n.nth]
$$;

-- Why an event does not sell now, as a refusal's JSON, or NULL when it does.
CREATE FUNCTION sales.closed_because_v1(ev sales.events, suspended boolean, at timestamptz) RETURNS text
    LANGUAGE sql IMMUTABLE RETURN CASE
        WHEN suspended THEN '{"code": "firm_suspended"}'
        WHEN ev.status = 'paused' THEN '{"code": "event_paused"}'
        WHEN ev.status <> 'published' THEN jsonb_build_object('code', 'sales_closed', 'event_status', ev.status)::text
        WHEN ev.sale_opens > at THEN jsonb_build_object('code', 'sales_closed', 'opens_at', ev.sale_opens)::text
        WHEN ev.sale_closes <= at THEN jsonb_build_object('code', 'sales_closed', 'closed_at', ev.sale_closes)::text
    END;

-- Too few are left: how many, and when others' claims may return.
CREATE FUNCTION sales.sold_out_v1(category uuid, places_left integer) RETURNS text LANGUAGE sql STABLE
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object('code', 'sold_out', 'category_id', category, 'left', places_left,
               'may_return_at', min(c.expires_at)))::text
      FROM sales.claims c WHERE c.category_id = category AND c.state = 'live'
$$;

-- What one wish of several lines, or of numbered places, takes; `positions` are indexes of the batch's categories.
CREATE TYPE sales.taking AS (
    refusal text, priced jsonb, positions integer[], quantities integer[], places text[]
);

-- Checks every line first, then marks the numbered places as held; counts are the caller's to keep.
CREATE FUNCTION sales.take_lines_v1(hold uuid, event uuid, lines jsonb, priced jsonb, categories uuid[],
                                    category_events uuid[], free integer[], ends timestamptz)
    RETURNS sales.taking LANGUAGE plpgsql SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    taking sales.taking := (NULL, priced, '{}', '{}', '{}');
    line record;
    chosen uuid[];
    i integer;
    gone jsonb;
BEGIN
    -- tidy: allow select-star - the recordset names its columns just below
    FOR line IN SELECT l.* FROM jsonb_to_recordset(lines)
        AS l (category_id uuid, quantity integer, places uuid[], best boolean)
    LOOP
        i := array_position(categories, line.category_id);
        IF i IS NULL OR category_events[i] <> event THEN
            taking.refusal := '{"code": "not_found"}';
            RETURN taking;
        END IF;
        chosen := line.places;
        IF line.best AND free[i] >= line.quantity THEN
            chosen := sales.best_places_v1(line.category_id, line.quantity);
            taking.priced := sales.lines_with_places(taking.priced, line.category_id, chosen);
        ELSIF chosen IS NOT NULL THEN
            SELECT jsonb_agg(w.id) INTO gone FROM unnest(chosen) AS w (id)
              LEFT JOIN sales.places p
                ON p.id = w.id AND p.category_id = line.category_id AND p.open AND p.state = 'free'
             WHERE p.id IS NULL;
            IF gone IS NOT NULL THEN
                taking.refusal := jsonb_build_object('code', 'places_taken', 'ids', gone)::text;
                RETURN taking;
            END IF;
        END IF;
        IF free[i] < line.quantity OR (line.best AND chosen IS NULL) THEN
            taking.refusal := sales.sold_out_v1(line.category_id, free[i]);
            RETURN taking;
        END IF;
        taking.positions := array_append(taking.positions, i);
        taking.quantities := array_append(taking.quantities, line.quantity);
        taking.places := array_append(taking.places, chosen::text);
    END LOOP;
    FOR k IN 1..cardinality(taking.positions) LOOP
        IF taking.places[k] IS NOT NULL THEN
            UPDATE sales.places p SET state = 'held', owner = hold, held_until = ends,
                   changed_xid = pg_current_xact_id()::text::bigint
             WHERE p.id = ANY (taking.places[k]::uuid[]);
        END IF;
    END LOOP;
    RETURN taking;
END $$;

-- items: [{n, id, event_id, terms_version, key, body_hash, expires_at, currency, total, priced: [line…],
--          category_id, quantity: the whole wish when it is counted places of one category, else null,
--          lines: [{category_id, quantity, places: [id…] | null, best: bool}…]}…], priced lines in order of lines.
-- Returns one JSON text an item in order: {"code": "granted" | "replayed" | a refusal's, …facts}.
-- The loop decides; rows are written for all granted items together, which is several times faster.
CREATE FUNCTION sales.place_holds_v1(items jsonb) RETURNS text[] LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    categories uuid[];
    category_events uuid[];
    free integer[];
    taken integer[];
    answers text[] := '{}';
    at timestamptz;
    life integer := sales.epoch();
    item record;
    ev sales.events;
    suspended boolean;
    answer text;
    i integer;
    ends timestamptz;
    default_ends text;
    taking sales.taking;
    granted_ids uuid[] := '{}';
    granted_ends timestamptz[] := '{}';
    granted_lines jsonb[] := '{}';
    claim_holds uuid[] := '{}';
    claim_categories uuid[] := '{}';
    claim_quantities integer[] := '{}';
    claim_places text[] := '{}';
BEGIN
    SELECT array_agg(s.category_id), array_agg(s.event_id) INTO categories, category_events
      FROM (SELECT st.category_id, st.event_id FROM sales.stock st
             WHERE st.category_id IN (SELECT (l ->> 'category_id')::uuid
                                        FROM jsonb_array_elements(items) x, jsonb_array_elements(x -> 'lines') l)
             ORDER BY st.category_id FOR UPDATE) s;
    at := sales.clock();
    PERFORM sales.fold_expired_v1(categories, at);
    SELECT array_agg(st.capacity - st.held - st.sold ORDER BY st.category_id),
           array_agg(0 ORDER BY st.category_id)
      INTO free, taken FROM sales.stock st WHERE st.category_id = ANY (categories);

    FOR item IN
        -- tidy: allow select-star - the recordset names its columns just below
        SELECT x.*, earlier.id AS earlier_id, earlier.body_hash AS earlier_hash,
               first_value(x.id) OVER same_key AS first_id, first_value(x.body_hash) OVER same_key AS first_hash
          FROM jsonb_to_recordset(items) AS x (n integer, id uuid, event_id uuid, terms_version integer, key text,
               body_hash text, expires_at timestamptz, priced jsonb, category_id uuid, quantity integer, lines jsonb)
          LEFT JOIN LATERAL (
               SELECT h.id, h.body_hash FROM sales.holds h WHERE h.id = x.id
               UNION ALL
               SELECT h.id, h.body_hash FROM sales.holds h
                WHERE h.event_id = x.event_id AND h.idempotency_key = x.key
               LIMIT 1) AS earlier ON true
        WINDOW same_key AS (PARTITION BY x.event_id, coalesce(x.key, x.id::text) ORDER BY x.n)
         ORDER BY x.n
    LOOP
        -- A repeat gets its first answer, whatever is left by now.
        IF item.earlier_id IS NULL AND item.first_id <> item.id AND item.first_id = ANY (granted_ids) THEN
            item.earlier_id := item.first_id;
            item.earlier_hash := item.first_hash;
        END IF;
        IF item.earlier_id IS NOT NULL THEN
            answers := array_append(answers, CASE WHEN item.earlier_hash IS DISTINCT FROM item.body_hash
                THEN '{"code": "idempotency_mismatch"}'
                ELSE '{"code": "replayed", "id": "' || item.earlier_id || '"}' END);
            CONTINUE;
        END IF;
        IF ev.event_id IS DISTINCT FROM item.event_id THEN
            -- tidy: allow select-star - the whole row, into a variable of the row's type
            SELECT e.* INTO ev FROM sales.events e WHERE e.event_id = item.event_id;
            SELECT coalesce(bool_or(f.suspended), false) INTO suspended
              FROM sales.firms f WHERE f.organization_id = ev.organization_id;
            ends := at + make_interval(secs => ev.hold_seconds);
            default_ends := '{"code": "granted", "expires_at": ' || to_json(ends) || '}';
        END IF;
        answer := CASE
            WHEN ev.event_id IS NULL THEN '{"code": "not_found"}'
            WHEN ev.version <> item.terms_version THEN '{"code": "stale_terms"}'
            ELSE sales.closed_because_v1(ev, suspended, at) END;

        IF answer IS NULL AND item.category_id IS NOT NULL THEN
            i := array_position(categories, item.category_id);
            IF i IS NULL OR category_events[i] <> item.event_id THEN
                answer := '{"code": "not_found"}';
            ELSIF free[i] < item.quantity THEN
                answer := sales.sold_out_v1(item.category_id, free[i]);
            ELSE
                free[i] := free[i] - item.quantity;
                taken[i] := taken[i] + item.quantity;
                claim_holds := array_append(claim_holds, item.id);
                claim_categories := array_append(claim_categories, item.category_id);
                claim_quantities := array_append(claim_quantities, item.quantity);
                claim_places := array_append(claim_places, NULL);
            END IF;
        ELSIF answer IS NULL THEN
            taking := sales.take_lines_v1(item.id, item.event_id, item.lines, item.priced, categories,
                                          category_events, free, coalesce(item.expires_at, ends));
            answer := taking.refusal;
            IF answer IS NULL THEN
                item.priced := taking.priced;
                FOR k IN 1..cardinality(taking.positions) LOOP
                    i := taking.positions[k];
                    free[i] := free[i] - taking.quantities[k];
                    taken[i] := taken[i] + taking.quantities[k];
                    claim_holds := array_append(claim_holds, item.id);
                    claim_categories := array_append(claim_categories, categories[i]);
                    claim_quantities := array_append(claim_quantities, taking.quantities[k]);
                    claim_places := array_append(claim_places, taking.places[k]);
                END LOOP;
            END IF;
        END IF;
        IF answer IS NULL THEN
            granted_ids := array_append(granted_ids, item.id);
            granted_ends := array_append(granted_ends, coalesce(item.expires_at, ends));
            granted_lines := array_append(granted_lines, item.priced);
            answer := CASE
                WHEN item.category_id IS NOT NULL AND item.expires_at IS NULL THEN default_ends
                ELSE jsonb_build_object('code', 'granted', 'expires_at', coalesce(item.expires_at, ends),
                                        'lines', item.priced)::text END;
        END IF;
        answers := array_append(answers, answer);
    END LOOP;

    INSERT INTO sales.holds (id, event_id, organization_id, state, expires_at, created_at, idempotency_key,
                             body_hash, currency, total, lines)
    SELECT g.id, x.event_id, e.organization_id, 'live', g.ends, at, x.key, x.body_hash, x.currency, x.total, g.lines
      FROM unnest(granted_ids, granted_ends, granted_lines) AS g (id, ends, lines)
      JOIN jsonb_to_recordset(items) AS x (id uuid, event_id uuid, key text, body_hash text, currency text,
                                           total bigint) ON x.id = g.id
      JOIN sales.events e ON e.event_id = x.event_id;
    INSERT INTO sales.claims (hold_id, category_id, organization_id, quantity, place_ids, state, expires_at)
    SELECT c.hold_id, c.category_id, h.organization_id, c.quantity, c.places::uuid[], 'live', h.expires_at
      FROM unnest(claim_holds, claim_categories, claim_quantities, claim_places)
               AS c (hold_id, category_id, quantity, places)
      JOIN sales.holds h ON h.id = c.hold_id;
    UPDATE sales.stock s SET held = s.held + t.quantity
      FROM unnest(categories, taken) AS t (category_id, quantity)
     WHERE s.category_id = t.category_id AND t.quantity > 0;
    INSERT INTO sales.outbox (id, epoch, type, key, organization_id, payload)
    SELECT uuidv7(), life, 'HoldPlaced', h.id, h.organization_id, jsonb_build_object(
               'hold_id', h.id, 'event_id', h.event_id, 'places', jsonb_array_length(h.lines))
      FROM sales.holds h WHERE h.id = ANY (granted_ids);
    RETURN answers;
END $$;

-- Gives a hold's places back at once. Returns 'released', or why not: 'ordered', 'ended', 'unknown'.
CREATE FUNCTION sales.release_hold_v1(hold uuid) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    found_state text;
BEGIN
    PERFORM FROM sales.stock s
      WHERE s.category_id IN (SELECT c.category_id FROM sales.claims c WHERE c.hold_id = hold)
      ORDER BY s.category_id FOR UPDATE;
    UPDATE sales.holds h SET state = 'released' WHERE h.id = hold AND h.state = 'live';
    IF NOT FOUND THEN
        SELECT h.state INTO found_state FROM sales.holds h WHERE h.id = hold;
        RETURN CASE WHEN found_state IS NULL THEN 'unknown' WHEN found_state = 'ordered' THEN 'ordered' ELSE 'ended' END;
    END IF;
    PERFORM sales.return_claims_v1(hold);
    RETURN 'released';
END $$;

-- Puts what a hold (or the order that it became) still claims back on sale. The caller holds the categories' locks.
CREATE FUNCTION sales.return_claims_v1(hold uuid) RETURNS void LANGUAGE sql AS $$
    UPDATE sales.places p
       SET state = 'free', owner = NULL, held_until = NULL, changed_xid = pg_current_xact_id()::text::bigint
      FROM sales.claims c
     WHERE c.hold_id = hold AND c.state <> 'returned' AND p.id = ANY (c.place_ids) AND p.owner = hold;
    UPDATE sales.stock s
       SET held = s.held - CASE c.state WHEN 'live' THEN c.quantity ELSE 0 END,
           sold = s.sold - CASE c.state WHEN 'sold' THEN c.quantity ELSE 0 END
      FROM sales.claims c
     WHERE c.hold_id = hold AND c.state <> 'returned' AND s.category_id = c.category_id;
    UPDATE sales.claims c SET state = 'returned' WHERE c.hold_id = hold AND c.state <> 'returned';
$$;

-- Replaces what a live hold claims, keeping its id and its end; on a refusal everything stays as it was.
CREATE FUNCTION sales.change_hold_v1(hold uuid, item jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    earlier sales.holds;
    answer text;
    at timestamptz;
BEGIN
    PERFORM FROM sales.stock s
      WHERE s.category_id IN (SELECT c.category_id FROM sales.claims c WHERE c.hold_id = hold
                              UNION SELECT (l ->> 'category_id')::uuid FROM jsonb_array_elements(item -> 'lines') l)
      ORDER BY s.category_id FOR UPDATE;
    at := sales.clock();
    -- tidy: allow select-star - the whole row, into a variable of the row's type
    SELECT h.* INTO earlier FROM sales.holds h WHERE h.id = hold FOR UPDATE;
    IF earlier.state <> 'live' OR earlier.expires_at <= at THEN
        RETURN CASE earlier.state WHEN 'ordered' THEN '{"code": "hold_ordered"}' ELSE '{"code": "hold_expired"}' END;
    END IF;
    BEGIN
        PERFORM sales.return_claims_v1(hold);
        DELETE FROM sales.claims c WHERE c.hold_id = hold;
        DELETE FROM sales.holds h WHERE h.id = hold;
        answer := (sales.place_holds_v1(jsonb_build_array(item || jsonb_build_object('expires_at', earlier.expires_at,
            'key', earlier.idempotency_key, 'body_hash', earlier.body_hash))))[1];
        IF answer::jsonb ->> 'code' <> 'granted' THEN
            RAISE EXCEPTION 'put back' USING ERRCODE = 'BP001';
        END IF;
    EXCEPTION WHEN SQLSTATE 'BP001' THEN
        NULL;
    END;
    RETURN answer;
END $$;
