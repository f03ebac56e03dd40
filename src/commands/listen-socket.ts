/** A WebSocket that says why the service refused it, which browsers keep from pages. */

import { text } from 'node:stream/consumers';
import { WebSocket } from 'ws';
import { messageOf } from '../platform/errors.ts';

export interface Failure {
  /** Undefined where there was no answer at all. */
  status: number | undefined;
  message: string;
}

/** The class of such sockets, for the client. Calls `report` for each that is refused, or lost with an error. */
export function reportingSockets(report: (failure: Failure) => void) {
  return class extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols);
      let isReported = false;
      const reportOnce = (failure: Failure) => {
        if (!isReported) report(failure);
        isReported = true;
      };
      this.on('error', (error) => reportOnce({ status: undefined, message: messageOf(error) }));
      this.on('unexpected-response', async (_request, response) => {
        const { statusCode: status = 0 } = response;
        const body = await text(response).catch(() => '');
        reportOnce({ status, message: `${status} ${reasonIn(body)}`.trimEnd() });
        this.terminate();
      });
    }
  };
}

/** The `msg` of the envelope; empty where the answer is none of ours. */
function reasonIn(body: string): string {
  try {
    const { msg } = JSON.parse(body);
    return typeof msg === 'string' ? msg : '';
  } catch {
    return '';
  }
}
