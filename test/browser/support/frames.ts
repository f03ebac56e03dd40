/** The frames that a page sends. */

import type { Page } from 'playwright-core';

/** From now on, each without the log that it names. */
export function sentBy(page: Page): Record<string, unknown>[] {
  const sent: Record<string, unknown>[] = [];
  page.on('websocket', (socket) =>
    socket.on('framesent', ({ payload }) => {
      const { epoch, ...frame } = JSON.parse(String(payload));
      sent.push(frame);
    }),
  );
  return sent;
}
