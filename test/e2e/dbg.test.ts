import { createSurroundings } from '../support/surroundings.ts';
import { WebSocket } from 'ws';
it('x', async () => {
  const a = await createSurroundings(); const s = await a.serve();
  const r: string[] = [];
  for (const shop of (process.env.SHOPS ?? '').split(',')) {
  const ws = new WebSocket(s.url.replace('http','ws')+`/ws/t?shop=${shop}`, process.env.V1 ? ['orderbell.v1']:[]);
  const t = Date.now();
  const c = await new Promise(r => { ws.on('error', r); ws.on('close', c => r(c)); setTimeout(() => r('ok'), 60); });
  r.push(shop+':'+String(c));
  ws.terminate();
  }
  console.log(r.join(' '));
  await a.leave();
});
