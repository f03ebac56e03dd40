/** A page that stays open over an upgrade: alerts of a type that it does not know, beside those that it knows. */

import { expect } from 'chai';
import { LANGUAGES } from '../../../src/console/language/choose.ts';
import {
  KINDS_BY_URGENCY,
  kindOf,
  SHOWN_TYPES,
  type ShownType,
  shownType,
} from '../../../src/console/model/alert-kinds.ts';
import { popUpsOf } from '../../../src/console/model/alert-list.ts';
import { ordersOf } from '../../../src/console/model/order-number.ts';
import { motifOf } from '../../../src/console/sound/motifs.ts';
import { nextRing } from '../../../src/console/sound/ringing.ts';
import { countWords } from '../../../src/console/view/alert-words.ts';
import { lookOf } from '../../../src/console/view/kind-look.ts';
import { alertOf, seqsOf } from '../../support/console.ts';

describe('the kinds of alerts', () => {
  const order = alertOf(1);
  const reminder = alertOf(2, { type: 2, orderId: order.orderId });
  const later = alertOf(3, { type: 99, orderId: order.orderId });

  it('are those of the table, and another for what a later version sends', () => {
    expect([order, reminder, later].map(kindOf)).to.deep.equal(['paid', 'reminded', 'other']);
    expect([order, reminder, later].map(shownType)).to.deep.equal([1, 2, 'other']);
  });

  it('each have words, a look and a chime', () => {
    for (const type of SHOWN_TYPES) {
      for (const { kind, several } of Object.values(LANGUAGES)) {
        expect([kind[type], several[type](3)]).to.satisfy((words: string[]) => words.every(Boolean));
      }
      expect(lookOf(type).icon, String(type)).to.be.a('string');
    }
    for (const kind of KINDS_BY_URGENCY) expect(motifOf(kind), kind).not.to.be.empty;
  });

  it('look each its own way, and those without a look of their own are plain', () => {
    const shown: readonly ShownType[] = [1, 2, 'other'];
    const classes = shown.map((type) => lookOf(type).className);
    expect(classes).to.deep.equal(['order', 'reminder', 'plain']);
  });

  it('are counted up, also the unknown', () => {
    expect(countWords([later, order, reminder, later], LANGUAGES.en)).to.equal(
      '1 new order, 1 reminder, 2 alerts',
    );
  });

  it('are merged each by itself, the most urgent first', () => {
    const open = [1, 2, 3, 4, 5, 6].map((seq) => alertOf(seq, { type: [1, 2, 99][seq % 3] ?? 1 }));
    expect(popUpsOf(open).map(({ key }) => key)).to.deep.equal(['merged-2', 'merged-1', 'merged-other']);
  });

  it('call an order by its number, but for what they mean that is not known', () => {
    const orderOf = ordersOf([order, reminder, later]);
    expect([order, reminder, later].map(orderOf)).to.deep.equal([undefined, order, undefined]);
  });

  it('ring each, the unknown last', () => {
    const ringing = { steadyNow: 10_000, wallNow: 1e6, linkLostAt: undefined, repeatSeconds: 0 };
    const rungAt = new Map<string, number>();
    const open = [later, order, reminder].map((alert) => ({ alert, cameAt: 0 }));
    const rang = open.map(() => {
      const next = nextRing({ ...ringing, open, rungAt });
      if (!('ring' in next)) throw new Error('nothing rings');
      for (const key of next.ring.keys) rungAt.set(key, 1e6);
      return [next.ring.kind, ...seqsOf(next.ring.alerts)];
    });
    expect(rang).to.deep.equal([
      ['reminded', 2],
      ['paid', 1],
      ['other', 3],
    ]);
  });
});
