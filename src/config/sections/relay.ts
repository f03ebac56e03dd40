/** How the relay publishes the outbox. */

import { between } from '../formats.ts';

export const relaySection = {
  batchSize: {
    doc: 'The most outbox rows that are published together.',
    format: between(1, 10_000),
    default: 200,
    env: 'RELAY_BATCH_SIZE',
  },
  confirmSeconds: {
    doc: 'A publish without a confirm by then has failed and is repeated. A link whose cluster does not answer by then is ended.',
    format: between(1, 50), // the transaction that waits for it is ended after 60 s
    default: 10,
    env: 'RELAY_CONFIRM_SECONDS',
  },
  pollSeconds: {
    doc: 'How often the relay looks through the outbox when nothing wakes it.',
    format: between(1, 600),
    default: 2,
    env: 'RELAY_POLL_SECONDS',
  },
};
