/**
 * The demo panel: creates, pays and asks after orders, as a customer and a payment provider would. A page of its own
 * beside the console's, of which it knows only the shop and the language; no build for production holds it.
 */

import { readAccess } from '../browser/access.ts';
import { safeStorage } from '../browser/storage.ts';
import { openKeptTills } from '../pairing/kept-till.ts';
import { button, el, setHidden, setText } from '../view/dom.ts';
import { icon } from '../view/icons.ts';
import { DEMO_STRINGS, type DemoStrings } from './demo-strings.ts';
import { isReceived, type Received, receivedLines } from './received.ts';

interface Order {
  readonly id: number | string;
  readonly number: string;
}

const RECEIVED_EVERY_MS = 2_000;
const BURST = 10;
const AMOUNT_IN_FEN = 4200;

const { shop, token } = readAccess({
  url: new URL(location.href),
  storage: safeStorage(() => window.sessionStorage),
  tills: openKeptTills(safeStorage(() => window.localStorage)),
  replaceUrl: (url) => history.replaceState(null, '', url),
});
const base = new URL('.', location.href);
let order: Order | undefined;
let received: readonly Received[] = [];
let showReceived = () => {};

const panel = el('aside', { class: 'demo', testId: 'demo' });
document.body.append(panel);
new MutationObserver(mount).observe(document.documentElement, { attributeFilter: ['lang'] });
mount();
void followReceived();

function mount(): void {
  const text = DEMO_STRINGS[document.documentElement.lang.startsWith('zh') ? 'zh' : 'en'];
  const outcome = el('p', { class: 'demo-said', testId: 'demo-said', attributes: { role: 'status' } });
  const act = (work: () => Promise<string>) => async () => {
    setText(outcome, await work().catch((error: Error) => text.failed(error.message)));
    show();
  };
  const create = button(
    { testId: 'demo-create', onClick: act(() => createOrder(text)) },
    icon('order'),
    text.create,
  );
  const pay = button({ testId: 'demo-pay', onClick: act(() => payOrder(text)) }, icon('check'), text.pay);
  const remind = button(
    { testId: 'demo-remind', onClick: act(() => remindOfOrder(text)) },
    icon('reminder'),
    text.remind,
  );
  const burst = button(
    { testId: 'demo-burst', onClick: act(() => sendBurst(text)) },
    icon('bell'),
    text.burst,
  );
  const show = () => {
    pay.disabled = order === undefined;
    remind.disabled = order === undefined;
  };
  const lines = el('ul', {});
  const others = el('section', {}, el('p', { class: 'hint' }, text.others), lines);
  showReceived = () => {
    setHidden(others, received.length === 0);
    lines.replaceChildren(...receivedLines(received, text));
  };
  const isOpen = panel.querySelector('details')?.open ?? true;
  panel.replaceChildren(
    el(
      'details',
      { attributes: { open: isOpen } },
      el('summary', {}, text.heading),
      el(
        'div',
        { class: 'demo-body' },
        el('div', { class: 'demo-buttons' }, create, pay, remind, burst),
        el('div', {}, outcome, el('p', { class: 'hint' }, text.hint)),
        others,
      ),
    ),
  );
  show();
  showReceived();
}

/** As long as there is a receiver: with targets of one's own there is none, and the route is missing. */
async function followReceived(): Promise<void> {
  try {
    const { webhooks } = await send('GET', 'demo/webhooks');
    received = Array.isArray(webhooks) ? webhooks.filter(isReceived) : [];
    showReceived();
  } catch (error) {
    if (error instanceof NoRoute) return;
  }
  window.setTimeout(followReceived, RECEIVED_EVERY_MS);
}

async function createOrder(text: DemoStrings): Promise<string> {
  order = await makeOrder();
  return text.created(order.number);
}

async function payOrder(text: DemoStrings): Promise<string> {
  if (order === undefined) return '';
  await post('payments/notify', { outTradeNo: order.number });
  return text.paid(order.number);
}

async function remindOfOrder(text: DemoStrings): Promise<string> {
  if (order === undefined) return '';
  await post(`orders/${order.id}/reminders`);
  return text.reminded(order.number);
}

async function sendBurst(text: DemoStrings): Promise<string> {
  const orders = await Promise.all(Array.from({ length: BURST }, makeOrder));
  await Promise.all(orders.map(({ number }) => post('payments/notify', { outTradeNo: number })));
  return text.sent(BURST);
}

async function makeOrder(): Promise<Order> {
  const { id, number } = await post('orders', { shopId: shop, amount: AMOUNT_IN_FEN });
  if ((typeof id !== 'number' && typeof id !== 'string') || typeof number !== 'string')
    throw new Error('no order');
  return { id, number };
}

/** Resolves with the answer's data; rejects with the service's own words. */
function post(path: string, body?: object): Promise<Record<string, unknown>> {
  return send('POST', path, body);
}

class NoRoute extends Error {}

async function send(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const bearer = token();
  const answer = await fetch(new URL(path, base), {
    method,
    headers: bearer === undefined ? {} : { Authorization: `Bearer ${bearer}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const envelope: { msg?: unknown; data?: unknown } = await answer.json();
  if (answer.status === 404 && method === 'GET') throw new NoRoute();
  if (!answer.ok) throw new Error(String(envelope.msg));
  return typeof envelope.data === 'object' && envelope.data !== null ? { ...envelope.data } : {};
}
