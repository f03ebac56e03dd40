/** When an order may be reminded. */

import convict from 'convict';
import { between } from '../formats.ts';

const STATUSES = [2, 3, 4, 5];

convict.addFormat({ name: 'statuses', validate: checkStatuses, coerce: toStatuses });

function checkStatuses(value: unknown): void {
  const statuses = Array.isArray(value) ? value : [];
  if (statuses.length === 0 || !statuses.every((status) => STATUSES.includes(status))) {
    throw new Error('must be a list of order statuses from 2 to 5, such as 2,3,4');
  }
}

/** From the environment as text, `2,3,4`. */
function toStatuses(value: unknown): unknown {
  return typeof value === 'string' ? value.split(',').map(Number) : value;
}

export const remindersSection = {
  cooldownSeconds: {
    doc: 'At most one reminder of an order in this time.',
    format: between(0, 86_400),
    default: 60,
    env: 'REMINDERS_COOLDOWN_SECONDS',
  },
  statuses: {
    doc: 'The statuses in which an order awaits the shop, separated by commas.',
    format: 'statuses',
    default: [2, 3, 4],
    env: 'REMINDERS_STATUSES',
  },
};
