/**
 * The link to a shop's bell: one socket at a time, and another one when it is lost. Guarantees that nothing of an
 * earlier attempt or socket is taken for the present one, and that after `closed` nothing runs any more.
 *
 * | state       | means                            | leaves by                                                     |
 * | ----------- | -------------------------------- | ------------------------------------------------------------- |
 * | connecting  | asks for a token, opens a socket | it opens → catching-up; it does not within 20 s → waiting     |
 * | catching-up | what was missed comes            | `ready` → live; a hole → connecting; lost, silent → waiting   |
 * | live        | alerts come as they happen       | `gone` → catching-up; a hole → connecting; lost, silent,      |
 * |             |                                  | 1012, 1013 → waiting; `expiring` and a new token → connecting; |
 * |             |                                  | `restarting` → live, by a link that is opened beside this one |
 * | waiting     | for the time, or the network     | the time, `online`, or the page is looked at → connecting     |
 * | closed      | for good                         | –                                                             |
 *
 * From each: `close()` and 4001 → closed, `offline` → waiting, 4003 → connecting. What leads straight to connecting waits
 * first if there was no link since the last attempt that was live for a while: no service is asked in a busy loop.
 */

import type { ServerFrame } from '../protocol/frames.ts';
import { type Address, protocolsWith } from './address.ts';
import type { Place } from './cursor.ts';
import { createFollower, type Follower, type Turn } from './follower.ts';
import { ackFrame, readFrame, reportFrame } from './frames.ts';
import { createListeners, type Listeners } from './listeners.ts';
import type { ReportFrame } from './reports.ts';
import { createSilence, type Silence } from './silence.ts';
import { type Successor, startSuccessor } from './successor.ts';
import type {
  Bell,
  BellEvents,
  ConnectOptions,
  Hearing,
  Position,
  PositionStore,
  Reason,
  State,
  WebSocketLike,
} from './types.ts';
import { type Cause, causeOf, reasonOf, waitMs } from './waits.ts';
import type { World } from './world.ts';

export interface LinkOptions {
  readonly address: Address;
  readonly token: ConnectOptions['token'];
  readonly start: Place;
  readonly store: PositionStore | null;
}

const CLOSED = 3; // WebSocket.CLOSED
const UNSENDABLE = 'the token has characters that cannot be sent';

export class Link implements Bell {
  readonly #options: LinkOptions;
  readonly #world: World;
  readonly #listeners: Listeners;
  readonly #follower: Follower;
  readonly #silence: Silence;
  readonly #unwatchPage: () => void;

  #state: State = { name: 'connecting' };
  #socket: WebSocketLike | undefined;
  #successor: Successor | undefined;
  /** The token that the present socket was opened with. */
  #token: string | undefined;
  /** Tells what belongs to the present attempt or link from what comes late. */
  #attempt = 0;
  /** How many attempts have ended since a link was live for a while. */
  #failures = 0;
  #liveSince: number | undefined;
  #cancelWait = () => {};

  constructor(options: LinkOptions, world: World) {
    this.#options = options;
    this.#world = world;
    this.#listeners = createListeners(world.report);
    const sendAck = (seqs: readonly number[]) =>
      this.#socket?.send(ackFrame(seqs, this.#follower.place.epoch));
    const sendReport = (frame: ReportFrame) =>
      this.#socket?.send(reportFrame(frame, this.#follower.place.epoch));
    const { emit } = this.#listeners;
    this.#follower = createFollower({ ...options, emit, sendAck, sendReport }, world);
    this.#silence = createSilence(world, () => this.#again(this.#silenceMeans()));
    this.#unwatchPage = world.page.watch({
      wake: () => this.#wake(),
      offline: () => this.#waitForNetwork(),
      hide: () => this.#follower.save(),
    });
    this.#begin();
  }

  get state(): State {
    return this.#state;
  }

  get position(): Position | undefined {
    return this.#follower.position;
  }

  on<K extends keyof BellEvents>(name: K, listener: (event: BellEvents[K]) => void): () => void {
    return this.#listeners.on(name, listener);
  }

  ack(seq: number | readonly number[]): void {
    const seqs = typeof seq === 'number' ? [seq] : seq;
    for (const one of seqs) assertSeq(one);
    if (this.#state.name !== 'closed') this.#follower.ack(seqs);
  }

  seen(seq: number): void {
    assertSeq(seq);
    this.#follower.report.reached('seen', seq);
  }

  spoken(seq: number): void {
    assertSeq(seq);
    this.#follower.report.reached('spoken', seq);
  }

  hearing(state: Hearing): void {
    this.#follower.report.hearing(state);
  }

  close(): void {
    this.#end('closed');
  }

  /** Begins an attempt, with this token or else one that is asked for. */
  #begin(reason?: Reason, token?: string): void {
    this.#drop();
    if (this.#world.page.isOffline()) {
      this.#waitForNetwork();
      return;
    }
    const attempt = this.#attempt;
    this.#enter({ name: 'connecting', ...(reason && { reason }) });
    if (attempt !== this.#attempt) return; // a listener closed the bell
    this.#restartSilence();
    if (token !== undefined) this.#open(token);
    else {
      this.#askToken().then(
        (asked) => {
          if (attempt === this.#attempt) this.#open(asked);
        },
        (error) => {
          this.#world.report(error);
          if (attempt === this.#attempt) this.#again('token');
        },
      );
    }
  }

  async #askToken(): Promise<string | undefined> {
    const { token } = this.#options;
    return typeof token === 'function' ? token() : token;
  }

  #open(token: string | undefined): void {
    const protocols = protocolsWith(token);
    if (protocols === undefined) {
      this.#world.report(new TypeError(UNSENDABLE));
      this.#again('token');
      return;
    }
    this.#token = token;
    try {
      this.#socket = this.#openAt(protocols);
    } catch (error) {
      this.#world.report(error);
      this.#again('lost');
      return;
    }
    this.#restartSilence();
    this.#listenTo(this.#socket);
  }

  #openAt(protocols: string[]): WebSocketLike {
    return this.#world.open(this.#options.address.at(this.#follower.resumeFrom), protocols);
  }

  /** The process behind the present link stops: goes over to a next link while the present one lasts. */
  #move(withinMs: number): void {
    if (this.#successor !== undefined) return;
    let token: string | undefined;
    this.#successor = startSuccessor(
      {
        withinMs,
        open: async () => {
          token = await this.#askToken();
          const protocols = protocolsWith(token);
          if (protocols === undefined) throw new TypeError(UNSENDABLE);
          return this.#openAt(protocols);
        },
        onFrame: (frame) => {
          const turn = this.#follower.take(frame);
          if (turn === 'hole') this.#follow(turn);
        },
        onCaughtUp: (socket, frame) => {
          this.#token = token;
          this.#adopt(socket, frame);
        },
      },
      this.#world,
    );
  }

  #adopt(socket: WebSocketLike, frame: ServerFrame<'ready' | 'gone'>): void {
    const before = this.#socket;
    this.#successor = undefined;
    this.#attempt++;
    this.#follower.pause(); // what was not acknowledged over the link before is over this one
    this.#socket = socket;
    before?.close(1000);
    this.#restartSilence();
    this.#listenTo(socket);
    const { epoch, seq = 0 } = this.#follower.place;
    // The link before may have brought already what this one will bring next.
    const isBehind = frame.kind === 'ready' && frame.epoch === epoch && frame.head < seq;
    const turn = this.#follower.take(isBehind ? { ...frame, head: seq } : frame);
    if (turn && socket === this.#socket) this.#follow(turn);
  }

  #listenTo(socket: WebSocketLike): void {
    const isCurrent = () => socket === this.#socket;
    socket.addEventListener('open', () => {
      if (!isCurrent()) return;
      this.#enter({ name: 'catching-up' });
      if (isCurrent()) this.#restartSilence();
    });
    socket.addEventListener('message', ({ data }) => {
      if (!isCurrent()) return;
      this.#restartSilence();
      const frame = readFrame(data);
      if (frame?.kind === 'restarting') return this.#move(frame.withinMs);
      const turn = frame && this.#follower.take(frame);
      if (turn && isCurrent()) this.#follow(turn);
    });
    socket.addEventListener('close', ({ code }) => {
      if (!isCurrent()) return;
      const cause = causeOf(code);
      if (cause !== 'replaced') this.#again(cause);
      else if (this.#successor?.hasSocket)
        this.#begin('restarting'); // replaced by a link of our own
      else this.#end(cause);
    });
    socket.addEventListener('error', () => {}); // the close follows; the library `ws` throws without a listener
  }

  #follow(turn: Turn): void {
    switch (turn) {
      case 'ready':
        this.#liveSince ??= this.#world.steadyNow();
        this.#follower.resume();
        this.#enter({ name: 'live' });
        break;
      case 'gone':
        this.#enter({ name: 'catching-up' });
        break;
      case 'hole':
        this.#again('gap');
        break;
      case 'expiring':
        this.#renew();
    }
  }

  /** Goes over to a new link with a new token while the present one lasts. If there is none, 4003 comes in time. */
  #renew(): void {
    if (this.#isStable()) this.#failures = 0;
    // Tokens that hardly outlast their making would have us change links without end.
    if (this.#failures > 0) return;
    const attempt = this.#attempt;
    this.#askToken().then((token) => {
      if (attempt !== this.#attempt || !token || token === this.#token) return;
      this.#failures++;
      this.#begin('token', token);
    }, this.#world.report);
  }

  /** Leaves the link, or what was to become one, for another attempt. */
  #again(cause: Cause): void {
    this.#drop();
    const ms = waitMs(cause, this.#failures++, this.#world.random);
    const reason = reasonOf(cause);
    if (this.#world.page.isOffline()) this.#waitForNetwork();
    else if (ms === 0) this.#begin(reason);
    else {
      this.#cancelWait = this.#world.after(ms, () => this.#begin(reason));
      this.#enter({ name: 'waiting', reason, retryInMs: ms });
    }
  }

  #waitForNetwork(): void {
    this.#drop();
    this.#enter({ name: 'waiting', reason: 'offline' });
  }

  #end(reason: 'closed' | 'replaced'): void {
    if (this.#state.name === 'closed') return;
    this.#drop();
    this.#follower.end(reason);
    this.#unwatchPage();
    this.#enter({ name: 'closed', reason });
  }

  /** Leaves the present attempt, link or wait: from here on its events are dropped. */
  #drop(): void {
    this.#attempt++;
    this.#silence.stop();
    this.#cancelWait();
    this.#follower.pause();
    if (this.#isStable()) this.#failures = 0;
    this.#liveSince = undefined;
    this.#successor?.stop();
    this.#successor = undefined;
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }

  #enter(state: State): void {
    const { name, reason, retryInMs } = this.#state;
    if (state.name === name && state.reason === reason && state.retryInMs === retryInMs) return;
    this.#state = state;
    this.#listeners.emit('state', state);
  }

  #isStable(): boolean {
    const { steadyNow, timings } = this.#world;
    return this.#liveSince !== undefined && steadyNow() - this.#liveSince >= timings.stableMs;
  }

  /** Something came, or the attempt got further. */
  #restartSilence(): void {
    const { attemptMs, silenceMs } = this.#world.timings;
    this.#silence.restart(this.#state.name === 'connecting' ? attemptMs : silenceMs);
  }

  #silenceMeans(): Cause {
    if (this.#state.name !== 'connecting') return 'silent';
    return this.#socket === undefined ? 'token' : 'lost';
  }

  #wake(): void {
    if (this.#socket?.readyState === CLOSED) this.#again('lost');
    else if (this.#state.name !== 'waiting') this.#silence.look();
    if (this.#state.name === 'waiting') this.#begin(this.#state.reason);
  }
}

function assertSeq(seq: number): void {
  if (!Number.isSafeInteger(seq) || seq < 1) throw new TypeError('seq must be a whole number from 1');
}
