/** What the shop reads. */

import { byName } from '../../domain/event-kinds.ts';
import { template } from '../formats.ts';

export const notificationSection = {
  templates: byName(({ name, noun, template: byDefault }) => ({
    doc: `The content of ${noun}, at most 32000 characters; \`{orderNumber}\` and \`{orderId}\` are filled in.`,
    format: template,
    default: byDefault as string,
    env: `NOTIFICATION_TEMPLATES_${name.toUpperCase()}`,
  })),
};
