/**
 * What the stages report, as metrics. Guarantees that no label takes a value that was chosen outside, and that every value which is known beforehand is there from the start, at 0: the first of a kind is a change.
 */

import type { Unbelieved } from '../broker/announcements.ts';
import { RESOLVING_KEYS, ROUTING_KEYS } from '../domain/event-kinds.ts';
import { INCIDENT_KINDS, type IncidentKind } from '../domain/incident-kinds.ts';
import { ORDER_CANCELLED } from '../domain/order-cancelled.ts';
import { REFUSAL_REASONS } from '../domain/order-event.ts';
import type { ClientFrameOutcome, GatewayObserver } from '../gateway/observer.ts';
import type { HttpObserver } from '../http/serve.ts';
import type { RelayObserver } from '../outbox/relay.ts';
import type { AppErrorCode } from '../platform/errors.ts';
import { CLOSE, nameOfClose } from '../protocol/close-codes.ts';
import { type Protocol, SUBPROTOCOL } from '../protocol/subprotocols.ts';
import type { AccessRefusalReason } from '../server/refusal.ts';
import type { WorkerObserver } from '../worker/observer.ts';
import {
  createCounter,
  createHistogram,
  createHotHistogram,
  type MetricsRegistry,
  readCounter,
  readGauge,
} from './registry.ts';
import { METRICS } from './table.ts';

export function observeHttp(registry: MetricsRegistry): HttpObserver {
  const seconds = createHistogram(registry, METRICS.httpRequest);
  return {
    answered: (route, status, took) => seconds.observe({ route, status: String(status) }, took),
  };
}

/** To be called with the key of each event that was recorded. */
export function observeRecording(registry: MetricsRegistry): (key: string) => void {
  const recorded = createCounter(registry, METRICS.recorded);
  for (const key of [...ROUTING_KEYS, ORDER_CANCELLED]) recorded.inc({ key }, 0);
  return (key) => recorded.inc({ key });
}

/** To be called with the kind of each payment incident that is new. */
export function observeIncidents(registry: MetricsRegistry): (kind: IncidentKind) => void {
  const incidents = createCounter(registry, METRICS.paymentIncidents);
  for (const kind of INCIDENT_KINDS) incidents.inc({ kind }, 0);
  return (kind) => incidents.inc({ kind });
}

const PUBLISH_FAILURES: readonly (AppErrorCode | 'unknown')[] = [
  'broker-unavailable',
  'publish-nacked',
  'publish-returned',
  'publish-unconfirmed',
  'publish-unencodable',
  'unknown',
];

/** One for the relay of each exchange. */
export function observeRelays(registry: MetricsRegistry): (exchange: 'orders' | 'bell') => RelayObserver {
  const waits = createHistogram(registry, METRICS.outboxWait);
  const confirms = createHistogram(registry, METRICS.publishConfirm);
  const failures = createCounter(registry, METRICS.publishFailures);
  return (exchange) => {
    for (const code of PUBLISH_FAILURES) failures.inc({ exchange, code }, 0);
    return {
      claimed: (waited) => waits.observe({ exchange }, Math.max(0, waited)),
      confirmed: (took) => confirms.observe({ exchange }, took),
      failed: (code) => failures.inc({ exchange, code }),
    };
  };
}

export function observeWorker(registry: MetricsRegistry): WorkerObserver {
  const waited = createHotHistogram(registry, METRICS.queueWait);
  const appends = createHotHistogram(registry, METRICS.appendTime);
  const batches = createHotHistogram(registry, METRICS.appendBatch);
  const failures = createCounter(registry, METRICS.appendFailures);
  const announcements = createHotHistogram(registry, METRICS.announceTime);
  const inHand = createHotHistogram(registry, METRICS.deliveryToAnnouncement);
  const deadLetters = createCounter(registry, METRICS.deadLetters);
  for (const verdict of ['retry', 'isolate', 'damaged', 'unexpected']) failures.inc({ verdict }, 0);
  for (const reason of REFUSAL_REASONS) deadLetters.inc({ reason }, 0);
  // With labels a counter takes ten times as long as an addition, and these are told of every event.
  const none = { appended: 0, duplicate: 0, refused: 0 };
  const events = new Map(ROUTING_KEYS.map((key) => [key as string, { ...none }]));
  const resolving = new Map(RESOLVING_KEYS.map((key) => [key as string, { resolved: 0, refused: 0 }]));
  let others = 0;
  readCounter(registry, METRICS.events, () => [
    ...[...events, ...resolving].flatMap(([key, results]) =>
      Object.entries(results).map(([result, count]) => [{ key, result }, count] as const),
    ),
    [{ key: OTHER_KEY, result: 'refused' }, others],
  ]);
  return {
    delivered: (seconds) => waited(Math.max(0, seconds)),
    appended(count, took) {
      batches(count);
      appends(took);
    },
    appendFailed: (verdict) => failures.inc({ verdict }),
    announced: (took) => announcements(took),
    logged(routingKey, result, took) {
      const results = events.get(routingKey);
      if (results !== undefined) results[result]++;
      inHand(took);
    },
    resolved(routingKey, took) {
      const results = resolving.get(routingKey);
      if (results !== undefined) results.resolved++;
      inHand(took);
    },
    refused(routingKey, reason) {
      const results = events.get(routingKey) ?? resolving.get(routingKey);
      if (results !== undefined) results.refused++;
      else others++; // an upstream may bind and publish with whatever key it likes
      deadLetters.inc({ reason });
    },
  };
}

const OTHER_KEY = 'other';

const PROTOCOLS: readonly Protocol[] = ['plain', SUBPROTOCOL];

const CLOSE_REASONS = ['client', 'lost', 'backpressure', 'stalled', ...Object.values(CLOSE).map(nameOfClose)];

const REFUSALS: readonly AccessRefusalReason[] = [
  'invalid',
  'unauthenticated',
  'till-removed',
  'forbidden',
  'sid-taken',
  'too-many-requests',
  'unavailable',
];

const CLIENT_FRAMES: readonly ClientFrameOutcome[] = [
  'plain',
  'ack',
  'seen',
  'spoken',
  'hearing',
  'bad-frame',
  'unknown-kind',
  'too-big',
  'too-fast',
];

export interface SocketObserver extends GatewayObserver {
  /** An upgrade was refused. */
  refused(reason: AccessRefusalReason): void;
  /** An order was spoken in its shop for the first time, so many seconds after it was paid. */
  spoken(seconds: number): void;
  /** The payment of an order was acknowledged, so many seconds after it. */
  acknowledged(seconds: number): void;
}

export function observeGateway(registry: MetricsRegistry): SocketObserver {
  const opened = createCounter(registry, METRICS.socketsOpened);
  const closed = createCounter(registry, METRICS.socketsClosed);
  const refused = createCounter(registry, METRICS.socketsRefused);
  const dropped = createCounter(registry, METRICS.framesDropped);
  const clientFrames = createCounter(registry, METRICS.clientFrames);
  const fanOuts = createHotHistogram(registry, METRICS.fanOutTime);
  const wholeWay = createHotHistogram(registry, METRICS.occurrenceToFrame);
  const catchUps = createCounter(registry, METRICS.catchUps);
  const gaps = createCounter(registry, METRICS.gapsRepaired);
  const resets = createCounter(registry, METRICS.feedResets);
  const progressDropped = createCounter(registry, METRICS.progressDropped);
  const paidToSpoken = createHistogram(registry, METRICS.paidToSpoken);
  const paidToAcknowledged = createHistogram(registry, METRICS.paidToAcknowledged);
  const edges = createCounter(registry, METRICS.hearingEdges);
  for (const protocol of PROTOCOLS) opened.inc({ protocol }, 0);
  for (const reason of CLOSE_REASONS) if (reason !== undefined) closed.inc({ reason }, 0);
  for (const reason of REFUSALS) refused.inc({ reason }, 0);
  for (const kind of CLIENT_FRAMES) clientFrames.inc({ kind }, 0);
  for (const kind of ['first', 'last']) edges.inc({ kind }, 0);
  for (const from of ['tail', 'log']) catchUps.inc({ from }, 0);

  // Additions of our own, as above: these are told of every frame.
  const open = { plain: 0, [SUBPROTOCOL]: 0 };
  const frames = { plain: 0, [SUBPROTOCOL]: 0 };
  let bytes = 0;
  readGauge(registry, METRICS.sockets, () => PROTOCOLS.map((protocol) => [{ protocol }, open[protocol]]));
  readCounter(registry, METRICS.framesSent, () =>
    PROTOCOLS.map((protocol) => [{ protocol }, frames[protocol]]),
  );
  readCounter(registry, METRICS.bytesSent, () => [[{}, bytes]]);

  return {
    opened(protocol) {
      open[protocol]++;
      opened.inc({ protocol });
    },
    closed(protocol, reason) {
      open[protocol]--;
      closed.inc({ reason });
    },
    refused: (reason) => refused.inc({ reason }),
    sent(protocol, count, size) {
      frames[protocol] += count;
      bytes += size;
    },
    dropped: () => dropped.inc(),
    clientFrame: (kind) => clientFrames.inc({ kind }),
    // An upstream's clock may be ahead of ours.
    published: (occurredAt) => wholeWay(Math.max(0, (Date.now() - Date.parse(occurredAt)) / 1000)),
    fannedOut: (took) => fanOuts(took),
    caughtUp: (from) => catchUps.inc({ from }),
    gapRepaired: () => gaps.inc(),
    feedReset: () => resets.inc(),
    edgesWritten(written) {
      const first = written.filter(({ canSound }) => canSound).length;
      edges.inc({ kind: 'first' }, first);
      edges.inc({ kind: 'last' }, written.length - first);
    },
    progressDropped: (count) => progressDropped.inc(count),
    spoken: (seconds) => paidToSpoken.observe(seconds),
    acknowledged: (seconds) => paidToAcknowledged.observe(seconds),
  };
}

const UNBELIEVED: readonly Unbelieved[] = ['foreign', 'too-large'];

export interface AnnouncementObserver {
  /** To the gateways of other processes. */
  sent(): void;
  refused(why: Unbelieved): void;
}

export function observeAnnouncements(registry: MetricsRegistry): AnnouncementObserver {
  const sent = createCounter(registry, METRICS.announcementsSent);
  const refused = createCounter(registry, METRICS.announcementsRefused);
  for (const reason of UNBELIEVED) refused.inc({ reason }, 0);
  return { sent: () => sent.inc(), refused: (reason) => refused.inc({ reason }) };
}

/** To be called with the name of a link each time that it is there: all but the first time are reconnects. */
export function observeLinks(registry: MetricsRegistry): (link: string) => void {
  const reconnects = createCounter(registry, METRICS.linkReconnects);
  const seen = new Set<string>();
  return (link) => {
    reconnects.inc({ link }, seen.has(link) ? 1 : 0);
    seen.add(link);
  };
}
