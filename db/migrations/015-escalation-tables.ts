/**
 * From paid to heard: policies, what is still open under them, each step that was decided, its deliveries, who hears in a
 * shop, and what the tills report. Only adds: processes of the version before go on beside it.
 */

import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE escalation_policies (
      id                   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      shop_id              text COLLATE "C",
      body                 jsonb NOT NULL,
      first_after_seconds  int NOT NULL CHECK (first_after_seconds > 0),
      first_when           text NOT NULL CHECK (first_when IN ('unheard', 'unacknowledged')),
      made_at              timestamptz NOT NULL DEFAULT clock_timestamp(),
      made_by              text
    );
    CREATE INDEX escalation_policies_shop ON escalation_policies (shop_id, id);
    COMMENT ON TABLE escalation_policies IS 'every version of every policy: a row never changes';
    COMMENT ON COLUMN escalation_policies.shop_id IS 'null of the configured default';
    COMMENT ON COLUMN escalation_policies.made_by IS 'the sub of the token; null without authentication';

    CREATE TABLE escalation_default (
      is_only    boolean PRIMARY KEY DEFAULT true CHECK (is_only),
      policy_id  bigint NOT NULL REFERENCES escalation_policies
    );
    COMMENT ON TABLE escalation_default IS 'the policy of every shop that has none of its own; no row where none is configured';

    ALTER TABLE shops
      ADD COLUMN policy_id bigint REFERENCES escalation_policies,
      ADD COLUMN open_from bigint NOT NULL DEFAULT 1,
      ADD COLUMN deaf_since timestamptz;
    COMMENT ON COLUMN shops.policy_id IS 'the version of its own policy that is in force; null: the default';
    COMMENT ON COLUMN shops.open_from IS 'every notification below it is acknowledged, resolved or expired';
    COMMENT ON COLUMN shops.deaf_since IS 'since when it has been reported deaf; null: it is not';

    ALTER TABLE notifications
      ADD COLUMN summary text CHECK (char_length(summary) BETWEEN 1 AND 200),
      ADD COLUMN amount integer CHECK (amount >= 0),
      ADD COLUMN expired_at timestamptz;
    COMMENT ON COLUMN notifications.summary IS 'what was ordered, where the event has it';
    COMMENT ON COLUMN notifications.amount IS 'in fen, where the event has it';
    COMMENT ON COLUMN notifications.expired_at IS 'when its escalation ended without an answer';

    ALTER TABLE receipts
      ADD COLUMN reason text NOT NULL DEFAULT 'acknowledged' CHECK (reason IN ('acknowledged', 'accepted', 'cancelled')),
      ALTER COLUMN sid DROP NOT NULL;
    COMMENT ON COLUMN receipts.sid IS 'the session that acknowledged; null where upstream resolved it';

    CREATE TABLE early_resolutions (
      shop_id      text COLLATE "C" NOT NULL,
      order_id     numeric(20) NOT NULL,
      reason       text NOT NULL CHECK (reason IN ('accepted', 'cancelled')),
      event_id     text COLLATE "C" NOT NULL,
      occurred_at  timestamptz NOT NULL,
      stored_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (shop_id, order_id)
    );
    COMMENT ON TABLE early_resolutions IS 'orders that were accepted or cancelled before their order.paid was logged; kept for an hour';

    CREATE TABLE escalations (
      shop_id     text COLLATE "C" NOT NULL,
      seq         bigint NOT NULL,
      policy_id   bigint NOT NULL,
      cycle       smallint NOT NULL DEFAULT 0,
      step        smallint NOT NULL DEFAULT 1,
      started_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
      due_at      timestamptz NOT NULL,
      PRIMARY KEY (shop_id, seq)
    );
    CREATE INDEX escalations_due ON escalations (due_at);
    COMMENT ON TABLE escalations IS 'the open notifications to which a policy applies: acknowledging, resolving and expiring remove the row';
    COMMENT ON COLUMN escalations.step IS 'the next one to look at, from 1; cycles are from 0';

    CREATE TABLE escalation_steps (
      shop_id     text COLLATE "C" NOT NULL,
      seq         bigint NOT NULL,
      cycle       smallint NOT NULL,
      step        smallint NOT NULL,
      policy_id   bigint NOT NULL,
      condition   text NOT NULL,
      targets     text[] NOT NULL,
      presence    text NOT NULL,
      due_at      timestamptz NOT NULL,
      decided_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (shop_id, seq, cycle, step)
    );
    CREATE INDEX escalation_steps_decided ON escalation_steps (decided_at);
    COMMENT ON TABLE escalation_steps IS 'each step that fired';
    COMMENT ON COLUMN escalation_steps.condition IS 'unheard or unacknowledged';
    COMMENT ON COLUMN escalation_steps.presence IS 'whether the shop could hear: hearing, silent or deaf';

    CREATE TABLE deliveries (
      id               uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      type             text NOT NULL,
      shop_id          text COLLATE "C" NOT NULL,
      seq              bigint,
      cycle            smallint,
      step             smallint,
      target           text NOT NULL,
      event_id         text NOT NULL,
      body             text NOT NULL,
      made_at          timestamptz NOT NULL DEFAULT clock_timestamp(),
      expires_at       timestamptz NOT NULL,
      state            text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'ended')),
      due_at           timestamptz NOT NULL DEFAULT clock_timestamp(),
      leased_by        uuid,
      attempts         int NOT NULL DEFAULT 0,
      last_attempt_at  timestamptz,
      last_result      text,
      ended_at         timestamptz,
      reason           text,
      is_forced        boolean NOT NULL DEFAULT false,
      UNIQUE (event_id, target)
    );
    CREATE UNIQUE INDEX deliveries_once ON deliveries (shop_id, seq, cycle, step, target);
    CREATE INDEX deliveries_due ON deliveries (target, due_at) WHERE state = 'pending';
    CREATE INDEX deliveries_made ON deliveries (made_at);
    COMMENT ON TABLE deliveries IS 'what is told to a target: at least once under one id, or ended with a reason';
    COMMENT ON COLUMN deliveries.type IS 'notification.escalated, shop.deaf or shop.hearing';
    COMMENT ON COLUMN deliveries.seq IS 'null where it is about the shop';
    COMMENT ON COLUMN deliveries.body IS 'the JSON that is sent';
    COMMENT ON COLUMN deliveries.due_at IS 'when the next attempt may begin; during an attempt, when its lease lapses';
    COMMENT ON COLUMN deliveries.reason IS 'why it ended without having been delivered';
    COMMENT ON COLUMN deliveries.is_forced IS 'an operator had it sent again, whether or not its notification is open';

    CREATE TABLE disabled_targets (
      target       text PRIMARY KEY,
      disabled_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
      url_hash     text NOT NULL
    );
    COMMENT ON TABLE disabled_targets IS 'targets that answered 410; another address makes the target a new one';
    COMMENT ON COLUMN disabled_targets.url_hash IS 'SHA-256 of its URL, which may hold a secret';

    CREATE TABLE push_subscriptions (
      id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      shop_id     text COLLATE "C" NOT NULL,
      endpoint    text NOT NULL,
      keys        jsonb NOT NULL,
      subject     text,
      language    text,
      made_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
      renewed_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
      UNIQUE (shop_id, endpoint)
    );
    CREATE INDEX push_subscriptions_endpoint ON push_subscriptions (endpoint);
    COMMENT ON TABLE push_subscriptions IS 'where the tills of a shop get Web Push; one browser may listen for several shops';

    CREATE TABLE bell_outbox (
      id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      routing_key  text NOT NULL,
      event_id     text NOT NULL,
      body         text NOT NULL,
      recorded_at  timestamptz NOT NULL DEFAULT now()
    );
    COMMENT ON TABLE bell_outbox IS 'events for the exchange bell that the broker has not confirmed yet';

    CREATE TABLE gateways (
      id         uuid PRIMARY KEY,
      lapses_at  timestamptz NOT NULL
    );
    COMMENT ON TABLE gateways IS 'the gateways that hold sessions, each under a lease that it renews';

    CREATE TABLE hearing (
      gateway_id  uuid NOT NULL,
      shop_id     text COLLATE "C" NOT NULL,
      since       timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (shop_id, gateway_id)
    );
    CREATE INDEX hearing_gateway ON hearing (gateway_id, shop_id);
    COMMENT ON TABLE hearing IS 'the shops of which a gateway holds a session that can sound';

    CREATE TABLE silent_shops (
      shop_id    text COLLATE "C" PRIMARY KEY,
      since      timestamptz NOT NULL,
      due_at     timestamptz NOT NULL,
      has_heard  boolean NOT NULL
    );
    CREATE INDEX silent_shops_due ON silent_shops (due_at);
    COMMENT ON TABLE silent_shops IS 'shops that should hear and do not, until they hear again';
    COMMENT ON COLUMN silent_shops.due_at IS 'when to look whether it is deaf by now; infinity: not before something changes';
    COMMENT ON COLUMN silent_shops.has_heard IS 'whether a session that can sound was there; false: it is here for its open notifications alone';

    CREATE TABLE progress (
      shop_id  text COLLATE "C" NOT NULL,
      kind     text NOT NULL CHECK (kind IN ('seen', 'spoken')),
      seq      bigint NOT NULL,
      sid      text NOT NULL,
      at       timestamptz NOT NULL DEFAULT clock_timestamp()
    );
    CREATE INDEX progress_place ON progress (shop_id, kind, seq);
    CREATE INDEX progress_at ON progress (at);
    COMMENT ON TABLE progress IS 'what tills report: all up to seq were on the screen, or were said or chimed to the end';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP TABLE progress, silent_shops, hearing, gateways, bell_outbox, push_subscriptions, disabled_targets, deliveries,
      escalation_steps, escalations, early_resolutions;
    UPDATE receipts SET sid = 'upstream' WHERE sid IS NULL;
    ALTER TABLE receipts DROP COLUMN reason, ALTER COLUMN sid SET NOT NULL;
    ALTER TABLE notifications DROP COLUMN expired_at, DROP COLUMN amount, DROP COLUMN summary;
    ALTER TABLE shops DROP COLUMN deaf_since, DROP COLUMN open_from, DROP COLUMN policy_id;
    DROP TABLE escalation_default, escalation_policies;
  `);
}
