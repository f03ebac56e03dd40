/** What the shop reads. */

import { template } from '../formats.ts';

export const notificationSection = {
  templates: {
    paid: {
      doc: 'The content of a new order, at most 32000 characters; `{orderNumber}` and `{orderId}` are filled in.',
      format: template,

      default: '订单号： {orderNumber}',
      env: 'NOTIFICATION_TEMPLATES_PAID',
    },
    reminded: {
      doc: 'The content of a reminder, at most 32000 characters; `{orderNumber}` and `{orderId}` are filled in.',
      format: template,

      default: '订单号: {orderId}',
      env: 'NOTIFICATION_TEMPLATES_REMINDED',
    },
  },
};
