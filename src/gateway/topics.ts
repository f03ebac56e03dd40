/** How feeds publish through uWebSockets.js. Guarantees that no frame goes to a session that has lost one before. */

import type { TemplatedApp } from 'uWebSockets.js';
import type { Cuts } from './cuts.ts';
import type { Topics } from './feed/shop-topics.ts';

export function topicsOf(app: TemplatedApp, cuts: Cuts): Topics {
  return {
    publish(topic, frame) {
      cuts.closeAll();
      app.publish(topic, frame);
      cuts.closeAll();
    },
    subscribers: (topic) => app.numSubscribers(topic),
  };
}
