/**
 * Web Push in a real browser. Its push service is on the internet: subscribing is stood in for, all else is real, from the
 * service worker under the page's own policy to the notification that it shows.
 */

import { createECDH, randomBytes } from 'node:crypto';
import { expect } from 'chai';
import type { Page, Worker } from 'playwright-core';
import webPush from 'web-push';
import { eventually } from '../support/eventually.ts';
import { createShopfront, type Shopfront } from './support/shopfront.ts';
import type { Till } from './support/till.ts';

const KEYS = webPush.generateVAPIDKeys();
const VAPID = {
  ESCALATION_VAPID_PUBLIC_KEY: KEYS.publicKey,
  ESCALATION_VAPID_PRIVATE_KEY: KEYS.privateKey,
  ESCALATION_VAPID_SUBJECT: 'mailto:ops@shops.example',
};

describe('Web Push in a browser', function () {
  this.timeout(30_000);
  let shopfront: Shopfront;
  before(async () => {
    shopfront = await createShopfront();
  });
  afterEach(() => shopfront.clear());
  after(() => shopfront.tearDown());

  async function standIn(page: Page): Promise<void> {
    const curve = createECDH('prime256v1');
    curve.generateKeys();
    const keys = { p256dh: curve.getPublicKey('base64url'), auth: randomBytes(16).toString('base64url') };
    // With methods: a named arrow function would call what the compiler adds, and the page lacks.
    await page.evaluate((keys) => {
      const subscription = {
        toJSON() {
          return { endpoint: 'https://push.example/a', expirationTime: null, keys };
        },
      };
      Object.assign(PushManager.prototype, {
        async subscribe() {
          return subscription;
        },
        async getSubscription() {
          return null;
        },
      });
    }, keys);
  }

  async function subscribed(locale = 'en-US'): Promise<{ till: Till; worker: Worker }> {
    const service = await shopfront.serve(VAPID);
    const till = await shopfront.open(service, {
      shop: 'pushed',
      locale,
      context: { permissions: ['notifications'] },
    });
    await till.live();
    await standIn(till.page);
    await till.page.getByTestId('settings-open').click();
    await till.page.getByTestId('turn-push').click();
    await eventually(async () => {
      expect(await till.page.getByTestId('turn-push').isEnabled()).to.equal(true);
      expect(await till.page.getByTestId('push-state').innerText()).to.match(
        /This device gets them|这台设备会收到通知/,
      );
    });
    const worker = till.context.serviceWorkers()[0] ?? (await till.context.waitForEvent('serviceworker'));
    return { till, worker };
  }

  it('is turned on and off in the settings, within the policy of the page', async () => {
    const { till } = await subscribed();
    const rows = async () =>
      (
        await shopfront.surroundings.database.pool.query(
          'SELECT shop_id, endpoint, language FROM push_subscriptions',
        )
      ).rows;
    expect(await rows()).to.deep.equal([
      { shop_id: 'pushed', endpoint: 'https://push.example/a', language: 'en' },
    ]);
    await till.page.getByTestId('turn-push').click();
    await eventually(async () => expect(await rows()).to.deep.equal([]));
    expect(till.faults).to.deep.equal([]);
  });

  it('shows what comes as a notification with the content of the alert', async () => {
    const { worker } = await subscribed('zh-CN');
    const message = {
      kind: 'escalation',
      shop: 'pushed',
      seq: 3,
      type: 1,
      orderId: 9,
      content: '订单号： 9',
      language: 'zh',
      at: 't',
    };
    const shown = await worker.evaluate(async (text) => {
      const event = new Event('push');
      const lasting: Promise<unknown>[] = [];
      Object.assign(event, {
        data: {
          text() {
            return text;
          },
        },
        waitUntil(work: Promise<unknown>) {
          lasting.push(work);
        },
      });
      self.dispatchEvent(event);
      await Promise.all(lasting);
      const { registration } = self as typeof self & { registration: ServiceWorkerRegistration };
      const notifications = await registration.getNotifications();
      return notifications.map(({ title, body, tag }) => ({ title, body, tag }));
    }, JSON.stringify(message));
    expect(shown).to.deep.equal([
      { title: '有提醒尚未处理 · pushed', body: '订单号： 9', tag: 'orderbell.pushed.3' },
    ]);
  });

  it('is not offered where the service has no keys', async () => {
    const service = await shopfront.serve();
    const till = await shopfront.open(service, { shop: 'bare' });
    await till.live();
    await till.page.getByTestId('settings-open').click();
    expect(await till.page.getByTestId('turn-push').isVisible()).to.equal(false);
  });
});
