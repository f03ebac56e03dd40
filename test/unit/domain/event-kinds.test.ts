import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { EVENT_KINDS, isRoutingKey, KNOWN_KINDS, kindOfType } from '../../../src/domain/event-kinds.ts';
import { encodeOrderEvent, type OrderEvent } from '../../../src/domain/order-event.ts';

describe('the table of event kinds', () => {
  it('has each type, name and urgency once', () => {
    for (const column of ['type', 'name', 'urgency'] as const) {
      expect(new Set(KNOWN_KINDS.map((kind) => kind[column])), column).to.have.property(
        'size',
        KNOWN_KINDS.length,
      );
    }
  });

  it('finds a kind by its type, and none for a type that a later version has added', () => {
    for (const kind of KNOWN_KINDS) expect(kindOfType(kind.type)).to.equal(kind);
    expect(kindOfType(99)).to.equal(undefined);
  });

  it("takes no name of JavaScript's own for a routing key", () => {
    expect(Object.keys(EVENT_KINDS).every(isRoutingKey)).to.equal(true);
    expect(['constructor', 'order.', 'order.weather'].some(isRoutingKey)).to.equal(false);
  });

  it('lists the types that the database takes', () => {
    const schema = readFileSync(new URL('../../../db/schema.sql', import.meta.url), 'utf8');
    const [, types = ''] =
      /notifications_type_check CHECK \(\(type = ANY \(ARRAY\[([0-9, ]+)\]\)\)\)/.exec(schema) ?? [];
    expect(types.split(', ').map(Number)).to.deep.equal(KNOWN_KINDS.map(({ type }) => type));
  });

  it('leaves the key out of the body', () => {
    const event: OrderEvent = {
      key: 'order.reminded',
      eventId: 'e',
      shopId: 's',
      orderId: 1,
      occurredAt: '2025-03-06T17:14:35.000Z',
    };
    expect(JSON.parse(encodeOrderEvent(event))).not.to.have.property('key');
  });
});
