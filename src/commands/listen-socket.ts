/** A WebSocket that tells why the service refused it, which pages are not told. */

import { text } from 'node:stream/consumers';
import { WebSocket } from 'ws';
import { messageOf } from '../platform/errors.ts';

export interface Failure {
  /** Undefined where there was no answer at all. */
  status: number | undefined;
  message: string;
}

/** The class of such sockets, for the client; `tell` hears of each that did not come about, or was lost with an error. */
export function tellingSockets(tell: (failure: Failure) => void) {
  return class extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols);
      let told = false;
      const tellOnce = (failure: Failure) => {
        if (!told) tell(failure);
        told = true;
      };
      this.on('error', (error) => tellOnce({ status: undefined, message: messageOf(error) }));
      this.on('unexpected-response', async (_request, response) => {
        const { statusCode: status = 0 } = response;
        const body = await text(response).catch(() => '');
        tellOnce({ status, message: `${status} ${reasonIn(body)}`.trimEnd() });
        this.terminate();
      });
    }
  };
}

/** What the envelope says, whoever wrote it. */
function reasonIn(body: string): string {
  try {
    const { msg } = JSON.parse(body);
    return typeof msg === 'string' ? msg : '';
  } catch {
    return '';
  }
}
