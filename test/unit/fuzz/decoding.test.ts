/** What comes from outside, at random: whatever it is, the decoders answer and never throw. */

import { expect } from 'chai';
import fc from 'fast-check';
import { decodeAnnouncement } from '../../../src/domain/announcement.ts';
import {
  decodeOrderEvent,
  ORDER_PAID,
  ORDER_REMINDED,
  type RawEvent,
} from '../../../src/domain/order-event.ts';
import { readClientFrame } from '../../../src/gateway/client-frames/read-frame.ts';
import { readJoinRequest } from '../../../src/gateway/upgrade/join-request.ts';
import { REPORTED_SOUNDS } from '../../../src/protocol/frames.ts';

const REASONS = ['unknown-routing-key', 'too-large', 'not-json', 'invalid'];
const NOW = new Date('2026-01-02T03:04:05.678Z');

/** Mostly what is nearly right, which gets further in than noise. */
const nearlyAnEvent = fc.record(
  {
    orderId: fc.oneof(
      fc.integer(),
      fc.double(),
      fc.string(),
      fc.bigInt({ min: 0n }).map(String),
      fc.jsonValue(),
    ),
    orderNumber: fc.oneof(fc.stringMatching(/^[A-Za-z0-9._-]{0,70}$/), fc.string(), fc.jsonValue()),
    shopId: fc.oneof(fc.stringMatching(/^[A-Za-z0-9_-]{0,70}$/), fc.string(), fc.jsonValue()),
    eventId: fc.oneof(fc.uuid(), fc.string(), fc.jsonValue()),
    occurredAt: fc.oneof(
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      fc.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/),
      fc.stringMatching(/^(1970-01-01|2999-12-31)T[0-2]\d:[0-5]\d:[0-5]\d(Z|[+-][0-2]\d:[0-5]\d)$/),
      fc.jsonValue(),
    ),
  },
  { requiredKeys: [] },
);

const body = fc.oneof(
  nearlyAnEvent.map((value) => Buffer.from(JSON.stringify(value))),
  fc.json().map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
);

const rawEvent: fc.Arbitrary<RawEvent> = fc.record({
  routingKey: fc.oneof(fc.constantFrom(ORDER_PAID, ORDER_REMINDED), fc.string()),
  body,
  messageId: fc.option(fc.oneof(fc.uuid(), fc.string()), { nil: undefined }),
  timestamp: fc.option(fc.oneof(fc.double(), fc.integer(), fc.maxSafeInteger()), { nil: undefined }),
});

describe('decoding at random', function () {
  this.timeout(60_000); // thousands of inputs: work for a processor, which others may have meanwhile
  it('makes an event that is well-formed, or a refusal with a reason, of any message', () => {
    fc.assert(
      fc.property(rawEvent, (raw) => {
        const decoded = decodeOrderEvent(raw, NOW);
        if (!decoded.ok) {
          expect(REASONS).to.include(decoded.refusal.reason);
          expect(decoded.refusal.detail).to.be.a('string').that.is.not.empty;
          return;
        }
        const { event } = decoded;
        expect(event.eventId).to.match(/^[!-~]{1,128}$/);
        expect(event.shopId).to.match(/^[A-Za-z0-9_-]{1,64}$/);
        expect(String(event.orderId)).to.match(/^[1-9][0-9]{0,19}$/);
        expect(new Date(event.occurredAt).toISOString()).to.equal(event.occurredAt);
        expect(event.occurredAt).to.match(/^(19[7-9]|2\d\d)\d-/);
        if (event.orderNumber !== undefined) expect(event.orderNumber).to.match(/^[A-Za-z0-9._-]{1,64}$/);
      }),
      { numRuns: 3_000 },
    );
  });

  it('gives the same message the same event id whenever it comes', () => {
    const timed = rawEvent.filter(
      ({ timestamp }) => timestamp !== undefined && timestamp > 0 && timestamp < 4e9,
    );
    fc.assert(
      fc.property(timed, (raw) => {
        const first = decodeOrderEvent(raw, NOW);
        const again = decodeOrderEvent(raw, new Date(NOW.getTime() + 60_000));
        if (first.ok && again.ok) expect(again.event.eventId).to.equal(first.event.eventId);
      }),
    );
  });

  it('answers any frame of a client', () => {
    const frame = fc.oneof(
      fc.json(),
      fc
        .record({
          kind: fc.oneof(fc.constantFrom('ack', 'seen', 'spoken'), fc.jsonValue()),
          seq: fc.jsonValue(),
        })
        .map((v) => JSON.stringify(v)),
      fc
        .record({ kind: fc.constant('hearing'), sound: fc.jsonValue(), visible: fc.jsonValue() })
        .map((v) => JSON.stringify(v)),
    );
    const bytes = fc.oneof(
      frame.map((text) => new TextEncoder().encode(text)),
      fc.uint8Array(),
    );
    fc.assert(
      fc.property(bytes, fc.boolean(), (message, isBinary) => {
        const read = readClientFrame(new Uint8Array(message).buffer, isBinary);
        if (read.kind === 'fault') expect(['bad-frame', 'unknown-kind']).to.include(read.code);
        else if (read.kind === 'hearing') expect(REPORTED_SOUNDS).to.include(read.sound);
        else {
          const seqs = 'seqs' in read ? read.seqs : [read.seq];
          expect(seqs.length > 0 && seqs.every((seq) => Number.isSafeInteger(seq) && seq >= 1)).to.equal(
            true,
          );
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('makes a well-formed request, or a refusal in words, of any upgrade', () => {
    const query = fc.oneof(
      fc.string(),
      fc.webQueryParameters(),
      fc.record({ since: fc.string(), epoch: fc.string() }).map((v) => new URLSearchParams(v).toString()),
    );
    fc.assert(
      fc.property(fc.string(), query, fc.string(), (sid, search, protocols) => {
        const request = readJoinRequest({ sid, query: search, protocols });
        if (typeof request === 'string') expect(request).to.match(/must be/);
        else {
          expect(request.sid).to.match(/^[A-Za-z0-9._-]{1,64}$/);
          expect(request.shopId).to.match(/^[A-Za-z0-9_-]{1,64}$/);
          expect(request.since ?? 0).to.satisfy((since: number) => Number.isSafeInteger(since) && since >= 0);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('takes or leaves any announcement', () => {
    fc.assert(
      fc.property(body, (bytes) => {
        const decoded = decodeAnnouncement(bytes);
        const kinds = ['logged', 'receipts', 'sessions'];
        if (decoded !== undefined) expect(kinds).to.include.members(Object.keys(decoded).slice(0, 1));
      }),
    );
  });
});
