/** A shop to try things on, with one order that waits to be paid. Running it again only adds another such order. */

import { createKnex } from '../migrate.ts';

export interface DemoShop {
  shopId: string;
  orderId: number | string;
  orderNumber: string;
}

/** Makes the shop `default` if it is missing, and a fresh unpaid order in it. */
export async function seedDemoShop(databaseUrl: string): Promise<DemoShop> {
  const knex = createKnex(databaseUrl);
  try {
    await knex('shops').insert({ id: 'default' }).onConflict().ignore();
    const number = `DEMO-${new Date().toISOString().replace(/\D/g, '')}`;
    const [order] = await knex('orders')
      .insert({ number, shop_id: 'default', amount: 4200 })
      .returning<{ id: string }[]>('id');
    if (order === undefined) throw new Error('the demo order was not inserted');
    return { shopId: 'default', orderId: Number(order.id), orderNumber: number };
  } finally {
    await knex.destroy();
  }
}
