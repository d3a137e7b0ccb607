-- The batched write path of orders, payments and their outcomes. Lock order (docs/rules/selling.md):
-- idempotency -> category -> place -> order -> payment; each by id.

-- Locks the categories that these holds claim, in order; returns them.
CREATE FUNCTION sales.lock_categories_of_v1(hold_ids uuid[]) RETURNS uuid[] LANGUAGE sql AS $$
    SELECT array_agg(s.category_id) FROM (
        SELECT st.category_id FROM sales.stock st
         WHERE st.category_id IN (SELECT c.category_id FROM sales.claims c WHERE c.hold_id = ANY (hold_ids))
         ORDER BY st.category_id FOR UPDATE) s
$$;

-- The stored answer of an idempotency record as a refusal or a replay, or NULL when there is none.
CREATE FUNCTION sales.repeated_v1(record_name bytea, sent text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN i.body_hash <> sent THEN '{"code": "idempotency_mismatch"}'
                ELSE jsonb_build_object('code', 'replayed', 'id', i.answer)::text END
      FROM sales.idempotency i
     WHERE i.name = record_name AND i.created_at > now() - interval '48 hours'
$$;

CREATE FUNCTION sales.keep_answer_v1(record_name bytea, sent text, answer text) RETURNS void LANGUAGE sql AS $$
    INSERT INTO sales.idempotency (name, body_hash, answer) VALUES (record_name, sent, answer)
    ON CONFLICT ON CONSTRAINT idempotency_key
    DO UPDATE SET body_hash = excluded.body_hash, answer = excluded.answer, created_at = now()
$$;

-- items: [{n, id, hold_id, code, record, body_hash, name, email, phone, consents, holders: [text…]}…].
-- Returns one JSON text an item: {"code": "granted", organization_id, event_id, created_at, expires_at, currency,
-- total, lines} | {"code": "replayed", id} | a refusal.
CREATE FUNCTION sales.place_orders_v1(items jsonb) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
    at timestamptz;
    life integer := sales.epoch();
    answers text[] := '{}';
    answer text;
    item record;
    hold sales.holds;
    limit_places integer;
    bought integer;
    placed_ids uuid[] := '{}';
BEGIN
    PERFORM sales.fold_expired_v1(
        sales.lock_categories_of_v1(ARRAY(SELECT (x ->> 'hold_id')::uuid FROM jsonb_array_elements(items) x)),
        sales.clock());
    at := sales.clock();
    -- One buyer's orders are counted one after the other, whatever categories they are of.
    PERFORM pg_advisory_xact_lock(b.lock) FROM (
        SELECT DISTINCT hashtextextended(e.event_id::text || (x ->> 'email'), 0) AS lock
          FROM jsonb_array_elements(items) x
          JOIN sales.holds h ON h.id = (x ->> 'hold_id')::uuid
          JOIN sales.events e ON e.event_id = h.event_id AND e.max_per_buyer IS NOT NULL
         ORDER BY 1) b;

    FOR item IN
        SELECT x.* FROM jsonb_to_recordset(items) AS x (n integer, id uuid, hold_id uuid, code text, record text,
            body_hash text, name text, email text, phone text, consents jsonb, holders jsonb)
         ORDER BY x.n
    LOOP
        answer := sales.repeated_v1(decode(item.record, 'hex'), item.body_hash);
        IF answer IS NULL THEN
            SELECT h.* INTO hold FROM sales.holds h WHERE h.id = item.hold_id FOR UPDATE;
            answer := CASE
                WHEN hold.order_id = item.id THEN jsonb_build_object('code', 'replayed', 'id', item.id)::text
                WHEN hold.state = 'ordered' THEN '{"code": "hold_ordered"}'
                WHEN hold.state <> 'live' OR hold.expires_at <= at THEN '{"code": "hold_expired"}' END;
        END IF;
        SELECT e.max_per_buyer INTO limit_places FROM sales.events e WHERE e.event_id = hold.event_id;
        IF answer IS NULL AND limit_places IS NOT NULL THEN
            SELECT coalesce(sum(o.places), 0) INTO bought FROM sales.orders o
             WHERE o.event_id = hold.event_id AND o.limited_buyer = item.email
               AND o.status IN ('pending', 'confirmed');
            IF bought + jsonb_array_length(hold.lines) > limit_places THEN
                answer := jsonb_build_object('code', 'limit_reached', 'limit', limit_places)::text;
            END IF;
        END IF;
        IF answer IS NOT NULL THEN
            answers := array_append(answers, answer);
            CONTINUE;
        END IF;

        UPDATE sales.holds h SET state = 'ordered', order_id = item.id WHERE h.id = item.hold_id;
        INSERT INTO sales.orders (id, organization_id, event_id, hold_id, code, status, payment_status, created_at,
                                  expires_at, buyer_name, buyer_email, buyer_phone, limited_buyer, consents, currency,
                                  places, total, history)
        VALUES (item.id, hold.organization_id, hold.event_id, hold.id, item.code, 'pending', 'unpaid', at,
                hold.expires_at, item.name, item.email, item.phone,
                CASE WHEN limit_places IS NOT NULL THEN item.email END, item.consents, hold.currency,
                jsonb_array_length(hold.lines), hold.total,
                jsonb_build_array(jsonb_build_object('at', at, 'what', 'placed')));
        INSERT INTO sales.order_lines (order_id, n, organization_id, category_id, category, place, holder, admits,
                                       face, discount, fee, tax, total)
        SELECT item.id, l.n, hold.organization_id, (l.line ->> 'category_id')::uuid, l.line ->> 'category',
               nullif(l.line -> 'place', 'null'), coalesce(item.holders ->> (l.n::integer - 1), item.name),
               (l.line ->> 'admits')::integer, (l.line ->> 'face')::bigint, (l.line ->> 'discount')::bigint,
               (l.line ->> 'fee')::bigint, (l.line ->> 'tax')::bigint, (l.line ->> 'total')::bigint
          FROM jsonb_array_elements(hold.lines) WITH ORDINALITY AS l (line, n);
        INSERT INTO sales.order_codes (code, order_id, organization_id)
        VALUES (item.code, item.id, hold.organization_id);
        PERFORM sales.keep_answer_v1(decode(item.record, 'hex'), item.body_hash, item.id::text);
        placed_ids := array_append(placed_ids, item.id);
        answers := array_append(answers, jsonb_build_object(
            'code', 'granted', 'organization_id', hold.organization_id, 'event_id', hold.event_id, 'created_at', at,
            'expires_at', hold.expires_at, 'currency', hold.currency, 'total', hold.total, 'lines', hold.lines)::text);
    END LOOP;

    INSERT INTO sales.outbox (id, epoch, type, key, organization_id, payload)
    SELECT uuidv7(), life, 'OrderPlaced', o.id, o.organization_id, jsonb_build_object(
               'order_id', o.id, 'event_id', o.event_id, 'organization_id', o.organization_id, 'code', o.code,
               'places', o.places, 'total', o.total, 'currency', o.currency)
      FROM sales.orders o WHERE o.id = ANY (placed_ids);
    RETURN answers;
END $$;

-- items: [{n, id, order_code, provider, return_url, record, body_hash, grace_seconds, ask_after_seconds}…].
-- Stores the intent before the provider is called, and prolongs the order once so that it outlives the call.
-- Returns {"code": "granted", order_id, amount, currency} | {"code": "replayed", id, order_id} | refusal.
CREATE FUNCTION sales.start_payments_v1(items jsonb) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
    at timestamptz;
    answers text[] := '{}';
    answer text;
    item record;
    wanted sales.orders;
    until timestamptz;
BEGIN
    PERFORM sales.lock_categories_of_v1(ARRAY(
        SELECT o.hold_id FROM jsonb_array_elements(items) x
          JOIN sales.order_codes c ON c.code = x ->> 'order_code' JOIN sales.orders o ON o.id = c.order_id));
    at := sales.clock();
    FOR item IN
        SELECT x.* FROM jsonb_to_recordset(items) AS x (n integer, id uuid, order_code text, provider text,
            return_url text, record text, body_hash text, grace_seconds integer, ask_after_seconds integer)
         ORDER BY x.n
    LOOP
        answer := sales.repeated_v1(decode(item.record, 'hex'), item.body_hash);
        IF answer IS NULL THEN
            SELECT o.* INTO wanted FROM sales.order_codes c JOIN sales.orders o ON o.id = c.order_id
             WHERE c.code = item.order_code FOR UPDATE OF o;
            IF NOT FOUND THEN
                answer := '{"code": "order_unknown"}';
            ELSIF wanted.status <> 'pending' OR wanted.payment_status <> 'unpaid' OR wanted.expires_at <= at THEN
                answer := jsonb_build_object('code', 'order_not_payable', 'payment_status', wanted.payment_status,
                    'status', CASE WHEN wanted.status = 'pending' THEN 'expired' ELSE wanted.status END)::text;
            END IF;
        END IF;
        IF answer IS NOT NULL THEN
            answers := array_append(answers, answer);
            CONTINUE;
        END IF;
        until := at + make_interval(secs => item.grace_seconds);
        IF NOT wanted.prolonged AND wanted.expires_at < until THEN
            UPDATE sales.orders o SET expires_at = until, prolonged = true WHERE o.id = wanted.id;
            UPDATE sales.holds h SET expires_at = until WHERE h.id = wanted.hold_id;
            UPDATE sales.claims c SET expires_at = until WHERE c.hold_id = wanted.hold_id AND c.state = 'live';
            UPDATE sales.places p SET held_until = until FROM sales.claims c
             WHERE c.hold_id = wanted.hold_id AND p.id = ANY (c.place_ids) AND p.owner = wanted.hold_id;
        END IF;
        INSERT INTO sales.payments (order_id, id, organization_id, provider, amount, currency, status, return_url,
                                    created_at)
        VALUES (wanted.id, item.id, wanted.organization_id, item.provider, wanted.total - wanted.paid,
                wanted.currency, 'pending', item.return_url, at);
        INSERT INTO sales.payment_references (payment_id, order_id, ask_at)
        VALUES (item.id, wanted.id, at + make_interval(secs => item.ask_after_seconds));
        PERFORM sales.keep_answer_v1(decode(item.record, 'hex'), item.body_hash, item.id::text);
        answers := array_append(answers, jsonb_build_object('code', 'granted', 'order_id', wanted.id,
            'amount', wanted.total - wanted.paid, 'currency', wanted.currency)::text);
    END LOOP;
    RETURN answers;
END $$;

-- Takes an expired order's places again if all of them are free; the caller holds the categories' locks.
CREATE FUNCTION sales.take_again_v1(hold uuid) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM sales.claims c JOIN sales.stock s ON s.category_id = c.category_id
                WHERE c.hold_id = hold AND c.state = 'returned' AND s.capacity - s.held - s.sold < c.quantity)
       OR EXISTS (SELECT FROM sales.claims c CROSS JOIN unnest(c.place_ids) AS wanted
                    LEFT JOIN sales.places p ON p.id = wanted
                   WHERE c.hold_id = hold AND c.state = 'returned'
                     AND (p.id IS NULL OR p.state <> 'free' OR NOT p.open)) THEN
        RETURN false;
    END IF;
    UPDATE sales.stock s SET held = s.held + c.quantity FROM sales.claims c
     WHERE c.hold_id = hold AND c.state = 'returned' AND s.category_id = c.category_id;
    UPDATE sales.places p SET state = 'held', owner = hold FROM sales.claims c
     WHERE c.hold_id = hold AND c.state = 'returned' AND p.id = ANY (c.place_ids);
    UPDATE sales.claims c SET state = 'live' WHERE c.hold_id = hold AND c.state = 'returned';
    RETURN true;
END $$;

-- Books an order's sale (lines at their totals) and a payment of it; both entries balance.
CREATE FUNCTION sales.book_v1(o sales.orders, kind text, debit text, credit text, amount bigint, at timestamptz)
    RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    entry uuid := uuidv7();
BEGIN
    IF amount = 0 THEN
        RETURN;
    END IF;
    INSERT INTO sales.ledger_entries (id, organization_id, order_id, kind, currency, created_at)
    VALUES (entry, o.organization_id, o.id, kind, o.currency, at);
    IF kind = 'sale' THEN
        INSERT INTO sales.ledger_lines (entry_id, account, organization_id, amount)
        SELECT entry, b.account, o.organization_id, b.amount FROM (
            SELECT sum(l.total) AS total, sum(l.tax) AS tax, sum(l.fee) AS fee
              FROM sales.order_lines l WHERE l.order_id = o.id) t,
            LATERAL (VALUES ('receivable:buyers', t.total), ('tax:payable', -t.tax),
                            ('revenue:tickets_and_fees', t.tax - t.total)) AS b (account, amount)
         WHERE b.amount <> 0;
    ELSE
        INSERT INTO sales.ledger_lines (entry_id, account, organization_id, amount)
        VALUES (entry, debit, o.organization_id, amount), (entry, credit, o.organization_id, -amount);
    END IF;
END $$;

-- Money that cannot become tickets is owed back: a refund falls due at once.
CREATE FUNCTION sales.owe_back_v1(o sales.orders, p sales.payments, why text, at timestamptz) RETURNS void
    LANGUAGE sql AS $$
    INSERT INTO sales.refunds (order_id, id, organization_id, payment_id, provider, amount, currency, reason, status,
                               created_at, ask_at)
    VALUES (o.id, uuidv7(), o.organization_id, p.id, p.provider, p.amount, p.currency, why, 'due', at, at)
$$;

-- items: [{n, payment_id, order_id, outcome: succeeded | refused, reason, key_number}…]. Idempotent: a payment that
-- has ended keeps its first outcome. Returns {"code": "settled", status, reason} an item.
CREATE FUNCTION sales.settle_payments_v1(items jsonb) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
    at timestamptz;
    life integer := sales.epoch();
    answers text[] := '{}';
    item record;
    paid sales.payments;
    bought sales.orders;
    ready boolean;
BEGIN
    PERFORM sales.lock_categories_of_v1(ARRAY(
        SELECT o.hold_id FROM sales.orders o
         WHERE o.id IN (SELECT (x ->> 'order_id')::uuid FROM jsonb_array_elements(items) x)));
    at := sales.clock();
    PERFORM FROM sales.orders o
      WHERE o.id IN (SELECT (x ->> 'order_id')::uuid FROM jsonb_array_elements(items) x) ORDER BY o.id FOR UPDATE;
    FOR item IN
        SELECT x.* FROM jsonb_to_recordset(items) AS x (n integer, payment_id uuid, order_id uuid, outcome text,
            reason text, key_number integer)
         ORDER BY x.n
    LOOP
        UPDATE sales.payments p SET status = item.outcome, reason = item.reason, ended_at = at
         WHERE p.order_id = item.order_id AND p.id = item.payment_id AND p.status = 'pending'
        RETURNING p.* INTO paid;
        IF NOT FOUND THEN
            SELECT p.* INTO paid FROM sales.payments p
             WHERE p.order_id = item.order_id AND p.id = item.payment_id;
            answers := array_append(answers,
                jsonb_build_object('code', 'settled', 'status', paid.status, 'reason', paid.reason)::text);
            CONTINUE;
        END IF;
        UPDATE sales.payment_references r SET ask_at = NULL WHERE r.payment_id = item.payment_id;
        answers := array_append(answers,
            jsonb_build_object('code', 'settled', 'status', item.outcome, 'reason', item.reason)::text);
        SELECT o.* INTO bought FROM sales.orders o WHERE o.id = item.order_id;
        IF item.outcome = 'refused' THEN
            INSERT INTO sales.outbox (id, epoch, type, key, organization_id, payload)
            VALUES (uuidv7(), life, 'PaymentRefused', bought.id, bought.organization_id, jsonb_build_object(
                'order_id', bought.id, 'event_id', bought.event_id, 'organization_id', bought.organization_id,
                'payment_id', paid.id, 'reason', coalesce(item.reason, '')));
            CONTINUE;
        END IF;

        PERFORM sales.book_v1(bought, 'payment', 'clearing:' || paid.provider, 'receivable:buyers', paid.amount, at);
        ready := bought.payment_status = 'unpaid' AND (bought.status = 'pending' OR bought.status = 'expired')
            AND sales.take_again_v1(bought.hold_id);
        IF NOT ready THEN
            PERFORM sales.owe_back_v1(bought, paid, CASE WHEN bought.payment_status = 'unpaid'
                THEN 'places_gone' ELSE 'paid_twice' END, at);
            UPDATE sales.orders o SET paid = o.paid + paid.amount,
                   payment_status = CASE WHEN o.payment_status = 'unpaid' THEN 'paid' ELSE 'overpaid' END,
                   history = o.history || jsonb_build_object('at', at, 'what', 'money_owed_back')
             WHERE o.id = bought.id;
            CONTINUE;
        END IF;
        PERFORM sales.book_v1(bought, 'sale', NULL, NULL, bought.total, at);
        PERFORM sales.confirm_order_v1(bought, paid, item.key_number, at, life);
    END LOOP;
    RETURN answers;
END $$;

-- The paid order gets its tickets in the same transaction; its claims become sold.
CREATE FUNCTION sales.confirm_order_v1(o sales.orders, p sales.payments, ticket_key integer, at timestamptz,
                                       life integer) RETURNS void LANGUAGE sql AS $$
    UPDATE sales.stock s SET held = s.held - c.quantity, sold = s.sold + c.quantity
      FROM sales.claims c WHERE c.hold_id = o.hold_id AND c.state = 'live' AND s.category_id = c.category_id;
    UPDATE sales.places s
       SET state = 'sold', held_until = NULL, changed_xid = pg_current_xact_id()::text::bigint
      FROM sales.claims c
     WHERE c.hold_id = o.hold_id AND c.place_ids IS NOT NULL AND s.id = ANY (c.place_ids) AND s.owner = o.hold_id;
    UPDATE sales.claims c SET state = 'sold' WHERE c.hold_id = o.hold_id AND c.state = 'live';
    UPDATE sales.orders t
       SET status = 'confirmed', payment_status = 'paid', paid = t.paid + p.amount, expires_at = NULL,
           history = t.history || jsonb_build_object('at', at, 'what', 'paid', 'payment_id', p.id)
     WHERE t.id = o.id;
    INSERT INTO sales.tickets (order_id, n, id, organization_id, event_id, serial, key_number, status)
    SELECT l.order_id, l.n, uuidv7(), l.organization_id, o.event_id, 1, ticket_key, 'valid'
      FROM sales.order_lines l WHERE l.order_id = o.id;
    INSERT INTO sales.outbox (id, epoch, type, key, organization_id, payload)
    VALUES (uuidv7(), life, 'OrderPaid', o.id, o.organization_id, jsonb_build_object(
        'order_id', o.id, 'event_id', o.event_id, 'organization_id', o.organization_id, 'code', o.code,
        'total', o.total, 'currency', o.currency, 'payment_id', p.id));
$$;

-- Returns an order's places and voids its tickets. Money is another operation. NULL when done, else its status.
CREATE FUNCTION sales.cancel_order_v1(wanted uuid, why text, unpaid_only boolean) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    at timestamptz;
    o sales.orders;
BEGIN
    PERFORM sales.lock_categories_of_v1(ARRAY(SELECT t.hold_id FROM sales.orders t WHERE t.id = wanted));
    at := sales.clock();
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
    SELECT t.* INTO o FROM sales.orders t WHERE t.id = wanted_order FOR UPDATE;
    UPDATE sales.refunds t SET status = 'done', ask_at = NULL
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
