/** How a process stops. */

import { between } from '../formats.ts';

export const drainSection = {
  readySeconds: {
    doc: 'How long to go on listening with `/readyz` at 503 before the listener closes.',
    format: between(0, 600),
    default: 5,
    env: 'DRAIN_READY_SECONDS',
  },
  socketSeconds: {
    doc: 'The time that `orderbell.v1` clients have to move to another process, and again over which what is left is closed.',
    format: between(0, 600),
    default: 5,
    env: 'DRAIN_SOCKET_SECONDS',
  },
  stepSeconds: {
    doc: 'The most that any other step of stopping may take.',
    format: between(1, 600),
    default: 15,
    env: 'DRAIN_STEP_SECONDS',
  },
};
