/** Opens a session's sockets: asks for the token, which goes as a subprotocol, and puts the place into the address. */

import { type Address, protocolsWith } from './address.ts';
import type { Place } from './cursor.ts';
import { type FrameSocket, frameSocketOf } from './frame-socket.ts';
import type { ConnectOptions } from './types.ts';
import type { World } from './world.ts';

export interface Dialled {
  readonly socket: FrameSocket;
  readonly token: string | undefined;
}

export interface Dial {
  /** Rejects as the page's own function does. */
  askToken(): Promise<string | undefined>;
  /** Throws an UnsendableToken, or what the browser throws for an address or a protocol. */
  open(token: string | undefined, place: Place): Dialled;
}

export class UnsendableToken extends TypeError {
  constructor() {
    super('the token has characters that cannot be sent');
  }
}

export function createDial(address: Address, token: ConnectOptions['token'], world: World): Dial {
  return {
    askToken: async () => (typeof token === 'function' ? token() : token),
    open(given, place) {
      const protocols = protocolsWith(given);
      if (protocols === undefined) throw new UnsendableToken();
      return { socket: frameSocketOf(world.open(address.at(place), protocols)), token: given };
    },
  };
}
