-- The batched write path of orders, payments and their outcomes. Lock order (docs/rules/selling.md):
-- idempotency -> category -> place -> order -> payment; each by id.

-- Locks the categories that these holds claim, in order; returns them.
CREATE FUNCTION sales.lock_categories_of_v1(hold_ids uuid[]) RETURNS uuid[] LANGUAGE sql AS $$
    SELECT array_agg(s.category_id) FROM (
        SELECT st.category_id FROM sales.stock st
         WHERE st.category_id IN (SELECT c.category_id FROM sales.claims c WHERE c.hold_id = ANY (hold_ids))
         ORDER BY st.category_id FOR UPDATE) s
$$;

-- items: [{n, id, hold_id, code, record, body_hash, name, email, phone, consents, holders: [text…]}…].
-- Returns one JSON text an item: {"code": "granted", organization_id, event_id, created_at, expires_at, currency,
-- total, lines} | {"code": "replayed", id} | a refusal. The loop decides; rows are written together.
CREATE FUNCTION sales.place_orders_v1(items jsonb) RETURNS text[] LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    at timestamptz;
    life integer := sales.epoch();
    answers text[] := '{}';
    answer text;
    item record;
    bought integer;
    categories uuid[];
    hold_ids uuid[] := ARRAY(SELECT (x ->> 'hold_id')::uuid FROM jsonb_array_elements(items) x);
    granted integer[] := '{}';
    granted_holds uuid[] := '{}';
    granted_records text[] := '{}';
    granted_ids uuid[] := '{}';
    granted_buyers text[] := '{}';
    granted_places integer[] := '{}';
BEGIN
    categories := sales.lock_categories_of_v1(hold_ids);
    at := sales.clock();
    PERFORM sales.fold_expired_v1(categories, at);
    -- One buyer's orders of a limited event are counted one after the other, whatever categories they are of.
    PERFORM pg_advisory_xact_lock(b.lock) FROM (
        SELECT DISTINCT hashtextextended(e.event_id::text || (x ->> 'email'), 0) AS lock
          FROM jsonb_array_elements(items) x
          JOIN sales.holds h ON h.id = (x ->> 'hold_id')::uuid
          JOIN sales.events e ON e.event_id = h.event_id AND e.max_per_buyer IS NOT NULL
         ORDER BY 1) b;
    PERFORM FROM sales.holds h WHERE h.id = ANY (hold_ids) ORDER BY h.id FOR UPDATE;

    FOR item IN
        -- tidy: allow select-star - the recordset names its columns just below
        SELECT x.*, h.state, h.expires_at, h.order_id, h.organization_id, h.event_id, h.currency, h.total, h.lines,
               e.max_per_buyer, e.status AS event_status, f.suspended, i.answer AS kept_answer, i.body_hash AS kept_hash
          FROM jsonb_to_recordset(items) AS x (n integer, id uuid, hold_id uuid, record text, body_hash text,
               email text)
          LEFT JOIN sales.holds h ON h.id = x.hold_id
          LEFT JOIN sales.events e ON e.event_id = h.event_id
          LEFT JOIN sales.firms f ON f.organization_id = e.organization_id
          LEFT JOIN sales.idempotency i
            ON i.name = decode(x.record, 'hex') AND i.created_at > now() - interval '48 hours'
         ORDER BY x.n
    LOOP
        IF item.kept_answer IS NULL AND item.record = ANY (granted_records) THEN
            item.kept_answer := granted_ids[array_position(granted_records, item.record)]::text;
            item.kept_hash := (SELECT x ->> 'body_hash' FROM jsonb_array_elements(items) x
                                WHERE x ->> 'id' = item.kept_answer);
        END IF;
        answer := CASE
            WHEN item.kept_hash <> item.body_hash THEN '{"code": "idempotency_mismatch"}'
            WHEN item.kept_answer IS NOT NULL THEN '{"code": "replayed", "id": "' || item.kept_answer || '"}'
            WHEN item.order_id = item.id THEN '{"code": "replayed", "id": "' || item.id || '"}'
            WHEN item.state = 'ordered' OR item.hold_id = ANY (granted_holds) THEN '{"code": "hold_ordered"}'
            WHEN item.state IS DISTINCT FROM 'live' OR item.expires_at <= at THEN '{"code": "hold_expired"}'
            WHEN item.suspended THEN '{"code": "firm_suspended"}'
            WHEN item.event_status IN ('cancelled', 'completed') THEN
                jsonb_build_object('code', 'sales_closed', 'event_status', item.event_status)::text END;
        IF answer IS NULL AND item.max_per_buyer IS NOT NULL THEN
            SELECT coalesce(sum(o.places), 0) INTO bought FROM sales.orders o
             WHERE o.event_id = item.event_id AND o.limited_buyer = item.email
               AND (o.status = 'confirmed' OR (o.status = 'pending' AND o.expires_at > at));
            bought := bought + (SELECT coalesce(sum(g.places), 0)
                                  FROM unnest(granted_buyers, granted_places) AS g (buyer, places)
                                 WHERE g.buyer = item.event_id::text || item.email);
            IF bought + jsonb_array_length(item.lines) > item.max_per_buyer THEN
                answer := jsonb_build_object('code', 'limit_reached', 'limit', item.max_per_buyer)::text;
            END IF;
        END IF;
        IF answer IS NULL THEN
            granted := array_append(granted, item.n);
            granted_holds := array_append(granted_holds, item.hold_id);
            granted_records := array_append(granted_records, item.record);
            granted_ids := array_append(granted_ids, item.id);
            granted_buyers := array_append(granted_buyers, item.event_id::text || item.email);
            granted_places := array_append(granted_places, jsonb_array_length(item.lines));
            answer := jsonb_build_object('code', 'granted', 'organization_id', item.organization_id,
                'event_id', item.event_id, 'created_at', at, 'expires_at', item.expires_at,
                'currency', item.currency, 'total', item.total, 'lines', item.lines)::text;
        END IF;
        answers := array_append(answers, answer);
    END LOOP;

    INSERT INTO sales.orders (id, organization_id, event_id, hold_id, code, status, payment_status, created_at,
                              expires_at, buyer_name, buyer_email, buyer_phone, limited_buyer, consents, currency,
                              places, total, history)
    SELECT x.id, h.organization_id, h.event_id, h.id, x.code, 'pending', 'unpaid', at, h.expires_at, x.name, x.email,
           x.phone, CASE WHEN e.max_per_buyer IS NOT NULL THEN x.email END, x.consents, h.currency,
           jsonb_array_length(h.lines), h.total, jsonb_build_array(jsonb_build_object('at', at, 'what', 'placed'))
      FROM jsonb_to_recordset(items) AS x (n integer, id uuid, hold_id uuid, code text, name text, email text,
           phone text, consents jsonb)
      JOIN sales.holds h ON h.id = x.hold_id JOIN sales.events e ON e.event_id = h.event_id
     WHERE x.n = ANY (granted);
    INSERT INTO sales.order_lines (order_id, n, organization_id, category_id, category, place, holder, admits,
                                   face, discount, fee, tax, total)
    SELECT x.id, l.n, h.organization_id, l.category_id, l.category, nullif(l.place, 'null'),
           coalesce(x.holders ->> (l.n::integer - 1), x.name), l.admits, l.face, l.discount, l.fee, l.tax, l.total
      FROM jsonb_to_recordset(items) AS x (n integer, id uuid, hold_id uuid, name text, holders jsonb)
      JOIN sales.holds h ON h.id = x.hold_id,
           ROWS FROM (jsonb_to_recordset(h.lines) AS (category_id uuid, category text, place jsonb, admits integer,
               face bigint, discount bigint, fee bigint, tax bigint, total bigint))
               WITH ORDINALITY AS l (category_id, category, place, admits, face, discount, fee, tax, total, n)
     WHERE x.n = ANY (granted);
    INSERT INTO sales.order_codes (code, order_id, organization_id)
    SELECT o.code, o.id, o.organization_id FROM sales.orders o WHERE o.id = ANY (granted_ids);
    PERFORM sales.keep_answers_v1(items, granted);
    UPDATE sales.holds h SET state = 'ordered', order_id = g.order_id
      FROM unnest(granted_holds, granted_ids) AS g (hold_id, order_id) WHERE h.id = g.hold_id;
    INSERT INTO sales.outbox (id, epoch, type, key, organization_id, payload)
    SELECT uuidv7(), life, 'OrderPlaced', o.id, o.organization_id, jsonb_build_object(
               'order_id', o.id, 'event_id', o.event_id, 'organization_id', o.organization_id, 'code', o.code,
               'places', o.places, 'total', o.total, 'currency', o.currency)
      FROM sales.orders o WHERE o.id = ANY (granted_ids);
    RETURN answers;
END $$;

-- The idempotency records of the granted items of a batch; each stores the id of what it made.
CREATE FUNCTION sales.keep_answers_v1(items jsonb, granted integer[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO sales.idempotency (name, body_hash, answer)
    SELECT decode(x.record, 'hex'), x.body_hash, x.id
      FROM jsonb_to_recordset(items) AS x (n integer, id text, record text, body_hash text) WHERE x.n = ANY (granted)
    ON CONFLICT ON CONSTRAINT idempotency_key
    DO UPDATE SET body_hash = excluded.body_hash, answer = excluded.answer, created_at = now()
$$;

-- items: [{n, id, order_code, provider, return_url, record, body_hash, grace_seconds, ask_after_seconds}…].
-- Stores the intent before the provider is called, and prolongs the order once so that it outlives the call; only
-- the orders that are prolonged need their categories' locks.
-- Returns {"code": "granted", order_id, amount, currency} | {"code": "replayed", id} | refusal.
CREATE FUNCTION sales.start_payments_v1(items jsonb) RETURNS text[] LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    at timestamptz;
    answers text[] := '{}';
    answer text;
    item record;
    order_ids uuid[] := ARRAY(SELECT c.order_id FROM jsonb_array_elements(items) x
                                JOIN sales.order_codes c ON c.code = x ->> 'order_code');
    until timestamptz := sales.clock() + make_interval(secs => (items -> 0 ->> 'grace_seconds')::integer);
    short_holds uuid[] := ARRAY(SELECT o.hold_id FROM sales.orders o WHERE o.id = ANY (order_ids)
                                   AND NOT o.prolonged AND o.status = 'pending' AND o.expires_at < until);
    granted integer[] := '{}';
    granted_records text[] := '{}';
BEGIN
    IF cardinality(short_holds) > 0 THEN
        PERFORM sales.lock_categories_of_v1(short_holds);
    END IF;
    at := sales.clock();
    PERFORM FROM sales.orders o WHERE o.id = ANY (order_ids) ORDER BY o.id FOR UPDATE;
    IF cardinality(short_holds) > 0 THEN
        PERFORM sales.prolong_orders_v1(order_ids, short_holds, at, until);
    END IF;
    FOR item IN
        -- tidy: allow select-star - the recordset names its columns just below
        SELECT x.*, o.id AS order_id, o.status, o.payment_status, o.expires_at, o.total - o.paid AS amount, o.currency,
               e.status AS event_status, i.answer AS kept_answer, i.body_hash AS kept_hash
          FROM jsonb_to_recordset(items) AS x (n integer, id uuid, order_code text, record text, body_hash text)
          LEFT JOIN sales.order_codes c ON c.code = x.order_code
          LEFT JOIN sales.orders o ON o.id = c.order_id AND o.id = ANY (order_ids)
          LEFT JOIN sales.events e ON e.event_id = o.event_id
          LEFT JOIN sales.idempotency i
            ON i.name = decode(x.record, 'hex') AND i.created_at > now() - interval '48 hours'
         ORDER BY x.n
    LOOP
        answer := CASE
            WHEN item.order_id IS NULL THEN '{"code": "order_unknown"}'
            -- This very item, whose answer was lost: it is stored, and the provider has not been called yet.
            WHEN item.kept_answer = item.id::text THEN jsonb_build_object('code', 'granted',
                'order_id', item.order_id, 'amount', item.amount, 'currency', item.currency)::text
            WHEN item.kept_hash <> item.body_hash THEN '{"code": "idempotency_mismatch"}'
            WHEN item.kept_answer IS NOT NULL THEN '{"code": "replayed", "id": "' || item.kept_answer || '"}'
            WHEN item.record = ANY (granted_records) THEN '{"code": "in_progress"}'
            WHEN item.event_status IN ('cancelled', 'completed') THEN
                jsonb_build_object('code', 'sales_closed', 'event_status', item.event_status)::text
            WHEN item.status <> 'pending' OR item.payment_status <> 'unpaid' OR item.expires_at <= at THEN
                jsonb_build_object('code', 'order_not_payable', 'payment_status', item.payment_status,
                    'order_status', CASE item.status WHEN 'pending' THEN 'expired' ELSE item.status END)::text
            END;
        IF answer IS NULL THEN
            granted := array_append(granted, item.n);
            granted_records := array_append(granted_records, item.record);
            answer := jsonb_build_object('code', 'granted', 'order_id', item.order_id, 'amount', item.amount,
                                         'currency', item.currency)::text;
        END IF;
        answers := array_append(answers, answer);
    END LOOP;

    INSERT INTO sales.payments (order_id, id, organization_id, provider, amount, currency, status, return_url,
                                created_at)
    SELECT o.id, x.id, o.organization_id, x.provider, o.total - o.paid, o.currency, 'pending', x.return_url, at
      FROM jsonb_to_recordset(items) AS x (n integer, id uuid, order_code text, provider text, return_url text)
      JOIN sales.order_codes c ON c.code = x.order_code
      JOIN sales.orders o ON o.id = c.order_id AND o.id = ANY (order_ids)
     WHERE x.n = ANY (granted);
    INSERT INTO sales.payment_references (payment_id, order_id, ask_at)
    SELECT x.id, c.order_id, at + make_interval(secs => x.ask_after_seconds)
      FROM jsonb_to_recordset(items) AS x (n integer, id uuid, order_code text, ask_after_seconds integer)
      JOIN sales.order_codes c ON c.code = x.order_code
     WHERE x.n = ANY (granted);
    PERFORM sales.keep_answers_v1(items, granted);
    RETURN answers;
END $$;

-- Orders that would end before a payment begun now could be answered live on for that long, once an order. The caller
-- holds the locks of the categories of `short_holds` and of the orders.
CREATE FUNCTION sales.prolong_orders_v1(order_ids uuid[], short_holds uuid[], at timestamptz, until timestamptz)
    RETURNS void LANGUAGE sql AS $$
    WITH prolonged AS (
        UPDATE sales.orders o SET expires_at = until, prolonged = true
         WHERE o.id = ANY (order_ids) AND o.hold_id = ANY (short_holds)
           AND NOT o.prolonged AND o.status = 'pending' AND o.expires_at > at
        RETURNING o.hold_id
    ), held AS (
        UPDATE sales.holds h SET expires_at = until FROM prolonged WHERE h.id = prolonged.hold_id
    ), seated AS (
        UPDATE sales.places p SET held_until = until FROM prolonged, sales.claims c
         WHERE c.hold_id = prolonged.hold_id AND p.id = ANY (c.place_ids) AND p.owner = prolonged.hold_id
    )
    UPDATE sales.claims c SET expires_at = until FROM prolonged
     WHERE c.hold_id = prolonged.hold_id AND c.state = 'live';
$$;

-- Takes an expired order's places again if all of them are free; the caller holds the categories' locks.
CREATE FUNCTION sales.take_again_v1(hold uuid) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM sales.claims c JOIN sales.stock s ON s.category_id = c.category_id
                WHERE c.hold_id = hold AND c.state = 'returned' AND s.capacity - s.held - s.sold < c.quantity)
       OR EXISTS (SELECT FROM sales.claims c CROSS JOIN unnest(c.place_ids) AS wanted
                    LEFT JOIN sales.places p ON p.id = wanted
                   WHERE c.hold_id = hold AND c.state = 'returned'
                     AND (p.id IS NULL OR p.state <> 'free' OR NOT p.open OR p.category_id <> c.category_id)) THEN
        RETURN false;
    END IF;
    UPDATE sales.stock s SET held = s.held + c.quantity FROM sales.claims c
     WHERE c.hold_id = hold AND c.state = 'returned' AND s.category_id = c.category_id;
    UPDATE sales.places p SET state = 'held', owner = hold FROM sales.claims c
     WHERE c.hold_id = hold AND c.state = 'returned' AND p.id = ANY (c.place_ids);
    UPDATE sales.claims c SET state = 'live' WHERE c.hold_id = hold AND c.state = 'returned';
    RETURN true;
END $$;

-- Books money that came in or went back for an order, as one balanced entry.
CREATE FUNCTION sales.book_v1(o sales.orders, kind text, debit text, credit text, amount bigint, at timestamptz)
    RETURNS void LANGUAGE sql AS $$
    WITH entry AS (
        INSERT INTO sales.ledger_entries (id, organization_id, order_id, kind, currency, created_at)
        SELECT uuidv7(), o.organization_id, o.id, kind, o.currency, at WHERE amount > 0
        RETURNING id
    )
    INSERT INTO sales.ledger_lines (entry_id, account, organization_id, amount)
    SELECT entry.id, b.account, o.organization_id, b.amount
      FROM entry, LATERAL (VALUES (debit, amount), (credit, -amount)) AS b (account, amount)
$$;

-- Money that cannot become tickets is owed back: a refund falls due at once.
CREATE FUNCTION sales.owe_back_v1(o sales.orders, p sales.payments, why text, at timestamptz) RETURNS void
    LANGUAGE plpgsql AS $$
BEGIN
    IF p.amount = 0 THEN
        RETURN;
    END IF;
    PERFORM sales.book_v1(o, 'payment', 'clearing:' || p.provider, 'receivable:buyers', p.amount, at);
    INSERT INTO sales.refunds (order_id, id, organization_id, payment_id, provider, amount, currency, reason, status,
                               created_at, ask_at)
    SELECT o.id, uuidv7(), o.organization_id, p.id, p.provider, p.amount, p.currency, why, 'due', at, at;
    UPDATE sales.orders t SET paid = t.paid + p.amount,
           payment_status = CASE WHEN t.payment_status = 'unpaid' THEN 'paid' ELSE 'overpaid' END,
           history = t.history || jsonb_build_object('at', at, 'what', 'money_owed_back', 'why', why)
     WHERE t.id = o.id;
END $$;

-- `= ANY` beside a join on the same column is for the planner: with it a partition that holds none of the batch's
-- orders is not even opened, which costs a small batch more than its work.

-- Paid orders get their tickets in the same transaction; their claims become sold, the sale and the payment are
-- booked. `paid_ids` and `payment_ids` go together; every order is pending with live claims.
CREATE FUNCTION sales.confirm_orders_v1(paid_ids uuid[], payment_ids uuid[], ticket_key integer, at timestamptz,
                                        life integer) RETURNS void LANGUAGE plpgsql SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    hold_ids uuid[] := ARRAY(SELECT o.hold_id FROM sales.orders o WHERE o.id = ANY (paid_ids));
BEGIN
    UPDATE sales.stock s SET held = s.held - t.quantity, sold = s.sold + t.quantity
      FROM (SELECT c.category_id, sum(c.quantity)::integer AS quantity FROM sales.claims c
             WHERE c.hold_id = ANY (hold_ids) AND c.state = 'live' GROUP BY 1) AS t
     WHERE s.category_id = t.category_id;
    UPDATE sales.places p
       SET state = 'sold', held_until = NULL, changed_xid = pg_current_xact_id()::text::bigint
      FROM sales.claims c, unnest(c.place_ids) AS place_id
     WHERE c.hold_id = ANY (hold_ids) AND c.place_ids IS NOT NULL AND p.id = place_id AND p.owner = c.hold_id;
    UPDATE sales.claims c SET state = 'sold' WHERE c.hold_id = ANY (hold_ids) AND c.state = 'live';
    INSERT INTO sales.tickets (order_id, n, id, organization_id, event_id, serial, key_number, status)
    SELECT l.order_id, l.n, uuidv7(), l.organization_id, o.event_id, 1, ticket_key, 'valid'
      FROM sales.order_lines l JOIN sales.orders o ON o.id = l.order_id AND o.id = ANY (paid_ids)
     WHERE l.order_id = ANY (paid_ids);
    WITH bought AS (
        SELECT o.id, o.organization_id, o.currency, p.provider, p.amount, uuidv7() AS sale_entry,
               uuidv7() AS payment_entry, sum(l.total)::bigint AS total, sum(l.tax)::bigint AS tax,
               sum(l.fee - round(l.fee * l.tax / nullif(l.total, 0)::numeric))::bigint AS fee
          FROM unnest(paid_ids, payment_ids) AS g (order_id, payment_id)
          JOIN sales.orders o ON o.id = g.order_id AND o.id = ANY (paid_ids)
          JOIN sales.payments p
            ON p.order_id = g.order_id AND p.id = g.payment_id AND p.order_id = ANY (paid_ids)
          JOIN sales.order_lines l ON l.order_id = o.id AND l.order_id = ANY (paid_ids)
         WHERE o.total > 0
         GROUP BY 1, 2, 3, 4, 5
    ), entries AS (
        INSERT INTO sales.ledger_entries (id, organization_id, order_id, kind, currency, created_at)
        SELECT e.id, b.organization_id, b.id, e.kind, b.currency, at
          FROM bought b, LATERAL (VALUES (b.sale_entry, 'sale'), (b.payment_entry, 'payment')) AS e (id, kind)
    )
    INSERT INTO sales.ledger_lines (entry_id, account, organization_id, amount)
    SELECT l.entry_id, l.account, b.organization_id, l.amount
      FROM bought b, LATERAL (VALUES
               (b.sale_entry, 'receivable:buyers', b.total), (b.sale_entry, 'tax:payable', -b.tax),
               (b.sale_entry, 'revenue:fees', -b.fee), (b.sale_entry, 'revenue:tickets', b.tax + b.fee - b.total),
               (b.payment_entry, 'clearing:' || b.provider, b.amount), (b.payment_entry, 'receivable:buyers', -b.amount)
           ) AS l (entry_id, account, amount)
     WHERE l.amount <> 0;
    WITH confirmed AS (
        UPDATE sales.orders o
           SET status = 'confirmed', paid = o.paid + p.amount, expires_at = NULL,
               -- Money of the same batch that is owed back has been added before.
               payment_status = CASE WHEN o.paid + p.amount > o.total THEN 'overpaid' ELSE 'paid' END,
               history = o.history || jsonb_build_object('at', at, 'what', 'paid', 'payment_id', g.payment_id)
          FROM unnest(paid_ids, payment_ids) AS g (order_id, payment_id)
          JOIN sales.payments p
            ON p.order_id = g.order_id AND p.id = g.payment_id AND p.order_id = ANY (paid_ids)
         WHERE o.id = g.order_id AND o.id = ANY (paid_ids)
        RETURNING o.id, o.event_id, o.organization_id, o.code, o.total, o.currency, g.payment_id
    )
    INSERT INTO sales.outbox (id, epoch, type, key, organization_id, payload)
    SELECT uuidv7(), life, 'OrderPaid', c.id, c.organization_id, jsonb_build_object(
               'order_id', c.id, 'event_id', c.event_id, 'organization_id', c.organization_id, 'code', c.code,
               'total', c.total, 'currency', c.currency, 'payment_id', c.payment_id)
      FROM confirmed c;
END $$;

-- items: [{n, payment_id, order_id, outcome: succeeded | refused, reason, key_number}…]. Idempotent: a payment that
-- has ended keeps its first outcome. Returns {"code": "settled", status, reason} an item.
CREATE FUNCTION sales.settle_payments_v1(items jsonb) RETURNS text[] LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    at timestamptz;
    life integer := sales.epoch();
    answers text[] := '{}';
    item record;
    bought sales.orders;
    paid sales.payments;
    order_ids uuid[] := ARRAY(SELECT (x ->> 'order_id')::uuid FROM jsonb_array_elements(items) x);
    categories uuid[];
    returned_holds uuid[];
    ended_ids uuid[] := '{}';
    confirmed_ids uuid[] := '{}';
    confirmed_payments uuid[] := '{}';
BEGIN
    categories := sales.lock_categories_of_v1(
        ARRAY(SELECT o.hold_id FROM sales.orders o WHERE o.id = ANY (order_ids)));
    at := sales.clock();
    -- Late money takes its places again: what others' ended holds still claim must be free for it.
    IF EXISTS (SELECT FROM sales.orders o JOIN sales.claims c ON c.hold_id = o.hold_id
                WHERE o.id = ANY (order_ids) AND c.state = 'returned') THEN
        PERFORM sales.fold_expired_v1(categories, at);
    END IF;
    PERFORM FROM sales.orders o WHERE o.id = ANY (order_ids) ORDER BY o.id FOR UPDATE;
    returned_holds := ARRAY(SELECT c.hold_id FROM sales.orders o JOIN sales.claims c ON c.hold_id = o.hold_id
                             WHERE o.id = ANY (order_ids) AND c.state = 'returned');
    FOR item IN
        -- tidy: allow select-star - the recordset names its columns just below
        SELECT x.*, p.status AS known_status, p.reason AS known_reason, o.status AS order_status, o.payment_status,
               o.hold_id, p AS payment, o AS bought, e.status AS event_status
          FROM jsonb_to_recordset(items) AS x (n integer, payment_id uuid, order_id uuid, outcome text, reason text,
               key_number integer)
          LEFT JOIN sales.payments p
            ON p.order_id = x.order_id AND p.id = x.payment_id AND p.order_id = ANY (order_ids)
          LEFT JOIN sales.orders o ON o.id = p.order_id AND o.id = ANY (order_ids)
          LEFT JOIN sales.events e ON e.event_id = o.event_id
         ORDER BY x.n
    LOOP
        IF item.known_status IS NULL THEN
            answers := array_append(answers, '{"code": "order_unknown"}');
            CONTINUE;
        END IF;
        -- A refusal that was only guessed, because the provider never answered, gives way to its word.
        IF item.known_status = 'refused' AND item.known_reason IN ('never_received', 'abandoned')
            AND item.outcome = 'succeeded' THEN
            item.known_status := 'pending';
        END IF;
        IF item.known_status <> 'pending' OR item.payment_id = ANY (ended_ids) THEN
            -- A second answer of the same batch is the provider's repeat of the first.
            answers := array_append(answers, jsonb_build_object('code', 'settled',
                'status', CASE item.known_status WHEN 'pending' THEN item.outcome ELSE item.known_status END,
                'reason', coalesce(item.known_reason, item.reason))::text);
            CONTINUE;
        END IF;
        ended_ids := array_append(ended_ids, item.payment_id);
        answers := array_append(answers,
            jsonb_build_object('code', 'settled', 'status', item.outcome, 'reason', item.reason)::text);
        CONTINUE WHEN item.outcome = 'refused';
        IF item.payment_status = 'unpaid' AND NOT item.order_id = ANY (confirmed_ids)
            AND item.event_status NOT IN ('cancelled', 'completed') AND (item.order_status = 'pending'
            OR item.order_status = 'expired')
            AND (item.hold_id <> ALL (returned_holds) OR sales.take_again_v1(item.hold_id)) THEN
            confirmed_ids := array_append(confirmed_ids, item.order_id);
            confirmed_payments := array_append(confirmed_payments, item.payment_id);
        ELSE
            paid := item.payment;
            bought := item.bought;
            PERFORM sales.owe_back_v1(bought, paid, CASE
                WHEN item.payment_status <> 'unpaid' OR item.order_id = ANY (confirmed_ids) THEN 'paid_twice'
                ELSE 'places_gone' END, at);
        END IF;
    END LOOP;

    UPDATE sales.payments p SET status = x.outcome, reason = x.reason, ended_at = at
      FROM jsonb_to_recordset(items) AS x (payment_id uuid, order_id uuid, outcome text, reason text)
     WHERE p.order_id = ANY (order_ids) AND p.order_id = x.order_id AND p.id = x.payment_id
       AND p.id = ANY (ended_ids);
    UPDATE sales.payment_references r SET ask_at = NULL WHERE r.payment_id = ANY (ended_ids);
    IF cardinality(confirmed_ids) > 0 THEN
        PERFORM sales.confirm_orders_v1(confirmed_ids, confirmed_payments, (items -> 0 ->> 'key_number')::integer, at,
                                        life);
    END IF;
    IF NOT items @? '$[*].outcome ? (@ == "refused")' THEN
        RETURN answers;
    END IF;
    INSERT INTO sales.outbox (id, epoch, type, key, organization_id, payload)
    SELECT uuidv7(), life, 'PaymentRefused', o.id, o.organization_id, jsonb_build_object(
               'order_id', o.id, 'event_id', o.event_id, 'organization_id', o.organization_id, 'payment_id', p.id,
               'reason', coalesce(p.reason, ''))
      FROM sales.payments p JOIN sales.orders o ON o.id = p.order_id
     WHERE p.order_id = ANY (order_ids) AND p.id = ANY (ended_ids) AND p.status = 'refused';
    RETURN answers;
END $$;

-- Returns an order's places and voids its tickets. Money is another operation. NULL when done, else its status.
CREATE FUNCTION sales.cancel_order_v1(wanted uuid, why text, unpaid_only boolean) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    at timestamptz;
    o sales.orders;
BEGIN
    PERFORM sales.lock_categories_of_v1(ARRAY(SELECT t.hold_id FROM sales.orders t WHERE t.id = wanted));
    at := sales.clock();
    -- tidy: allow select-star - the whole row, into a variable of the row's type
    SELECT t.* INTO o FROM sales.orders t WHERE t.id = wanted FOR UPDATE;
    IF o.status NOT IN ('pending', 'confirmed') OR (unpaid_only AND o.status <> 'pending') THEN
        RETURN o.status;
    END IF;
    PERFORM sales.return_claims_v1(o.hold_id);
    UPDATE sales.orders t
       SET status = 'cancelled', expires_at = NULL,
           history = t.history || jsonb_build_object('at', at, 'what', 'cancelled', 'reason', why)
     WHERE t.id = wanted;
    UPDATE sales.tickets t SET status = 'cancelled' WHERE t.order_id = wanted AND t.status = 'valid';
    INSERT INTO sales.outbox (id, type, key, organization_id, payload)
    VALUES (uuidv7(), 'OrderCancelled', o.id, o.organization_id, jsonb_build_object(
        'order_id', o.id, 'event_id', o.event_id, 'organization_id', o.organization_id, 'reason', why));
    RETURN NULL;
END $$;

-- A refund that the provider has made: booked, and the order told. Idempotent.
CREATE FUNCTION sales.refund_made_v1(wanted_order uuid, wanted uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    at timestamptz := sales.clock();
    o sales.orders;
    r sales.refunds;
BEGIN
    -- tidy: allow select-star - the whole row, into a variable of the row's type
    SELECT t.* INTO o FROM sales.orders t WHERE t.id = wanted_order FOR UPDATE;
    UPDATE sales.refunds t SET status = 'done', ask_at = NULL
     -- tidy: allow select-star - the whole row, into a variable of the row's type
     WHERE t.order_id = wanted_order AND t.id = wanted AND t.status = 'due' RETURNING t.* INTO r;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    PERFORM sales.book_v1(o, 'refund', 'receivable:buyers', 'clearing:' || r.provider, r.amount, at);
    UPDATE sales.orders t
       SET refunded = t.refunded + r.amount,
           payment_status = CASE WHEN t.refunded + r.amount >= t.paid THEN 'refunded'
                                 WHEN t.paid - t.refunded - r.amount = t.total THEN 'paid' ELSE 'part_refunded' END,
           history = t.history || jsonb_build_object('at', at, 'what', 'money_returned', 'refund_id', r.id)
     WHERE t.id = wanted_order;
    INSERT INTO sales.outbox (id, type, key, organization_id, payload)
    VALUES (uuidv7(), 'MoneyReturned', o.id, o.organization_id, jsonb_build_object(
        'order_id', o.id, 'event_id', o.event_id, 'organization_id', o.organization_id, 'payment_id', r.payment_id,
        'amount', r.amount, 'currency', r.currency, 'occurred', at));
END $$;

CREATE FUNCTION sales.order_json_v1(o sales.orders) RETURNS json LANGUAGE sql STABLE AS $$
    SELECT json_build_object('id', o.id, 'organization_id', o.organization_id, 'event_id', o.event_id, 'code', o.code,
        'status', CASE WHEN o.status = 'pending' AND o.expires_at <= sales.clock() THEN 'expired' ELSE o.status END,
        'payment_status', o.payment_status, 'created_at', o.created_at, 'expires_at', o.expires_at,
        'buyer_name', o.buyer_name, 'buyer_email', o.buyer_email, 'buyer_phone', o.buyer_phone,
        'currency', o.currency, 'total', o.total, 'paid', o.paid, 'refunded', o.refunded, 'history', o.history,
        'lines', (SELECT json_agg(json_build_object('category_id', l.category_id, 'category', l.category,
                     'place', l.place, 'holder', l.holder, 'admits', l.admits, 'face', l.face, 'discount', l.discount,
                     'fee', l.fee, 'tax', l.tax, 'total', l.total) ORDER BY l.n)
                    FROM sales.order_lines l WHERE l.order_id = o.id),
        'tickets', (SELECT coalesce(json_agg(json_build_object('id', t.id, 'n', t.n, 'serial', t.serial,
                       'key_number', t.key_number, 'status', t.status) ORDER BY t.n), '[]')
                      FROM sales.tickets t WHERE t.order_id = o.id))
$$;

-- Orders with their lines and tickets by code, as one JSON text each; codes that do not exist are left out.
CREATE FUNCTION sales.read_orders_v1(codes text[]) RETURNS text[] LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = pg_catalog SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
    SELECT coalesce(array_agg(sales.order_json_v1(o)::text), '{}')
      FROM sales.order_codes c JOIN sales.orders o ON o.id = c.order_id WHERE c.code = ANY (codes)
$$;

-- The batches' functions run as the schema's owner, which row-level security lets see every firm, so that a batch is
-- one message to the server instead of three (docs/decisions/0012). Nobody but the services' logins may call them.
REVOKE ALL ON FUNCTION sales.place_holds_v1(jsonb), sales.place_orders_v1(jsonb), sales.start_payments_v1(jsonb),
    sales.settle_payments_v1(jsonb), sales.read_orders_v1(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sales.place_holds_v1(jsonb), sales.place_orders_v1(jsonb), sales.start_payments_v1(jsonb),
    sales.settle_payments_v1(jsonb), sales.read_orders_v1(text[]) TO sales_login, biletpro_all, sales_system;
GRANT USAGE ON SCHEMA sales TO sales_login, biletpro_all;
