/** The library `ws`, as its documentation broadcasts: serialised once, sent to each client in turn. */

import { WebSocketServer } from 'ws';
import { takeCommands } from '../commands.ts';
import type { ControlCommands } from './control.ts';

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false, path: undefined });

const commands: ControlCommands = {
  async listen() {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('does not listen');
    return { url: `ws://127.0.0.1:${address.port}/ws/{n}` };
  },
  publish: ({ frame, count, perTurn }) =>
    new Promise((resolve) => {
      let left = count;
      const turn = () => {
        for (let i = Math.min(perTurn, left); i > 0; i--) {
          for (const client of server.clients) client.send(frame);
        }
        left -= Math.min(perTurn, left);
        if (left > 0) setImmediate(turn);
        else resolve();
      };
      turn();
    }),
};
server.on('listening', () => takeCommands(commands));
