CREATE TABLE announcement_keys (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  secret bytea DEFAULT sha256(((uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())) || uuid_send(gen_random_uuid()))) NOT NULL,
  made_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT announcement_keys_pkey PRIMARY KEY (id),
  CONSTRAINT announcement_keys_secret_check CHECK ((octet_length(secret) = 32))
);
COMMENT ON TABLE announcement_keys IS 'what announcements are signed with: all are accepted, and the newest that every process has read by now signs';

CREATE TABLE bell_outbox (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  routing_key text NOT NULL,
  event_id text NOT NULL,
  body text NOT NULL,
  recorded_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT bell_outbox_pkey PRIMARY KEY (id)
);
COMMENT ON TABLE bell_outbox IS 'events for the exchange bell that the broker has not confirmed yet';

CREATE TABLE deaf_watch (
  is_only boolean DEFAULT true NOT NULL,
  looked_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  resumed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT deaf_watch_is_only_check CHECK (is_only),
  CONSTRAINT deaf_watch_pkey PRIMARY KEY (is_only)
);
COMMENT ON TABLE deaf_watch IS 'one row: when an escalator last looked for deaf shops, and when that began anew after all had been away';

CREATE TABLE deliveries (
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  type text NOT NULL,
  shop_id text COLLATE "C" NOT NULL,
  seq bigint,
  cycle smallint,
  step smallint,
  target text NOT NULL,
  event_id text NOT NULL,
  body text NOT NULL,
  made_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  state text DEFAULT 'pending'::text NOT NULL,
  due_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  leased_by uuid,
  attempts integer DEFAULT 0 NOT NULL,
  last_attempt_at timestamp with time zone,
  last_result text,
  ended_at timestamp with time zone,
  reason text,
  is_forced boolean DEFAULT false NOT NULL,
  CONSTRAINT deliveries_event_id_target_key UNIQUE (event_id, target),
  CONSTRAINT deliveries_pkey PRIMARY KEY (id),
  CONSTRAINT deliveries_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'delivered'::text, 'ended'::text])))
);
CREATE INDEX deliveries_due ON public.deliveries USING btree (target, due_at) WHERE (state = 'pending'::text);
CREATE INDEX deliveries_made ON public.deliveries USING btree (made_at);
CREATE UNIQUE INDEX deliveries_once ON public.deliveries USING btree (shop_id, seq, cycle, step, target);
COMMENT ON TABLE deliveries IS 'what is told to a target: at least once under one id, or ended with a reason';
COMMENT ON COLUMN deliveries.type IS 'notification.escalated, shop.deaf or shop.hearing';
COMMENT ON COLUMN deliveries.seq IS 'null where it is about the shop';
COMMENT ON COLUMN deliveries.body IS 'the JSON that is sent';
COMMENT ON COLUMN deliveries.due_at IS 'when the next attempt may begin; during an attempt, when its lease lapses';
COMMENT ON COLUMN deliveries.reason IS 'why it ended without having been delivered';
COMMENT ON COLUMN deliveries.is_forced IS 'an operator had it sent again, whether or not its notification is open';

CREATE TABLE disabled_targets (
  target text NOT NULL,
  disabled_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  url_hash text NOT NULL,
  CONSTRAINT disabled_targets_pkey PRIMARY KEY (target)
);
COMMENT ON TABLE disabled_targets IS 'targets that answered 410; another address makes the target a new one';
COMMENT ON COLUMN disabled_targets.url_hash IS 'SHA-256 of its URL, which may hold a secret';

CREATE TABLE early_resolutions (
  shop_id text COLLATE "C" NOT NULL,
  order_id numeric(20,0) NOT NULL,
  reason text NOT NULL,
  event_id text COLLATE "C" NOT NULL,
  occurred_at timestamp with time zone NOT NULL,
  stored_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT early_resolutions_pkey PRIMARY KEY (shop_id, order_id),
  CONSTRAINT early_resolutions_reason_check CHECK ((reason = ANY (ARRAY['accepted'::text, 'cancelled'::text])))
);
COMMENT ON TABLE early_resolutions IS 'orders that were accepted or cancelled while their log had no order.paid to resolve; kept for an hour';

CREATE TABLE escalation_default (
  is_only boolean DEFAULT true NOT NULL,
  policy_id bigint NOT NULL,
  CONSTRAINT escalation_default_is_only_check CHECK (is_only),
  CONSTRAINT escalation_default_pkey PRIMARY KEY (is_only),
  CONSTRAINT escalation_default_policy_id_fkey FOREIGN KEY (policy_id) REFERENCES escalation_policies(id)
);
CREATE TRIGGER look_at_silent_shops AFTER INSERT OR DELETE OR UPDATE ON public.escalation_default FOR EACH ROW EXECUTE FUNCTION look_at_silent_shops();
COMMENT ON TABLE escalation_default IS 'the policy of every shop that has none of its own; no row where none is configured';

CREATE TABLE escalation_policies (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  shop_id text COLLATE "C",
  body jsonb NOT NULL,
  first_after_seconds integer NOT NULL,
  first_when text NOT NULL,
  made_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  made_by text,
  CONSTRAINT escalation_policies_first_after_seconds_check CHECK ((first_after_seconds > 0)),
  CONSTRAINT escalation_policies_first_when_check CHECK ((first_when = ANY (ARRAY['unheard'::text, 'unacknowledged'::text]))),
  CONSTRAINT escalation_policies_pkey PRIMARY KEY (id)
);
CREATE INDEX escalation_policies_shop ON public.escalation_policies USING btree (shop_id, id);
COMMENT ON TABLE escalation_policies IS 'every version of every policy: a row never changes';
COMMENT ON COLUMN escalation_policies.shop_id IS 'null of the configured default';
COMMENT ON COLUMN escalation_policies.made_by IS 'the sub of the token; null without authentication';

CREATE TABLE escalation_steps (
  shop_id text COLLATE "C" NOT NULL,
  seq bigint NOT NULL,
  cycle smallint NOT NULL,
  step smallint NOT NULL,
  policy_id bigint NOT NULL,
  condition text NOT NULL,
  targets text[] NOT NULL,
  presence text NOT NULL,
  due_at timestamp with time zone NOT NULL,
  decided_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT escalation_steps_pkey PRIMARY KEY (shop_id, seq, cycle, step)
);
CREATE INDEX escalation_steps_decided ON public.escalation_steps USING btree (decided_at);
COMMENT ON TABLE escalation_steps IS 'each step that fired';
COMMENT ON COLUMN escalation_steps.condition IS 'unheard or unacknowledged';
COMMENT ON COLUMN escalation_steps.presence IS 'whether the shop could hear: hearing, silent or deaf';

CREATE TABLE escalations (
  shop_id text COLLATE "C" NOT NULL,
  seq bigint NOT NULL,
  policy_id bigint NOT NULL,
  cycle smallint DEFAULT 0 NOT NULL,
  step smallint DEFAULT 1 NOT NULL,
  started_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  due_at timestamp with time zone NOT NULL,
  CONSTRAINT escalations_pkey PRIMARY KEY (shop_id, seq)
);
CREATE INDEX escalations_due ON public.escalations USING btree (due_at);
COMMENT ON TABLE escalations IS 'the open notifications to which a policy applies: acknowledging, resolving and expiring remove the row';
COMMENT ON COLUMN escalations.step IS 'the next one to look at, from 1; cycles are from 0';

CREATE TABLE gateways (
  id uuid NOT NULL,
  lapses_at timestamp with time zone NOT NULL,
  CONSTRAINT gateways_pkey PRIMARY KEY (id)
);
COMMENT ON TABLE gateways IS 'the gateways that hold sessions, each under a lease that it renews';

CREATE TABLE hearing (
  gateway_id uuid NOT NULL,
  shop_id text COLLATE "C" NOT NULL,
  since timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT hearing_pkey PRIMARY KEY (shop_id, gateway_id)
);
CREATE INDEX hearing_gateway ON public.hearing USING btree (gateway_id, shop_id);
COMMENT ON TABLE hearing IS 'the shops of which a gateway holds a session that can sound';

CREATE TABLE log_origin (
  is_only boolean DEFAULT true NOT NULL,
  system_identifier bigint NOT NULL,
  timeline text NOT NULL,
  nonce text NOT NULL,
  CONSTRAINT log_origin_is_only_check CHECK (is_only),
  CONSTRAINT log_origin_pkey PRIMARY KEY (is_only)
);
COMMENT ON TABLE log_origin IS 'the server and timeline on which the log was last found, and its identity there';

CREATE TABLE notifications (
  shop_id text COLLATE "C" NOT NULL,
  seq bigint NOT NULL,
  event_id text COLLATE "C" NOT NULL,
  type smallint NOT NULL,
  order_id numeric(20,0) NOT NULL,
  content text NOT NULL,
  occurred_at timestamp with time zone NOT NULL,
  stored_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  summary text,
  amount integer,
  expired_at timestamp with time zone,
  published_at timestamp with time zone,
  CONSTRAINT notifications_amount_check CHECK ((amount >= 0)),
  CONSTRAINT notifications_event_id_check CHECK ((((octet_length(event_id) >= 1) AND (octet_length(event_id) <= 128)) AND (event_id !~ '[^!-~]'::text))),
  CONSTRAINT notifications_order_id_check CHECK ((order_id > (0)::numeric)),
  CONSTRAINT notifications_order_id_shop_id_event_id_key UNIQUE (order_id, shop_id, event_id),
  CONSTRAINT notifications_pkey PRIMARY KEY (shop_id, seq),
  CONSTRAINT notifications_seq_check CHECK ((seq > 0)),
  CONSTRAINT notifications_summary_check CHECK (((char_length(summary) >= 1) AND (char_length(summary) <= 200))),
  CONSTRAINT notifications_type_check CHECK ((type = ANY (ARRAY[1, 2])))
);
COMMENT ON COLUMN notifications.summary IS 'what was ordered, where the event has it';
COMMENT ON COLUMN notifications.amount IS 'in fen, where the event has it';
COMMENT ON COLUMN notifications.expired_at IS 'when its escalation ended without an answer';
COMMENT ON COLUMN notifications.published_at IS 'when its message was sent to the broker, by the publisher''s clock; null where the publisher did not say so';

CREATE TABLE orders (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  number text NOT NULL,
  shop_id text NOT NULL,
  amount integer NOT NULL,
  status smallint DEFAULT 1 NOT NULL,
  pay_status smallint DEFAULT 0 NOT NULL,
  transaction_id text,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  paid_at timestamp with time zone,
  paid_event_id uuid,
  reminded_at timestamp with time zone,
  marked_at timestamp with time zone,
  CONSTRAINT orders_amount_check CHECK ((amount > 0)),
  CONSTRAINT orders_number_check CHECK ((((octet_length(number) >= 1) AND (octet_length(number) <= 64)) AND (number !~ '[^A-Za-z0-9._-]'::text))),
  CONSTRAINT orders_number_shop_id_key UNIQUE (number, shop_id),
  CONSTRAINT orders_pay_status_check CHECK (((pay_status >= 0) AND (pay_status <= 2))),
  CONSTRAINT orders_pkey PRIMARY KEY (id),
  CONSTRAINT orders_shop_id_check CHECK ((((octet_length(shop_id) >= 1) AND (octet_length(shop_id) <= 64)) AND (shop_id !~ '[^A-Za-z0-9_-]'::text))),
  CONSTRAINT orders_status_check CHECK (((status >= 1) AND (status <= 6)))
);
CREATE TRIGGER orders_mark_by_number_alone BEFORE UPDATE OF paid_event_id ON public.orders FOR EACH ROW WHEN (((old.paid_event_id IS NULL) AND (new.paid_event_id IS NOT NULL) AND (new.marked_at IS NULL))) EXECUTE FUNCTION mark_by_number_alone();
COMMENT ON COLUMN orders.amount IS 'in fen';
COMMENT ON COLUMN orders.status IS '1 pending payment, 2 to be confirmed, 3 confirmed, 4 being delivered, 5 completed, 6 cancelled';
COMMENT ON COLUMN orders.pay_status IS '0 unpaid, 1 paid, 2 refunded';
COMMENT ON COLUMN orders.paid_event_id IS 'of its order.paid: recorded once more under the same id, it cannot ring twice';
COMMENT ON COLUMN orders.marked_at IS 'when it was marked paid, by this server''s clock; null of orders that were paid before there was this column';

CREATE TABLE outbox (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  routing_key text NOT NULL,
  event_id text NOT NULL,
  body text NOT NULL,
  recorded_at timestamp with time zone DEFAULT now() NOT NULL,
  trace text,
  CONSTRAINT outbox_pkey PRIMARY KEY (id)
);
COMMENT ON TABLE outbox IS 'events that the broker has not confirmed yet';
COMMENT ON COLUMN outbox.trace IS 'the W3C trace context: traceparent, and behind a space tracestate if there is one; null without tracing';

CREATE TABLE pairing_codes (
  code_hash bytea NOT NULL,
  shop_id text COLLATE "C" NOT NULL,
  name text NOT NULL,
  made_by text,
  made_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  attempts integer DEFAULT 0 NOT NULL,
  used_at timestamp with time zone,
  CONSTRAINT pairing_codes_code_hash_check CHECK ((octet_length(code_hash) = 32)),
  CONSTRAINT pairing_codes_pkey PRIMARY KEY (code_hash)
);
COMMENT ON TABLE pairing_codes IS 'codes by which a till gets its token, until they expire';
COMMENT ON COLUMN pairing_codes.code_hash IS 'HMAC-SHA-256 with a key that is not in the database';
COMMENT ON COLUMN pairing_codes.made_by IS 'the sub of the token; null where a command made it';
COMMENT ON COLUMN pairing_codes.attempts IS 'wrong tries by any callers while it was live';

CREATE TABLE payment_incidents (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  kind text NOT NULL,
  order_number text NOT NULL,
  shop_id text,
  order_id bigint,
  transaction_id text,
  amount bigint,
  notice jsonb NOT NULL,
  first_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  last_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  times bigint DEFAULT 1 NOT NULL,
  provider text DEFAULT 'own'::text NOT NULL,
  resolved_at timestamp with time zone,
  note text,
  CONSTRAINT payment_incidents_pkey PRIMARY KEY (id)
);
CREATE INDEX payment_incidents_open ON public.payment_incidents USING btree (id) WHERE (resolved_at IS NULL);
CREATE INDEX payment_incidents_transaction ON public.payment_incidents USING btree (transaction_id);
CREATE UNIQUE INDEX payment_incidents_key ON public.payment_incidents USING btree (order_number, kind, COALESCE(shop_id, ''::text), COALESCE(transaction_id, ''::text), COALESCE(amount, ('-1'::integer)::bigint));
COMMENT ON TABLE payment_incidents IS 'verified payments that could not be applied to an order';
COMMENT ON COLUMN payment_incidents.kind IS 'why it could not be applied: GET /payments/incidents describes each';
COMMENT ON COLUMN payment_incidents.order_number IS 'empty where the notice could not be read';
COMMENT ON COLUMN payment_incidents.shop_id IS 'null where neither the order nor the notice tells';
COMMENT ON COLUMN payment_incidents.order_id IS 'null where the order is not known';
COMMENT ON COLUMN payment_incidents.amount IS 'in fen, as the notice has it';
COMMENT ON COLUMN payment_incidents.notice IS 'what is read of the notice, as it came for the first time';
COMMENT ON COLUMN payment_incidents.times IS 'how often the notice came';
COMMENT ON COLUMN payment_incidents.provider IS 'own, wechat or alipay';
COMMENT ON COLUMN payment_incidents.resolved_at IS 'null until it is settled';
COMMENT ON COLUMN payment_incidents.note IS 'how it was settled';

CREATE TABLE payment_refunds (
  provider text NOT NULL,
  refund_id text NOT NULL,
  order_id bigint NOT NULL,
  transaction_id text NOT NULL,
  amount bigint NOT NULL,
  first_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT payment_refunds_amount_check CHECK ((amount >= 0)),
  CONSTRAINT payment_refunds_pkey PRIMARY KEY (provider, refund_id)
);
CREATE INDEX payment_refunds_order ON public.payment_refunds USING btree (order_id);
COMMENT ON TABLE payment_refunds IS 'what went back of payments that were applied to an order';
COMMENT ON COLUMN payment_refunds.refund_id IS 'of WeChat Pay the refund; of Alipay the trade, of which every notice says what went back in all';
COMMENT ON COLUMN payment_refunds.amount IS 'in fen';

CREATE TABLE progress (
  shop_id text COLLATE "C" NOT NULL,
  kind text NOT NULL,
  seq bigint NOT NULL,
  sid text NOT NULL,
  at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  broadcast_at timestamp with time zone,
  CONSTRAINT progress_kind_check CHECK ((kind = ANY (ARRAY['seen'::text, 'spoken'::text])))
);
CREATE INDEX progress_at ON public.progress USING btree (at);
CREATE INDEX progress_place ON public.progress USING btree (shop_id, kind, seq);
COMMENT ON TABLE progress IS 'what tills report: all up to seq were on the screen, or were said or chimed to the end';
COMMENT ON COLUMN progress.broadcast_at IS 'when the gateway that took the report had published seq to sockets; null where it had not, or did not know any more';

CREATE TABLE push_subscriptions (
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  shop_id text COLLATE "C" NOT NULL,
  endpoint text NOT NULL,
  keys jsonb NOT NULL,
  subject text,
  language text,
  made_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  renewed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT push_subscriptions_pkey PRIMARY KEY (id),
  CONSTRAINT push_subscriptions_shop_id_endpoint_key UNIQUE (shop_id, endpoint)
);
CREATE INDEX push_subscriptions_endpoint ON public.push_subscriptions USING btree (endpoint);
COMMENT ON TABLE push_subscriptions IS 'where the tills of a shop get Web Push; one browser may listen for several shops';

CREATE TABLE receipts (
  shop_id text COLLATE "C" NOT NULL,
  n bigint NOT NULL,
  seq bigint NOT NULL,
  sid text,
  acked_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  subject text,
  reason text DEFAULT 'acknowledged'::text NOT NULL,
  resolved_as_of timestamp with time zone,
  CONSTRAINT receipts_n_check CHECK ((n > 0)),
  CONSTRAINT receipts_pkey PRIMARY KEY (shop_id, n),
  CONSTRAINT receipts_reason_check CHECK ((reason = ANY (ARRAY['acknowledged'::text, 'accepted'::text, 'cancelled'::text]))),
  CONSTRAINT receipts_shop_id_seq_fkey FOREIGN KEY (shop_id, seq) REFERENCES notifications(shop_id, seq) ON DELETE CASCADE,
  CONSTRAINT receipts_shop_id_seq_key UNIQUE (shop_id, seq)
);
COMMENT ON COLUMN receipts.sid IS 'the session that acknowledged; null where upstream resolved it';
COMMENT ON COLUMN receipts.subject IS 'the sub of the token that acknowledged; null without authentication';
COMMENT ON COLUMN receipts.resolved_as_of IS 'when upstream dealt with the order: a reminder from before then is resolved as well, however late it comes';

CREATE TABLE shops (
  id text COLLATE "C" NOT NULL,
  epoch uuid DEFAULT gen_random_uuid() NOT NULL,
  head bigint DEFAULT 0 NOT NULL,
  oldest bigint DEFAULT 1 NOT NULL,
  receipts bigint DEFAULT 0 NOT NULL,
  policy_id bigint,
  open_from bigint DEFAULT 1 NOT NULL,
  deaf_since timestamp with time zone,
  CONSTRAINT shops_check CHECK (((oldest >= 1) AND (oldest <= (head + 1)))),
  CONSTRAINT shops_id_check CHECK ((((octet_length(id) >= 1) AND (octet_length(id) <= 64)) AND (id !~ '[^A-Za-z0-9_-]'::text))),
  CONSTRAINT shops_pkey PRIMARY KEY (id),
  CONSTRAINT shops_policy_id_fkey FOREIGN KEY (policy_id) REFERENCES escalation_policies(id)
);
CREATE INDEX shops_deaf ON public.shops USING btree (id) WHERE (deaf_since IS NOT NULL);
CREATE TRIGGER look_at_silent_shop AFTER UPDATE OF policy_id ON public.shops FOR EACH ROW WHEN ((old.policy_id IS DISTINCT FROM new.policy_id)) EXECUTE FUNCTION look_at_silent_shop();
COMMENT ON COLUMN shops.epoch IS 'which log this is: another value means another log';
COMMENT ON COLUMN shops.head IS 'the highest seq given out; seq is contiguous from oldest to head';
COMMENT ON COLUMN shops.receipts IS 'the highest n given out';
COMMENT ON COLUMN shops.policy_id IS 'the version of its own policy that is in force; null: the default';
COMMENT ON COLUMN shops.open_from IS 'every notification below it is acknowledged, resolved or expired';
COMMENT ON COLUMN shops.deaf_since IS 'since when it has been reported deaf; null: it is not';

CREATE TABLE silent_shops (
  shop_id text COLLATE "C" NOT NULL,
  since timestamp with time zone NOT NULL,
  due_at timestamp with time zone NOT NULL,
  has_heard boolean NOT NULL,
  CONSTRAINT silent_shops_pkey PRIMARY KEY (shop_id)
);
CREATE INDEX silent_shops_due ON public.silent_shops USING btree (due_at);
COMMENT ON TABLE silent_shops IS 'shops that should hear and do not, until they hear again';
COMMENT ON COLUMN silent_shops.due_at IS 'when to look whether it is deaf by now; infinity: not before something changes';
COMMENT ON COLUMN silent_shops.has_heard IS 'whether a session that can sound was there; false: it is here for its open notifications alone';

CREATE TABLE tills (
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  shop_id text COLLATE "C" NOT NULL,
  name text NOT NULL,
  paired_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  renewed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  token_ends_at timestamp with time zone NOT NULL,
  revoked_at timestamp with time zone,
  revoked_by text,
  CONSTRAINT tills_pkey PRIMARY KEY (id)
);
CREATE INDEX tills_revoked ON public.tills USING btree (token_ends_at) WHERE (revoked_at IS NOT NULL);
CREATE INDEX tills_shop ON public.tills USING btree (shop_id, paired_at);
COMMENT ON TABLE tills IS 'tills that were paired; their tokens name them';
COMMENT ON COLUMN tills.token_ends_at IS 'when the last token of the till ends';
COMMENT ON COLUMN tills.revoked_by IS 'the sub of the token; null where a command removed it';

CREATE OR REPLACE FUNCTION public.acknowledge_notification(of_shop text, of_seq bigint, by_sid text)
 RETURNS TABLE(outcome text, n bigint, sid text, acked_at timestamp with time zone, epoch text)
 LANGUAGE plpgsql
AS $function$
    #variable_conflict use_column
    BEGIN
      RETURN QUERY
        SELECT a.outcome, a.n, a.sid, a.acked_at, a.epoch
        FROM acknowledge_notifications(of_shop, ARRAY[of_seq], by_sid, NULL, NULL) a;
    END
    $function$
COMMENT ON FUNCTION acknowledge_notification IS 'the first acknowledgement of a notification wins and gets the next n; a later one changes nothing';

CREATE OR REPLACE FUNCTION public.acknowledge_notification(of_shop text, of_seq bigint, by_sid text, by_subject text, of_epoch text)
 RETURNS TABLE(outcome text, n bigint, sid text, acked_at timestamp with time zone, epoch text)
 LANGUAGE plpgsql
AS $function$
    #variable_conflict use_column
    BEGIN
      RETURN QUERY
        SELECT a.outcome, a.n, a.sid, a.acked_at, a.epoch
        FROM acknowledge_notifications(of_shop, ARRAY[of_seq], by_sid, by_subject, of_epoch) a;
    END
    $function$
COMMENT ON FUNCTION acknowledge_notification IS 'the first acknowledgement of a notification wins and gets the next n; a later one, or one of another log, changes nothing';

CREATE OR REPLACE FUNCTION public.acknowledge_notifications(of_shop text, seqs bigint[], by_sid text, by_subject text, of_epoch text)
 RETURNS TABLE(outcome text, seq bigint, n bigint, sid text, acked_at timestamp with time zone, epoch text)
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
    #variable_conflict use_column
    DECLARE
      shop shops%ROWTYPE;
      present text;
      made bigint[];
    BEGIN
      SELECT * INTO shop FROM shops WHERE id = of_shop FOR NO KEY UPDATE;
      present := shop.epoch || '.' || log_identity();
      IF shop.id IS NOT NULL AND of_epoch <> present THEN
        RETURN QUERY SELECT 'wrong-epoch', q.seq, NULL::bigint, NULL::text, NULL::timestamptz, present
          FROM (SELECT DISTINCT unnest(seqs) AS seq) q ORDER BY q.seq;
        RETURN;
      END IF;
      IF shop.id IS NULL THEN
        RETURN QUERY SELECT 'unknown-seq', q.seq, NULL::bigint, NULL::text, NULL::timestamptz, NULL::text
          FROM (SELECT DISTINCT unnest(seqs) AS seq) q ORDER BY q.seq;
        RETURN;
      END IF;
      WITH fresh AS (
        INSERT INTO receipts (shop_id, n, seq, sid, subject)
        SELECT of_shop, shop.receipts + row_number() OVER (ORDER BY q.seq), q.seq, by_sid, by_subject
        FROM (SELECT DISTINCT unnest(seqs) AS seq) q
        LEFT JOIN LATERAL (SELECT r.n FROM receipts r WHERE r.shop_id = of_shop AND r.seq = q.seq OFFSET 0) r ON true
        WHERE q.seq BETWEEN shop.oldest AND shop.head AND r.n IS NULL
        RETURNING seq
      )
      SELECT array_agg(seq ORDER BY seq) INTO made FROM fresh;
      IF made IS NOT NULL THEN
        PERFORM end_escalations(of_shop, shop.receipts + cardinality(made), made);
      END IF;
      RETURN QUERY
        SELECT CASE WHEN r.n > shop.receipts THEN 'first' WHEN r.n IS NOT NULL THEN 'later' ELSE 'unknown-seq' END,
          q.seq, r.n, r.sid, r.acked_at, CASE WHEN r.n IS NOT NULL THEN present END
        FROM (SELECT DISTINCT unnest(seqs) AS seq) q
        LEFT JOIN LATERAL (SELECT * FROM receipts r WHERE r.shop_id = of_shop AND r.seq = q.seq OFFSET 0) r ON true
        ORDER BY q.seq;
    END
    $function$
COMMENT ON FUNCTION acknowledge_notifications IS 'of each notification the first acknowledgement wins, and gets the next n in the order of seq; a later one, or one of another log, changes nothing. Answers with a row for each seq, in order';

CREATE OR REPLACE FUNCTION public.append_notifications(shop_list text[], counts integer[], shop_ordinals integer[], places integer[], event_ids text[], types smallint[], order_ids numeric[], contents text[], times timestamp with time zone[])
 RETURNS TABLE(shop_id text, seq bigint, epoch text, event_id text, type smallint, order_id numeric, content text, occurred_at timestamp with time zone)
 LANGUAGE plpgsql
AS $function$
    #variable_conflict use_column
    BEGIN
      RETURN QUERY
        SELECT a.shop_id, a.seq, a.epoch, a.event_id, a.type, a.order_id, a.content, a.occurred_at
        FROM append_notifications(
          shop_list, counts, shop_ordinals, places, event_ids, types, order_ids, contents, times, NULL, NULL
        ) a WHERE a.n IS NULL;
    END
    $function$
COMMENT ON FUNCTION append_notifications IS 'logs a batch whose event ids differ within each shop. shop_list: the shops, each once, in the byte order of their ids; counts: how many events each has; then for each event the ordinal of its shop in that list and its place among that shop''s, both from 1. Answers with a row for each shop: seq is its head before, the event''s columns are null. If some of the events are in their shop''s log already, answers with their rows instead, and logs nothing';

CREATE OR REPLACE FUNCTION public.append_notifications(shop_list text[], counts integer[], shop_ordinals integer[], places integer[], event_ids text[], types smallint[], order_ids numeric[], contents text[], times timestamp with time zone[], summaries text[], amounts integer[])
 RETURNS TABLE(shop_id text, seq bigint, epoch text, event_id text, type smallint, order_id numeric, content text, occurred_at timestamp with time zone, summary text, amount integer, n bigint, reason text, acked_at timestamp with time zone)
 LANGUAGE plpgsql
AS $function$
    BEGIN
      RETURN QUERY SELECT * FROM append_notifications(
        shop_list, counts, shop_ordinals, places, event_ids, types, order_ids, contents, times, summaries, amounts, NULL
      );
    END
    $function$
COMMENT ON FUNCTION append_notifications IS 'logs a batch whose event ids differ within each shop. shop_list: the shops, each once, in the byte order of their ids; counts: how many events each has; then for each event the ordinal of its shop in that list and its place among that shop''s, both from 1. summaries, amounts: null where no event has one. Answers with a row for each shop: seq is its head before, the event''s columns are null; then with a row for each of the new notifications that upstream had dealt with before: only its receipt''s columns, n and what follows, are there. If some of the events are in their shop''s log already, answers with their rows instead, and logs nothing';

CREATE OR REPLACE FUNCTION public.append_notifications(shop_list text[], counts integer[], shop_ordinals integer[], places integer[], event_ids text[], types smallint[], order_ids numeric[], contents text[], times timestamp with time zone[], summaries text[], amounts integer[], published double precision[])
 RETURNS TABLE(shop_id text, seq bigint, epoch text, event_id text, type smallint, order_id numeric, content text, occurred_at timestamp with time zone, summary text, amount integer, n bigint, reason text, acked_at timestamp with time zone)
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
    #variable_conflict use_column
    DECLARE
      identity text := log_identity();
      names text[];
      heads bigint[];
      epochs uuid[];
      policies bigint[];
      is_deaf boolean[];
      shop text;
      new_head bigint;
      shop_epoch uuid;
      policy bigint;
      default_policy bigint;
      has_policy boolean := false;
      are_known boolean := false;
      deaf boolean;
      i int := 0;
    BEGIN
      -- By index: with a sequential scan, which is off, the plan costs so much that it is compiled each time, for 4 ms.
      SELECT policy_id INTO default_policy FROM escalation_default WHERE is_only;
      -- Of many shops that are all known: locked in the order of the list, as below, by half of the work.
      IF cardinality(shop_list) >= 10 THEN
        are_known := NOT EXISTS (
          SELECT FROM unnest(shop_list) AS l (id) WHERE NOT EXISTS (SELECT FROM shops s WHERE s.id = l.id OFFSET 0)
        );
      END IF;
      IF are_known THEN
        PERFORM FROM unnest(shop_list) AS l (id)
        CROSS JOIN LATERAL (SELECT FROM shops s WHERE s.id = l.id FOR NO KEY UPDATE) s;
        WITH moved AS (
          UPDATE shops s SET head = s.head + l.events
          FROM unnest(shop_list, counts) WITH ORDINALITY AS l (id, events, ordinal) WHERE s.id = l.id
          RETURNING l.ordinal, s.head - l.events AS head, s.epoch, coalesce(s.policy_id, default_policy) AS policy,
            s.deaf_since IS NOT NULL AS deaf
        )
        SELECT array_agg(head ORDER BY ordinal), array_agg(epoch ORDER BY ordinal), array_agg(policy ORDER BY ordinal),
          array_agg(deaf ORDER BY ordinal), bool_or(policy IS NOT NULL)
          INTO heads, epochs, policies, is_deaf, has_policy FROM moved;
        names := shop_list;
      ELSE
        FOREACH shop IN ARRAY shop_list LOOP
          i := i + 1;
          UPDATE shops SET head = head + counts[i] WHERE id = shop
          RETURNING head, epoch, coalesce(policy_id, default_policy), deaf_since IS NOT NULL
            INTO new_head, shop_epoch, policy, deaf;
          IF NOT FOUND THEN
            INSERT INTO shops AS s (id, head) VALUES (shop, counts[i])
            ON CONFLICT (id) DO UPDATE SET head = s.head + excluded.head
            RETURNING s.head, s.epoch, coalesce(s.policy_id, default_policy), s.deaf_since IS NOT NULL
              INTO new_head, shop_epoch, policy, deaf;
          END IF;
          names[i] := shop;
          heads[i] := new_head - counts[i];
          epochs[i] := shop_epoch;
          policies[i] := policy;
          is_deaf[i] := deaf;
          has_policy := has_policy OR policy IS NOT NULL;
        END LOOP;
      END IF;

      RETURN QUERY
        SELECT n.shop_id, n.seq, epochs[e.shop_ordinal] || '.' || identity, n.event_id, n.type, n.order_id, n.content,
          n.occurred_at, n.summary, n.amount, NULL::bigint, NULL::text, NULL::timestamptz
        FROM unnest(shop_ordinals, order_ids, event_ids) AS e (shop_ordinal, order_id, event_id)
        CROSS JOIN LATERAL (
          SELECT * FROM notifications
          WHERE order_id = e.order_id AND shop_id = names[e.shop_ordinal] AND event_id = e.event_id OFFSET 0
        ) n;
      IF FOUND THEN
        i := 0;
        FOREACH shop IN ARRAY shop_list LOOP
          i := i + 1;
          UPDATE shops SET head = heads[i] WHERE id = shop;
        END LOOP;
        RETURN;
      END IF;

      INSERT INTO notifications (shop_id, seq, event_id, type, order_id, content, occurred_at, summary, amount, published_at)
        SELECT names[n.shop_ordinal], heads[n.shop_ordinal] + n.place, n.event_id, n.type, n.order_id, n.content,
          n.occurred_at, n.summary, n.amount, to_timestamp(n.published / 1000)
        FROM unnest(shop_ordinals, places, event_ids, types, order_ids, contents, times, summaries, amounts, published)
          AS n (shop_ordinal, place, event_id, type, order_id, content, occurred_at, summary, amount, published);

      IF has_policy THEN
        PERFORM start_escalations(names, heads, policies, is_deaf, shop_ordinals, places);
      END IF;

      i := 0;
      FOREACH shop IN ARRAY shop_list LOOP
        i := i + 1;
        shop_id := shop;
        seq := heads[i];
        epoch := epochs[i] || '.' || identity;
        RETURN NEXT;
      END LOOP;

      IF 1 <> ANY (types) OR EXISTS (SELECT FROM early_resolutions WHERE shop_id >= '') THEN
        RETURN QUERY
          SELECT r.shop_id, r.seq, s.epoch || '.' || identity, NULL::text, NULL::smallint, NULL::numeric, NULL::text,
            NULL::timestamptz, NULL::text, NULL::int, r.n, r.reason, r.acked_at
          FROM resolve_appended(names, heads, shop_ordinals, places, types, order_ids, times) r
          JOIN shops s ON s.id = r.shop_id;
      END IF;
    END
    $function$
COMMENT ON FUNCTION append_notifications IS 'logs a batch whose event ids differ within each shop. shop_list: the shops, each once, in the byte order of their ids; counts: how many events each has; then for each event the ordinal of its shop in that list and its place among that shop''s, both from 1. summaries, amounts, published (milliseconds since 1970): null where no event has one. Answers with a row for each shop: seq is its head before, the event''s columns are null; then with a row for each of the new notifications that upstream had dealt with before: only its receipt''s columns, n and what follows, are there. If some of the events are in their shop''s log already, answers with their rows instead, and logs nothing';

CREATE OR REPLACE FUNCTION public.end_escalations(of_shop text, last_n bigint, seqs bigint[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
    BEGIN
      DELETE FROM escalations WHERE shop_id = of_shop AND seq = ANY (seqs);

      UPDATE shops s SET receipts = last_n, open_from = CASE
        WHEN greatest(s.open_from, s.oldest) = ANY (seqs) THEN next_open(of_shop, greatest(s.open_from, s.oldest), 1000)
        ELSE s.open_from END
      WHERE s.id = of_shop;

      INSERT INTO bell_outbox (routing_key, event_id, body)
        SELECT b.routing_key, b.body ->> 'eventId', b.body::text
        FROM unnest(seqs) AS q (seq)
        CROSS JOIN LATERAL (SELECT * FROM receipts r WHERE r.shop_id = of_shop AND r.seq = q.seq OFFSET 0) r
        CROSS JOIN LATERAL (SELECT * FROM notifications n WHERE n.shop_id = of_shop AND n.seq = q.seq OFFSET 0) n
        CROSS JOIN LATERAL (
          SELECT
            CASE r.reason WHEN 'acknowledged' THEN 'notification.acknowledged' ELSE 'notification.resolved' END AS routing_key,
            jsonb_strip_nulls(jsonb_build_object(
              'eventId', gen_random_uuid(), 'shopId', of_shop,
              'occurredAt', to_char(r.acked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
              'seq', q.seq, 'type', n.type,
              'orderId', CASE WHEN n.order_id <= 9007199254740991 THEN to_jsonb(n.order_id) ELSE to_jsonb(n.order_id::text) END,
              'sid', r.sid, 'subject', r.subject, 'reason', nullif(r.reason, 'acknowledged')
            )) AS body
          OFFSET 0
        ) b;
    END
    $function$
COMMENT ON FUNCTION end_escalations IS 'what follows the receipts of these, of a shop whose row is locked: no step of theirs is decided any more, and the exchange bell learns of them';

CREATE OR REPLACE FUNCTION public.end_gateway(gateway uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET enable_seqscan TO 'off'
 SET jit TO 'off'
AS $function$
    BEGIN
      PERFORM FROM gateways WHERE id = gateway FOR UPDATE;
      PERFORM remove_hearing(gateway, NULL);
      DELETE FROM gateways WHERE id = gateway;
    END
    $function$
COMMENT ON FUNCTION end_gateway IS 'a gateway that stops removes all that it has written';

CREATE OR REPLACE FUNCTION public.fall_silent(shops text[], heard_since timestamp with time zone[])
 RETURNS void
 LANGUAGE sql
 SET enable_seqscan TO 'off'
 SET jit TO 'off'
AS $function$
      INSERT INTO silent_shops (shop_id, since, due_at, has_heard)
        SELECT e.shop, CASE WHEN e.since > t.now - interval '3 seconds' THEN coalesce(s.since, t.now) ELSE t.now END,
          t.now + interval '5 seconds', true
        FROM unnest(shops, heard_since) AS e (shop, since)
        CROSS JOIN (SELECT clock_timestamp() AS now OFFSET 0) t
        LEFT JOIN silent_shops s ON s.shop_id = e.shop
        ORDER BY e.shop COLLATE "C"
      ON CONFLICT (shop_id) DO UPDATE SET (since, due_at, has_heard) = (excluded.since, excluded.due_at, true)
    $function$
COMMENT ON FUNCTION fall_silent IS 'these shops have lost a row of hearing: whether another one is left is looked at when they are due';

CREATE OR REPLACE FUNCTION public.log_identity()
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
    DECLARE
      server bigint;
      written_on text;
      identity text;
    BEGIN
      SELECT nonce INTO identity FROM log_origin
      WHERE is_only AND system_identifier || '/' || timeline = current_setting('orderbell.log_origin', true);
      IF FOUND THEN
        RETURN identity;
      END IF;
      -- The timeline is in the name of the WAL file that is written now; pg_control_checkpoint() tells it minutes late.
      SELECT system_identifier, left(pg_walfile_name(pg_current_wal_lsn()), 8) INTO server, written_on FROM pg_control_system();
      SELECT nonce INTO identity FROM log_origin
      WHERE is_only AND (system_identifier, timeline) = (server, written_on);
      IF NOT FOUND THEN
        INSERT INTO log_origin AS o (system_identifier, timeline, nonce)
          VALUES (server, written_on, left(replace(gen_random_uuid()::text, '-', ''), 12))
        ON CONFLICT (is_only) DO UPDATE
          SET (system_identifier, timeline, nonce) = (server, written_on, excluded.nonce)
          WHERE (o.system_identifier, o.timeline) <> (server, written_on)
        RETURNING nonce INTO identity;
        IF NOT FOUND THEN
          SELECT nonce INTO identity FROM log_origin WHERE is_only;
        END IF;
      END IF;
      PERFORM set_config('orderbell.log_origin', server || '/' || written_on, false);
      RETURN identity;
    END
    $function$
COMMENT ON FUNCTION log_identity IS 'joined to a shop''s epoch: a database that was loaded elsewhere or failed over is another log';

CREATE OR REPLACE FUNCTION public.look_at_silent_shop()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    BEGIN
      UPDATE silent_shops SET due_at = least(due_at, clock_timestamp()) WHERE shop_id = NEW.id;
      RETURN NULL;
    END
    $function$
COMMENT ON FUNCTION look_at_silent_shop IS 'another policy applies to the shop: it may be deaf at another time';

CREATE OR REPLACE FUNCTION public.look_at_silent_shops()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    BEGIN
      PERFORM FROM silent_shops WHERE due_at > clock_timestamp() ORDER BY shop_id FOR UPDATE;
      UPDATE silent_shops SET due_at = clock_timestamp() WHERE due_at > clock_timestamp();
      RETURN NULL;
    END
    $function$
COMMENT ON FUNCTION look_at_silent_shops IS 'another default applies to the shops that have no policy of their own';

CREATE OR REPLACE FUNCTION public.mark_by_number_alone()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    BEGIN
      IF EXISTS (SELECT FROM orders o WHERE o.number = NEW.number AND o.shop_id <> NEW.shop_id) THEN
        RAISE 'several shops have an order %', NEW.number USING ERRCODE = 'operator_intervention';
      END IF;
      NEW.marked_at := clock_timestamp();
      RETURN NEW;
    END
    $function$
COMMENT ON FUNCTION mark_by_number_alone IS 'for the version before, which finds an order by its number alone and keeps no marked_at';

CREATE OR REPLACE FUNCTION public.next_open(of_shop text, since bigint, most integer)
 RETURNS bigint
 LANGUAGE plpgsql
 STABLE
AS $function$
    DECLARE
      found bigint;
    BEGIN
      SELECT n.seq INTO found
      FROM (
        SELECT seq, expired_at FROM notifications WHERE shop_id = of_shop AND seq >= since ORDER BY seq LIMIT most
      ) n
      LEFT JOIN LATERAL (SELECT r.n FROM receipts r WHERE r.shop_id = of_shop AND r.seq = n.seq OFFSET 0) r ON true
      WHERE n.expired_at IS NULL AND r.n IS NULL
      ORDER BY n.seq LIMIT 1;
      IF found IS NULL THEN
        SELECT max(n.seq) + 1 INTO found
        FROM (SELECT seq FROM notifications WHERE shop_id = of_shop AND seq >= since ORDER BY seq LIMIT most) n;
      END IF;
      RETURN coalesce(found, since);
    END
    $function$
COMMENT ON FUNCTION next_open IS 'the lowest seq from since on that is neither acknowledged, resolved nor expired, or the one after the last that was looked at: at most so many are';

CREATE OR REPLACE FUNCTION public.note_silent_shops(after text, batch integer)
 RETURNS text
 LANGUAGE plpgsql
 SET enable_seqscan TO 'off'
 SET jit TO 'off'
AS $function$
    DECLARE
      looked text[];
    BEGIN
      WITH RECURSIVE open (shop_id, place) AS (
        (SELECT e.shop_id, 1 FROM escalations e WHERE e.shop_id > after ORDER BY e.shop_id LIMIT 1)
        UNION ALL
        SELECT f.shop_id, open.place + 1
        FROM open CROSS JOIN LATERAL (
          SELECT e.shop_id FROM escalations e WHERE e.shop_id > open.shop_id ORDER BY e.shop_id LIMIT 1
        ) f
        WHERE open.place < batch
      )
      SELECT array_agg(open.shop_id ORDER BY open.shop_id) INTO looked FROM open;
      INSERT INTO silent_shops (shop_id, since, due_at, has_heard)
        SELECT o.shop_id, (SELECT min(e.started_at) FROM escalations e WHERE e.shop_id = o.shop_id), clock_timestamp(), false
        FROM unnest(looked) AS o (shop_id)
        WHERE NOT EXISTS (SELECT FROM hearing h WHERE h.shop_id = o.shop_id)
          AND NOT EXISTS (SELECT FROM silent_shops s WHERE s.shop_id = o.shop_id)
          AND EXISTS (SELECT FROM escalations e WHERE e.shop_id = o.shop_id)
        ORDER BY o.shop_id COLLATE "C"
      ON CONFLICT (shop_id) DO NOTHING;
      RETURN looked[batch];
    END
    $function$
COMMENT ON FUNCTION note_silent_shops IS 'of a batch of shops with an open notification, those of which no gateway has or had a session that can sound; the last of a full batch';

CREATE OR REPLACE FUNCTION public.record_progress(names text[], kinds text[], seqs bigint[], sids text[], ages double precision[])
 RETURNS SETOF double precision
 LANGUAGE plpgsql
AS $function$
    BEGIN
      -- One after the other: the next finds what this one has written.
      PERFORM pg_advisory_xact_lock(hashtextextended('progress', 0));
      RETURN QUERY
        WITH reported AS (
          SELECT p.name, p.kind, p.seq, p.sid, clock_timestamp() - make_interval(secs => p.age) AS at, s.open_from
          FROM unnest(names, kinds, seqs, sids, ages) AS p (name, kind, seq, sid, age)
          JOIN shops s ON s.id = p.name AND s.head >= p.seq
        ), added AS (
          INSERT INTO progress (shop_id, kind, seq, sid, at) SELECT name, kind, seq, sid, at FROM reported
        ), spoken AS (
          SELECT r.*, greatest(r.seq - 100, coalesce(
            (SELECT max(p.seq) FROM progress p WHERE p.shop_id = r.name AND p.kind = 'spoken'), r.open_from - 1
          )) AS before
          FROM reported r WHERE r.kind = 'spoken'
        )
        SELECT greatest(0, extract(epoch FROM r.at - n.occurred_at))::double precision
        FROM spoken r
        JOIN notifications n ON n.shop_id = r.name AND n.seq > r.before AND n.seq <= r.seq AND n.type = 1
        WHERE NOT EXISTS (
          SELECT FROM receipts t WHERE t.shop_id = n.shop_id AND t.seq = n.seq AND t.acked_at < r.at
        );
    END
    $function$
COMMENT ON FUNCTION record_progress IS 'stores reports that are not beyond the head; the seconds from paid to spoken of each order that is spoken with them for the first time, of at most 100 of a shop';

CREATE OR REPLACE FUNCTION public.record_progress(names text[], kinds text[], seqs bigint[], sids text[], ages double precision[], broadcast_ages double precision[])
 RETURNS SETOF double precision
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET jit TO 'off'
AS $function$
    BEGIN
      -- One after the other: the next finds what this one has written.
      PERFORM pg_advisory_xact_lock(hashtextextended('progress', 0));
      RETURN QUERY
        WITH reported AS (
          SELECT p.name, p.kind, p.seq, p.sid, s.open_from, clock_timestamp() - make_interval(secs => p.age) AS at,
            clock_timestamp() - make_interval(secs => p.broadcast_age) AS broadcast_at
          FROM unnest(names, kinds, seqs, sids, ages, broadcast_ages) AS p (name, kind, seq, sid, age, broadcast_age)
          JOIN shops s ON s.id = p.name AND s.head >= p.seq
        ), added AS (
          INSERT INTO progress (shop_id, kind, seq, sid, at, broadcast_at)
          SELECT name, kind, seq, sid, at, broadcast_at FROM reported
        ), spoken AS (
          SELECT r.*, greatest(r.seq - 100, coalesce(
            (SELECT max(p.seq) FROM progress p WHERE p.shop_id = r.name AND p.kind = 'spoken'), r.open_from - 1
          )) AS before
          FROM reported r WHERE r.kind = 'spoken'
        )
        SELECT greatest(0, extract(epoch FROM r.at - n.occurred_at))::double precision
        FROM spoken r
        JOIN notifications n ON n.shop_id = r.name AND n.seq > r.before AND n.seq <= r.seq AND n.type = 1
        WHERE NOT EXISTS (
          SELECT FROM receipts t WHERE t.shop_id = n.shop_id AND t.seq = n.seq AND t.acked_at < r.at
        );
    END
    $function$
COMMENT ON FUNCTION record_progress IS 'stores reports that are not beyond the head, each with the seconds since it was made and since its seq was published to sockets, null where that is not known; the seconds from paid to spoken of each order that is spoken with them for the first time, of at most 100 of a shop';

CREATE OR REPLACE FUNCTION public.redeem_pairing_code(hash bytea, most_attempts integer, given_name text, ends_at timestamp with time zone)
 RETURNS TABLE(outcome text, till_id uuid, till_shop text, till_name text, ended_codes bigint)
 LANGUAGE plpgsql
AS $function$
    DECLARE
      used pairing_codes;
    BEGIN
      -- One try at a time: the next one sees what this one counted. It is rare, and takes a millisecond.
      PERFORM pg_advisory_xact_lock(hashtextextended('pairing', 0));
      ended_codes := 0;
      UPDATE pairing_codes p SET used_at = clock_timestamp()
      WHERE p.code_hash = hash AND p.used_at IS NULL AND p.expires_at > clock_timestamp() AND p.attempts < most_attempts
      RETURNING p.* INTO used;
      IF FOUND THEN
        outcome := 'paired';
        INSERT INTO tills AS t (shop_id, name, token_ends_at)
        VALUES (used.shop_id, coalesce(nullif(given_name, ''), used.name), ends_at)
        RETURNING t.id, t.shop_id, t.name INTO till_id, till_shop, till_name;
      ELSIF EXISTS (SELECT FROM pairing_codes p WHERE p.code_hash = hash) THEN
        -- Such a try cannot meet a live code, so it counts against none.
        outcome := 'ended';
      ELSE
        outcome := 'unknown';
        WITH counted AS (
          UPDATE pairing_codes p SET attempts = p.attempts + 1
          WHERE p.used_at IS NULL AND p.expires_at > clock_timestamp() AND p.attempts < most_attempts
          RETURNING p.attempts
        )
        SELECT count(*) FILTER (WHERE counted.attempts >= most_attempts) INTO ended_codes FROM counted;
      END IF;
      RETURN NEXT;
    END
    $function$
COMMENT ON FUNCTION redeem_pairing_code IS 'one try of a code: paired, ended, or unknown, which counts against every live code';

CREATE OR REPLACE FUNCTION public.remove_expired(cutoff timestamp with time zone, batch integer)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
    DECLARE
      shop shops%ROWTYPE;
      last bigint;
    BEGIN
      SELECT s.* INTO shop FROM shops s JOIN notifications n ON n.shop_id = s.id AND n.seq = s.oldest
      WHERE n.stored_at < cutoff LIMIT 1 FOR NO KEY UPDATE OF s SKIP LOCKED;
      IF NOT FOUND THEN
        RETURN 0;
      END IF;
      SELECT coalesce(min(f.seq) FILTER (WHERE f.stored_at >= cutoff) - 1, max(f.seq)) INTO last
      FROM (SELECT n.seq, n.stored_at FROM notifications n
            WHERE n.shop_id = shop.id AND n.seq >= shop.oldest ORDER BY n.seq LIMIT batch) f;
      DELETE FROM escalations e WHERE e.shop_id = shop.id AND e.seq BETWEEN shop.oldest AND last;
      DELETE FROM notifications n WHERE n.shop_id = shop.id AND n.seq BETWEEN shop.oldest AND last;
      UPDATE shops SET oldest = last + 1 WHERE id = shop.id;
      RETURN last - shop.oldest + 1;
    END
    $function$
COMMENT ON FUNCTION remove_expired IS 'takes up to a batch of those stored before the cutoff from the front of one shop''s log; 0 when there are none';

CREATE OR REPLACE FUNCTION public.remove_expired(cutoff timestamp with time zone, batch integer, after text)
 RETURNS TABLE(removed bigint, reached text, is_done boolean)
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
 SET jit TO 'off'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_sort TO 'off'
AS $function$
    DECLARE
      shop record;
      last bigint;
      names text[] := '{}';
      firsts bigint[] := '{}';
      lasts bigint[] := '{}';
      planned bigint := 0;
      looked int := 0;
    BEGIN
      PERFORM set_config('synchronous_commit', 'off', true);
      removed := 0;
      reached := after;
      FOR shop IN
        SELECT s.id, s.oldest FROM shops s
        CROSS JOIN LATERAL (SELECT stored_at FROM notifications n WHERE n.shop_id = s.id AND n.seq = s.oldest OFFSET 0) n
        WHERE s.id > after AND n.stored_at < cutoff ORDER BY s.id LIMIT batch
      LOOP
        SELECT coalesce(min(f.seq) FILTER (WHERE f.stored_at >= cutoff) - 1, max(f.seq)) INTO last
        FROM (SELECT n.seq, n.stored_at FROM notifications n
              WHERE n.shop_id = shop.id AND n.seq >= shop.oldest ORDER BY n.seq LIMIT batch - planned) f;
        looked := looked + 1;
        -- Another may have removed them since: then there is nothing, or what begins later.
        IF last >= shop.oldest THEN
          names := names || shop.id;
          firsts := firsts || shop.oldest;
          lasts := lasts || last;
          planned := planned + last - shop.oldest + 1;
          EXIT WHEN planned >= batch;
        END IF;
        reached := shop.id;
      END LOOP;
      is_done := planned < batch AND looked < batch;

      FOR i IN 1 .. cardinality(names) LOOP
        PERFORM FROM shops s WHERE s.id = names[i] AND s.oldest = firsts[i] FOR NO KEY UPDATE SKIP LOCKED;
        IF FOUND THEN
          DELETE FROM escalations e WHERE e.shop_id = names[i] AND e.seq BETWEEN firsts[i] AND lasts[i];
          DELETE FROM notifications n WHERE n.shop_id = names[i] AND n.seq BETWEEN firsts[i] AND lasts[i];
          UPDATE shops SET oldest = lasts[i] + 1 WHERE id = names[i];
          removed := removed + lasts[i] - firsts[i] + 1;
        ELSE
          reached := greatest(reached, names[i] COLLATE "C");
        END IF;
      END LOOP;
      RETURN NEXT;
    END
    $function$
COMMENT ON FUNCTION remove_expired IS 'takes up to a batch of those stored before the cutoff from the fronts of the logs of the shops after this one, in the order of their names. How many, the shop after which to go on, and whether no shop is left. A shop whose row is locked is left out';

CREATE OR REPLACE FUNCTION public.remove_hearing(gateway uuid, batch integer)
 RETURNS integer
 LANGUAGE plpgsql
 SET enable_seqscan TO 'off'
 SET jit TO 'off'
AS $function$
    DECLARE
      gone text[];
      gone_since timestamptz[];
    BEGIN
      SELECT array_agg(f.shop_id), array_agg(f.since) INTO gone, gone_since
      FROM (SELECT shop_id, since FROM hearing WHERE gateway_id = gateway ORDER BY shop_id LIMIT batch) f;
      PERFORM FROM silent_shops WHERE shop_id = ANY (gone) ORDER BY shop_id FOR UPDATE;
      DELETE FROM hearing WHERE gateway_id = gateway AND shop_id = ANY (gone);
      PERFORM fall_silent(gone, gone_since) WHERE gone IS NOT NULL;
      RETURN coalesce(cardinality(gone), 0);
    END
    $function$
COMMENT ON FUNCTION remove_hearing IS 'takes up to a batch of the rows of one gateway, whose own row the caller has locked; how many these were';

CREATE OR REPLACE FUNCTION public.remove_lapsed_gateway(batch integer)
 RETURNS TABLE(removed integer, is_gone boolean, has_lapsed boolean)
 LANGUAGE plpgsql
 SET enable_seqscan TO 'off'
 SET jit TO 'off'
AS $function$
    DECLARE
      lapsed gateways%ROWTYPE;
      count int;
    BEGIN
      SELECT * INTO lapsed FROM gateways WHERE lapses_at <= clock_timestamp() ORDER BY lapses_at LIMIT 1 FOR UPDATE SKIP LOCKED;
      IF NOT FOUND THEN
        RETURN;
      END IF;
      count := remove_hearing(lapsed.id, batch);
      IF count < batch THEN
        DELETE FROM gateways WHERE id = lapsed.id;
      END IF;
      RETURN QUERY SELECT count, count < batch, isfinite(lapsed.lapses_at);
    END
    $function$
COMMENT ON FUNCTION remove_lapsed_gateway IS 'a batch of the rows of one gateway whose lease is over, and then the gateway; it has lapsed unless the gateway ended it itself';

CREATE OR REPLACE FUNCTION public.resolve_appended(names text[], heads bigint[], shop_ordinals integer[], places integer[], types smallint[], order_ids numeric[], times timestamp with time zone[])
 RETURNS TABLE(shop_id text, n bigint, seq bigint, reason text, acked_at timestamp with time zone)
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
    #variable_conflict use_column
    DECLARE
      resolved_names text[];
      resolved_seqs bigint[];
      reasons text[];
      as_of timestamptz[];
    BEGIN
      SELECT array_agg(f.name), array_agg(f.seq), array_agg(f.reason), array_agg(f.as_of)
        INTO resolved_names, resolved_seqs, reasons, as_of
      FROM (
        SELECT names[e.shop_ordinal] AS name, heads[e.shop_ordinal] + e.place AS seq, x.reason, x.occurred_at AS as_of
        FROM unnest(shop_ordinals, places, types, order_ids, times) AS e (shop_ordinal, place, type, order_id, occurred_at)
        JOIN early_resolutions x ON x.shop_id = names[e.shop_ordinal] AND x.order_id = e.order_id
          AND x.stored_at > clock_timestamp() - interval '1 hour'
        WHERE e.type = 1 OR e.occurred_at <= x.occurred_at
        UNION ALL
        SELECT names[e.shop_ordinal], heads[e.shop_ordinal] + e.place, r.reason, r.resolved_as_of
        FROM unnest(shop_ordinals, places, types, order_ids, times) AS e (shop_ordinal, place, type, order_id, occurred_at)
        CROSS JOIN LATERAL (
          SELECT r.reason, r.resolved_as_of
          FROM notifications n JOIN receipts r ON r.shop_id = n.shop_id AND r.seq = n.seq
          WHERE n.order_id = e.order_id AND n.shop_id = names[e.shop_ordinal] AND r.resolved_as_of >= e.occurred_at
          LIMIT 1
        ) r
        WHERE e.type <> 1
      ) f;
      IF resolved_names IS NOT NULL THEN
        RETURN QUERY SELECT * FROM resolve_places(resolved_names, resolved_seqs, reasons, as_of);
      END IF;
    END
    $function$
COMMENT ON FUNCTION resolve_appended IS 'of what was just logged, resolves what upstream had dealt with before it came';

CREATE OR REPLACE FUNCTION public.resolve_notifications(shop_ids text[], order_ids numeric[], reasons text[], event_ids text[], times timestamp with time zone[])
 RETURNS TABLE(shop_id text, epoch text, n bigint, seq bigint, reason text, acked_at timestamp with time zone)
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
    #variable_conflict use_column
    DECLARE
      identity text := log_identity();
      shop text;
      names text[];
      seqs bigint[];
      why text[];
      as_of timestamptz[];
    BEGIN
      FOR shop IN SELECT DISTINCT id COLLATE "C" FROM unnest(shop_ids) AS s (id) ORDER BY 1 LOOP
        PERFORM FROM shops WHERE id = shop FOR NO KEY UPDATE;
        IF NOT FOUND THEN
          INSERT INTO shops AS s (id) VALUES (shop) ON CONFLICT (id) DO UPDATE SET head = s.head;
        END IF;
      END LOOP;

      SELECT array_agg(f.shop_id), array_agg(f.seq), array_agg(f.reason), array_agg(f.occurred_at)
        INTO names, seqs, why, as_of
      FROM (
        SELECT x.shop_id, n.seq, x.reason, x.occurred_at
        FROM unnest(shop_ids, order_ids, reasons, times) WITH ORDINALITY AS x (shop_id, order_id, reason, occurred_at, nth)
        CROSS JOIN LATERAL (
          SELECT n.seq FROM notifications n
          WHERE n.order_id = x.order_id AND n.shop_id = x.shop_id AND (n.type = 1 OR n.occurred_at <= x.occurred_at)
            AND NOT EXISTS (SELECT FROM receipts r WHERE r.shop_id = n.shop_id AND r.seq = n.seq)
          OFFSET 0
        ) n
        ORDER BY x.nth
      ) f;
      IF names IS NOT NULL THEN
        RETURN QUERY
          SELECT r.shop_id, s.epoch || '.' || identity, r.n, r.seq, r.reason, r.acked_at
          FROM resolve_places(names, seqs, why, as_of) r JOIN shops s ON s.id = r.shop_id;
      END IF;

      INSERT INTO early_resolutions AS e (shop_id, order_id, reason, event_id, occurred_at)
        SELECT DISTINCT ON (x.shop_id COLLATE "C", x.order_id) x.shop_id, x.order_id,
          first_value(x.reason) OVER w, first_value(x.event_id) OVER w, max(x.occurred_at) OVER w
        FROM unnest(shop_ids, order_ids, reasons, event_ids, times) WITH ORDINALITY
          AS x (shop_id, order_id, reason, event_id, occurred_at, nth)
        WHERE NOT EXISTS (
          SELECT FROM notifications n JOIN receipts r ON r.shop_id = n.shop_id AND r.seq = n.seq
          WHERE n.order_id = x.order_id AND n.shop_id = x.shop_id AND n.type = 1 AND r.resolved_as_of >= x.occurred_at
        )
        WINDOW w AS (
          PARTITION BY x.shop_id COLLATE "C", x.order_id ORDER BY x.nth ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        )
      ON CONFLICT (shop_id, order_id) DO UPDATE SET
        (occurred_at, stored_at) = (greatest(e.occurred_at, excluded.occurred_at), clock_timestamp());
    END
    $function$
COMMENT ON FUNCTION resolve_notifications IS 'orders that upstream has accepted or cancelled, with the reason and when: resolves what their shops'' logs have open of them, but for reminders from after then, and keeps for an hour what can meet a notification that comes late. Answers with the receipts';

CREATE OR REPLACE FUNCTION public.resolve_places(names text[], seqs bigint[], reasons text[], as_of timestamp with time zone[])
 RETURNS TABLE(shop_id text, n bigint, seq bigint, reason text, acked_at timestamp with time zone)
 LANGUAGE plpgsql
AS $function$
    #variable_conflict use_column
    DECLARE
      shop text;
      before bigint;
      made bigint[];
    BEGIN
      FOR shop IN SELECT DISTINCT name COLLATE "C" FROM unnest(names) AS p (name) ORDER BY 1 LOOP
        SELECT receipts INTO before FROM shops WHERE id = shop;
        WITH fresh AS (
          INSERT INTO receipts AS r (shop_id, n, seq, reason, resolved_as_of)
          SELECT shop, before + row_number() OVER (ORDER BY p.seq), p.seq, p.reason, p.as_of
          FROM (
            SELECT DISTINCT ON (p.seq) p.seq, p.reason, p.as_of
            FROM unnest(names, seqs, reasons, as_of) WITH ORDINALITY AS p (name, seq, reason, as_of, nth)
            WHERE p.name = shop
            ORDER BY p.seq, p.nth
          ) p
          RETURNING seq
        )
        SELECT array_agg(seq ORDER BY seq) INTO made FROM fresh;
        PERFORM end_escalations(shop, before + cardinality(made), made);
        RETURN QUERY
          SELECT shop, r.n, r.seq, r.reason, r.acked_at FROM receipts r
          WHERE r.shop_id = shop AND r.seq = ANY (made) ORDER BY r.n;
      END LOOP;
    END
    $function$
COMMENT ON FUNCTION resolve_places IS 'a receipt without a session for each of these places, which have none, of shops whose rows are locked; of several reasons for one place the first counts';

CREATE OR REPLACE FUNCTION public.start_escalations(names text[], heads bigint[], policies bigint[], is_deaf boolean[], shop_ordinals integer[], places integer[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
    BEGIN
      INSERT INTO escalations (shop_id, seq, policy_id, started_at, due_at)
        SELECT names[e.shop_ordinal], heads[e.shop_ordinal] + e.place, p.id, t.now,
          CASE WHEN is_deaf[e.shop_ordinal] AND p.first_when = 'unheard' THEN t.now
            ELSE t.now + p.first_after_seconds * interval '1 second' END
        FROM (SELECT clock_timestamp() AS now OFFSET 0) t
        CROSS JOIN unnest(shop_ordinals, places) AS e (shop_ordinal, place)
        JOIN escalation_policies p ON p.id = policies[e.shop_ordinal]
      ON CONFLICT (shop_id, seq) DO UPDATE SET
        (policy_id, cycle, step, started_at, due_at) = (excluded.policy_id, 0, 1, excluded.started_at, excluded.due_at);
    END
    $function$
COMMENT ON FUNCTION start_escalations IS 'of what was just logged, where its shop has a policy: null in policies is none';

CREATE OR REPLACE FUNCTION public.write_hearing(gateway uuid, heard text[], silent text[])
 RETURNS boolean
 LANGUAGE plpgsql
 SET enable_seqscan TO 'off'
 SET jit TO 'off'
AS $function$
    DECLARE
      gone text[];
      gone_since timestamptz[];
    BEGIN
      PERFORM FROM gateways WHERE id = gateway AND lapses_at > clock_timestamp() FOR KEY SHARE;
      IF NOT FOUND THEN
        RETURN false;
      END IF;
      PERFORM FROM silent_shops WHERE shop_id = ANY (heard || silent) ORDER BY shop_id FOR UPDATE;
      INSERT INTO hearing (shop_id, gateway_id) SELECT shop, gateway FROM unnest(heard) AS shop ON CONFLICT DO NOTHING;
      UPDATE silent_shops SET due_at = least(due_at, clock_timestamp() + interval '3 seconds') WHERE shop_id = ANY (heard);
      WITH removed AS (
        DELETE FROM hearing WHERE gateway_id = gateway AND shop_id = ANY (silent) RETURNING shop_id, since
      )
      SELECT array_agg(shop_id), array_agg(since) INTO gone, gone_since FROM removed;
      PERFORM fall_silent(gone, gone_since) WHERE gone IS NOT NULL;
      RETURN true;
    END
    $function$
COMMENT ON FUNCTION write_hearing IS 'what has changed at one gateway; false, and nothing is written, where its lease has lapsed';
