/** How the worker takes deliveries. */

import { between } from '../formats.ts';

export const workerSection = {
  prefetch: {
    doc: 'The most unsettled deliveries in hand: those being appended, and those that wait for their turn.',
    format: between(1, 65_535),
    default: 8000,
    env: 'WORKER_PREFETCH',
  },
  maxHeldBytes: {
    doc: 'The most bytes of memory that unsettled deliveries may keep; deliveries above it go back to the queue.',
    format: between(1_048_576, 1_073_741_824),
    default: 67_108_864,
    env: 'WORKER_MAX_HELD_BYTES',
  },
  maxBatch: {
    doc: 'The most events that are appended at once. With a quarter of the prefetch both sides always have work.',
    format: between(1, 10_000),
    default: 2000,
    env: 'WORKER_MAX_BATCH',
  },
  holdSeconds: {
    doc: "Deliveries that are held longer, because Postgres is away, go back to the queue. Stay below the broker's consumer timeout of 30 minutes.",
    format: between(1, 1500),
    default: 600,
    env: 'WORKER_HOLD_SECONDS',
  },
};
