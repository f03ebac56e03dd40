/**
 * Holds a network namespace for as long as the process that started it lives. A listener that it is handed was made in
 * the starter's namespace and stays there: what connects to it is passed on into this one.
 */

import { connect } from 'node:net';

process.on('disconnect', () => process.exit());
process.on('message', ({ host, port }, listener) => {
  listener.on('connection', (near) => {
    const far = connect(port, host);
    for (const [from, into] of [
      [near, far],
      [far, near],
    ]) {
      from.on('error', () => {}); // a close follows
      from.on('close', () => into.destroy());
      from.pipe(into);
    }
  });
  process.send('listening');
});
process.send('up');
