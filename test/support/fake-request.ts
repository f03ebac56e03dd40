/** What the pipeline of the server looks at of a request: the address of its peer, and its headers. */

import type { Connection } from '../../src/server/client-address.ts';
import type { HeaderList } from '../../src/server/header-values.ts';

/** An empty value leaves the header out. */
export function requestWith(values: Readonly<Record<string, string>>, peer = '192.0.2.1') {
  const connection: Connection = { getRemoteAddressAsText: () => new TextEncoder().encode(peer).buffer };
  const headers: HeaderList = {
    forEach(each) {
      for (const [name, value] of Object.entries(values)) if (value !== '') each(name, value);
    },
  };
  return { connection, headers };
}
