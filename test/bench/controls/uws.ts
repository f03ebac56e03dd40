/** Bare uWebSockets.js: one topic, nothing kept, nothing checked. The control that has least to do. */

import uWS from 'uWebSockets.js';
import { takeCommands } from '../commands.ts';
import type { ControlCommands } from './control.ts';

const app = uWS.App();
app.ws('/ws/:sid', {
  compression: uWS.DISABLED,
  maxBackpressure: 64 * 1024 * 1024,
  idleTimeout: 120,
  open: (socket) => void socket.subscribe('all'),
});

const commands: ControlCommands = {
  listen: () =>
    new Promise((resolve, reject) => {
      app.listen('127.0.0.1', 0, (socket) => {
        if (socket) resolve({ url: `ws://127.0.0.1:${uWS.us_socket_local_port(socket)}/ws/{n}` });
        else reject(new Error('does not listen'));
      });
    }),
  publish: ({ frame, count, perTurn }) =>
    new Promise((resolve) => {
      let left = count;
      const turn = () => {
        for (let i = Math.min(perTurn, left); i > 0; i--) app.publish('all', frame);
        left -= Math.min(perTurn, left);
        if (left > 0) setImmediate(turn);
        else resolve();
      };
      turn();
    }),
};
takeCommands(commands);
