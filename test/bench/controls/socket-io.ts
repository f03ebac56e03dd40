/** Socket.IO with its WebSocket transport alone, as its documentation broadcasts. */

import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { takeCommands } from '../commands.ts';
import type { ControlCommands } from './control.ts';

const http = createServer();
const io = new Server(http, { transports: ['websocket'], perMessageDeflate: false, serveClient: false });

const commands: ControlCommands = {
  listen: () =>
    new Promise((resolve, reject) => {
      http.listen(0, '127.0.0.1', () => {
        const address = http.address();
        if (address === null || typeof address === 'string') reject(new Error('does not listen'));
        else resolve({ url: `ws://127.0.0.1:${address.port}/socket.io/?EIO=4&transport=websocket&n={n}` });
      });
    }),
  publish: ({ frame, count, perTurn }) =>
    new Promise((resolve) => {
      let left = count;
      const alert: unknown = JSON.parse(frame);
      const turn = () => {
        for (let i = Math.min(perTurn, left); i > 0; i--) io.emit('alert', alert);
        left -= Math.min(perTurn, left);
        if (left > 0) setImmediate(turn);
        else resolve();
      };
      turn();
    }),
};
takeCommands(commands);
