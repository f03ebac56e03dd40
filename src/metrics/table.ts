/**
 * Every metric of ours: name, labels, which roles tell it, and what it tells. A process without the role does not print
 * it. The table in the README beside it, the dashboard and the alert rules are checked against this.
 */

import type { Role } from '../config/config.ts';
import type { MetricRow } from './registry.ts';

/** The roles of which a process must have one to print the metric. */
type By = 'every' | readonly Role[];

export interface Row<L extends string = string> extends MetricRow<L> {
  readonly by: By;
}

/** Upper bounds, in seconds, of one step; and of what may have to wait for a server that is away. */
const STEP = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const WAIT = [0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800];
/** Of a request to others, which ends after 15 s. */
const ATTEMPT = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15];
const EVENTS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

function counter<const L extends string>(name: string, labels: readonly L[], by: By, help: string): Row<L> {
  return { type: 'counter', name, labels, by, help };
}

function gauge<const L extends string>(name: string, labels: readonly L[], by: By, help: string): Row<L> {
  return { type: 'gauge', name, labels, by, help };
}

function histogram<const L extends string>(
  name: string,
  buckets: readonly number[],
  labels: readonly L[],
  by: By,
  help: string,
): Row<L> {
  return { type: 'histogram', name, labels, by, help, buckets };
}

// biome-ignore format: one metric, two lines
export const METRICS = {
  // How far events have come, and how long each stage took.
  recorded: counter('orderbell_events_recorded_total', ['key'], ['http'],
    'Events recorded in the outbox, each with its payment or reminder.'),
  paymentIncidents: counter('orderbell_payment_incidents_total', ['kind'], ['http'],
    'Verified payments that could not be applied, each once however often its notice comes; the table `payment_incidents` has them.'),
  paymentCallbacks: counter('orderbell_payment_callbacks_total', ['provider', 'result'], ['http'],
    'Callbacks of payment providers: `paid`, `repeated`, `refunded`, `irrelevant`, `incident`, why it was refused (`unverified`, `probe` for a false signature that the provider sends on purpose, `not-json`, `invalid`), or `unavailable`.'),
  openIncidents: gauge('orderbell_payment_incidents_open', [], ['http'],
    'Incidents that are not settled, counted up to 1000.'),
  outboxWait: histogram('orderbell_outbox_wait_seconds', WAIT, ['exchange'], ['relay'],
    'From recording an event to claiming it for publishing, to `orders` or `bell`.'),
  publishConfirm: histogram('orderbell_publish_confirm_seconds', STEP, ['exchange'], ['relay'],
    'From publishing an event to its confirm by RabbitMQ.'),
  publishFailures: counter('orderbell_publish_failures_total', ['exchange', 'code'], ['relay'],
    'Publishes that were not confirmed, by the reason; the events stay in the outbox.'),
  queueWait: histogram('orderbell_queue_wait_seconds', WAIT, [], ['worker'],
    'From publishing an event to its delivery, where the publisher said when to the millisecond.'),
  appendTime: histogram('orderbell_append_seconds', STEP, [], ['worker'],
    'Appending one batch to the log.'),
  appendBatch: histogram('orderbell_append_batch_size', EVENTS, [], ['worker'],
    'Events in one appended batch.'),
  appendFailures: counter('orderbell_append_failures_total', ['verdict'], ['worker'],
    'Appends and resolutions that failed: `retry`, `isolate` (a row of its own fault), `damaged` (a shop whose head and rows disagree), `unexpected` (retried, too).'),
  announceTime: histogram('orderbell_announce_seconds', STEP, [], ['worker'],
    'Announcing one batch, to the sockets of this process and to the other processes.'),
  deliveryToAnnouncement: histogram('orderbell_delivery_to_announcement_seconds', WAIT, [], ['worker'],
    'From the delivery of an event to its announcement, with which it, or what it resolves, is at the sockets of this process.'),
  fanOutTime: histogram('orderbell_fan_out_seconds', STEP, [], ['gateway'],
    'Publishing one announcement to the sockets of this process.'),
  occurrenceToFrame: histogram('orderbell_occurrence_to_frame_seconds', WAIT, [], ['gateway'],
    'The whole way, from the time at which an event occurred to its frames.'),
  paidToSpoken: histogram('orderbell_paid_to_spoken_seconds', WAIT, [], ['gateway'],
    'From the payment of an order to the first report of a till that it was said or chimed to the end, each order once; not of what was dealt with before.'),
  paidToAcknowledged: histogram('orderbell_paid_to_acknowledged_seconds', WAIT, [], ['gateway'],
    'From the payment of an order to its acknowledgement by a till, each order once; not of what upstream dealt with.'),
  events: counter('orderbell_events_total', ['key', 'result'], ['worker'],
    'Events consumed: `appended`, `duplicate` (was logged before), `resolved` (of an order that was accepted or cancelled) or `refused` (is a dead letter).'),
  deadLetters: counter('orderbell_dead_letters_total', ['reason'], ['worker'],
    'Messages refused, once their dead letter was confirmed.'),

  // Deliveries to the targets of escalations.
  deliveries: counter('orderbell_deliveries_total', ['kind', 'result'], ['escalator'],
    "Deliveries that are over: `delivered`, or why they ended; `kind` is the target's, `none` of one that is not configured."),
  deliveryAttempts: histogram('orderbell_delivery_attempt_seconds', ATTEMPT, ['kind', 'result'], ['escalator'],
    'One attempt to deliver, by the class of its status, or `timeout`, `address-refused`, `unreachable`.'),
  deliveriesPending: gauge('orderbell_deliveries_pending', [], ['escalator'],
    'Deliveries that are not over, counted up to 10000.'),
  deliveriesOldest: gauge('orderbell_deliveries_oldest_seconds', [], ['escalator'],
    'The age of the oldest of those; 0 if there is none.'),
  targetsDisabled: gauge('orderbell_targets_disabled', [], ['escalator'],
    'Configured targets that answered 410: nothing is sent to them.'),

  // Who hears.
  deafShops: gauge('orderbell_deaf_shops', [], ['escalator'],
    'Shops that are reported deaf and have not been reached since, counted up to 100000.'),
  shopReports: counter('orderbell_shop_reports_total', ['key'], ['escalator'],
    'Shops that became deaf (`shop.deaf`), or can be reached again (`shop.hearing`).'),
  leasesLapsed: counter('orderbell_gateway_leases_lapsed_total', [], ['escalator'],
    'Gateways that did not renew their lease: killed, frozen, or cut from Postgres.'),

  // What waits.
  outboxRows: gauge('orderbell_outbox_rows', ['exchange'], ['http', 'relay'],
    'Events that wait to be published to `orders` or `bell`, counted up to 100000.'),
  outboxOldest: gauge('orderbell_outbox_oldest_seconds', ['exchange'], ['http', 'relay'],
    'The age of the oldest event that waits; 0 if none does.'),
  queueMessages: gauge('orderbell_queue_messages', ['queue'], ['relay', 'worker'],
    'Messages that wait in `notifications` or `notifications.dead`, those in hand not counted.'),
  queueConsumers: gauge('orderbell_queue_consumers', ['queue'], ['relay', 'worker'],
    'Consumers of the queue in all processes.'),

  // Sockets, and what passes through them.
  sockets: gauge('orderbell_sockets', ['protocol'], ['gateway'],
    'Open sockets, `plain` or `orderbell.v1`.'),
  shops: gauge('orderbell_shops', [], ['gateway'],
    'Shops with a feed here: a socket is open, or was a minute ago.'),
  socketsOpened: counter('orderbell_sockets_opened_total', ['protocol'], ['gateway'],
    'Sockets opened.'),
  socketsClosed: counter('orderbell_sockets_closed_total', ['reason'], ['gateway'],
    'Sockets closed: by the `client`, `lost`, cut for `backpressure`, `stalled` while catching up, or by our close code, such as `replaced`.'),
  socketsRefused: counter('orderbell_sockets_refused_total', ['reason'], ['gateway'],
    'Upgrades refused.'),
  framesSent: counter('orderbell_frames_sent_total', ['protocol'], ['gateway'],
    'Frames to clients, a published one once for each subscriber.'),
  bytesSent: counter('orderbell_bytes_sent_total', [], ['gateway'],
    'Their payload in bytes.'),
  framesDropped: counter('orderbell_frames_dropped_total', [], ['gateway'],
    'Those for which a slow client had no room: it is cut, and resumes.'),
  clientFrames: counter('orderbell_client_frames_total', ['kind'], ['gateway'],
    'Frames from clients: `plain` (of a plain client, ignored), `ack`, `seen`, `spoken`, `hearing`, or why it was refused.'),
  hearingEdges: counter('orderbell_hearing_edges_total', ['kind'], ['gateway'],
    'Shops that got their `first` session here that can sound, or lost their `last` one, as written to Postgres.'),
  progressDropped: counter('orderbell_progress_dropped_total', [], ['gateway'],
    'Reports of tills, `seen` and `spoken`, that were not stored: too many waited while Postgres was away.'),
  catchUps: counter('orderbell_catch_ups_total', ['from'], ['gateway'],
    'Sessions that resumed, from the `tail` in memory or from the `log`.'),
  gapsRepaired: counter('orderbell_gaps_repaired_total', [], ['gateway'],
    'Times that a feed read from the log what was announced late or never.'),
  announcementsSent: counter('orderbell_announcements_sent_total', [], ['worker', 'gateway', 'escalator'],
    'Announcements to the gateways of other processes; a worker and a gateway send none while no other gateway lives.'),
  announcementsRefused: counter('orderbell_announcements_refused_total', ['reason'], ['worker', 'gateway', 'escalator'],
    'Announcements dropped: `foreign` (no process of ours signed it) or `too-large`.'),
  feedResets: counter('orderbell_feed_resets_total', [], ['gateway'],
    'Feeds that moved to another log or to another place in it; their clients get `gone`.'),

  // Paired tills.
  pairing: counter('orderbell_pairing_total', ['result'], ['http', 'gateway'],
    'Steps of pairing tills: a `code` was made, a till was `paired`, a code was refused as `unknown` or `ended`, an address tried `too-often`, a token was `renewed`, a till was `removed`.'),

  // What a shop does not deal with.
  escalationSteps: counter('orderbell_escalation_steps_total', ['when'], ['escalator'],
    'Steps that fired: those `unheard`, and those `unacknowledged`.'),
  escalationLateness: histogram('orderbell_escalation_lateness_seconds', WAIT, [], ['escalator'],
    'From the time at which a step was due to its decision.'),
  notificationsExpired: counter('orderbell_notifications_expired_total', [], ['escalator'],
    'Notifications whose escalation ended without an answer.'),
  escalationsPostponed: counter('orderbell_escalations_postponed_total', [], ['escalator'],
    'Times that an escalation was put off for a minute, since it could not be decided or written; the log says why.'),
  openNotifications: gauge('orderbell_open_notifications', ['age'], ['escalator'],
    'Notifications under a policy that are neither acknowledged, resolved nor expired: younger than `1m`, `5m`, `15m`, `1h`, or `more`; 100000 are counted.'),

  // The process and its links.
  buildInfo: gauge('orderbell_build_info', ['version', 'node', 'uwebsockets'], 'every',
    'Always 1; its labels are the versions of Orderbell, Node.js and uWebSockets.js.'),
  httpRequest: histogram('orderbell_http_request_seconds', STEP, ['route', 'status'], 'every',
    'Answering an HTTP request, by the pattern of its route.'),
  linkUp: gauge('orderbell_link_up', ['link'], 'every',
    'Whether `postgres` answers and RabbitMQ can be used to `publish` and to `consume`: 1 or 0.'),
  linkReconnects: counter('orderbell_link_reconnects_total', ['link'], 'every',
    'Times that a link came back: `publish`, `consume`, or `wake`, which wakes the relay.'),
  databaseConnections: gauge('orderbell_database_connections', ['state'], 'every',
    'Connections of the pool that are `busy` or `idle`, and requests `waiting` for one.'),
  collectErrors: counter('orderbell_collect_errors_total', ['source'], 'every',
    'Figures that did not arrive in time and are missing: of the `outbox`, the `queues`, the `incidents`, the `escalations`, the `presence`, the `deliveries`, or `postgres`.'),
} satisfies Record<string, Row>;
