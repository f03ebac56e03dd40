/** Postgres for what a gateway writes of its shops: leases that lapse, statements that fail, held back or not. */

import type { GatewayLeases, SoundEdge } from '../../src/domain/presence.ts';

export class FakeLeases implements GatewayLeases {
  /** By gateway, while the lease counts: the shops that hear. */
  readonly valid = new Map<string, Set<string>>();
  /** The statements in their order, as `renew` or `write +a -b`. */
  readonly statements: string[] = [];
  logIdentity = 'one';
  /** Each statement waits for it. */
  gate: () => Promise<void> = async () => {};
  /** The next statement fails with it; `isStored` has it done nevertheless. */
  fault: { error: unknown; isStored: boolean } | undefined;

  async begin(id: string): Promise<string> {
    return this.#run('begin', () => {
      this.valid.set(id, new Set());
      return this.logIdentity;
    });
  }

  async renew(id: string): Promise<string | undefined> {
    return this.#run('renew', () => (this.valid.has(id) ? this.logIdentity : undefined));
  }

  async write(id: string, edges: readonly SoundEdge[]): Promise<boolean> {
    const names = edges.map(({ shopId, canSound }) => `${canSound ? '+' : '-'}${shopId}`);
    return this.#run(`write ${names.join(' ')}`, () => {
      const shops = this.valid.get(id);
      for (const { shopId, canSound } of edges) canSound ? shops?.add(shopId) : shops?.delete(shopId);
      return shops !== undefined;
    });
  }

  async retire(id: string): Promise<void> {
    return this.#run('retire', () => void this.valid.delete(id));
  }

  async end(id: string): Promise<void> {
    return this.#run('end', () => void this.valid.delete(id));
  }

  /** The shops that hear, by all leases that count. */
  get hearing(): string[] {
    return [...new Set([...this.valid.values()].flatMap((shops) => [...shops]))].sort();
  }

  async #run<T>(statement: string, work: () => T): Promise<T> {
    this.statements.push(statement);
    await this.gate();
    const { fault } = this;
    this.fault = undefined;
    if (fault === undefined) return work();
    if (fault.isStored) work();
    throw fault.error;
  }
}
