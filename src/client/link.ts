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
import type { Address } from './address.ts';
import type { Place } from './cursor.ts';
import { createDial, type Dial, type Dialled, UnsendableToken } from './dial.ts';
import { createFailures, type Failures } from './failures.ts';
import { createFollower, type Follower, type Turn } from './follower.ts';
import type { FrameSocket } from './frame-socket.ts';
import { ackFrame, reportFrame } from './frames.ts';
import type { Listeners } from './listeners.ts';
import { createSilence, type Silence } from './silence.ts';
import { type Successor, startSuccessor } from './successor.ts';
import type { ConnectOptions, PositionStore, Reason, State } from './types.ts';
import { type Cause, causeOf, reasonOf, waitMs } from './waits.ts';
import type { World } from './world.ts';

export interface LinkOptions {
  readonly address: Address;
  readonly token: ConnectOptions['token'];
  readonly start: Place;
  readonly store: PositionStore | null;
  readonly emit: Listeners['emit'];
}

export class Link {
  readonly follower: Follower;
  readonly #emit: Listeners['emit'];
  readonly #world: World;
  readonly #dial: Dial;
  readonly #failures: Failures;
  readonly #silence: Silence;
  readonly #unwatchPage: () => void;

  #state: State = { name: 'connecting' };
  #socket: FrameSocket | undefined;
  #successor: Successor | undefined;
  /** The token that the present socket was opened with. */
  #token: string | undefined;
  /** Distinguishes what belongs to the present attempt or link from what comes late. */
  #attempt = 0;
  #cancelWait = () => {};

  constructor(options: LinkOptions, world: World) {
    this.#emit = options.emit;
    this.#world = world;
    this.#dial = createDial(options.address, options.token, world);
    this.#failures = createFailures(world);
    const epoch = () => this.follower.place.epoch;
    this.follower = createFollower(
      {
        ...options,
        sendAck: (seqs) => this.#socket?.send(ackFrame(seqs, epoch())),
        sendReport: (frame) => this.#socket?.send(reportFrame(frame, epoch())),
      },
      world,
    );
    this.#silence = createSilence(world, () => this.#again(this.#silenceMeans()));
    this.#unwatchPage = world.page.watch({
      wake: () => this.#wake(),
      offline: () => this.#waitForNetwork(),
      hide: () => this.follower.save(),
    });
    this.#begin();
  }

  get state(): State {
    return this.#state;
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
      this.#dial.askToken().then(
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

  #open(token: string | undefined): void {
    try {
      this.#listenTo(this.#dial.open(token, this.follower.resumeFrom));
    } catch (error) {
      this.#world.report(error);
      this.#again(error instanceof UnsendableToken ? 'token' : 'lost');
    }
  }

  /** The process behind the present link stops: goes over to a next link while the present one lasts. */
  #move(withinMs: number): void {
    if (this.#successor !== undefined) return;
    this.#successor = startSuccessor(
      {
        withinMs,
        dial: this.#dial,
        follower: this.follower,
        onHole: () => this.#follow('hole'),
        onCaughtUp: (dialled, frame) => this.#adopt(dialled, frame),
      },
      this.#world,
    );
  }

  #adopt(dialled: Dialled, frame: ServerFrame<'ready' | 'gone'>): void {
    const before = this.#socket;
    this.#successor = undefined;
    this.#attempt++;
    this.follower.pause(); // what was not acknowledged over the link before is over this one
    this.#listenTo(dialled);
    before?.close(1000);
    const turn = this.follower.takeOver(frame);
    if (turn && dialled.socket === this.#socket) this.#follow(turn);
  }

  #listenTo({ socket, token }: Dialled): void {
    this.#socket = socket;
    this.#token = token;
    this.#restartSilence();
    const isCurrent = () => socket === this.#socket;
    socket.follow({
      opened: () => {
        this.#enter({ name: 'catching-up' });
        if (isCurrent()) this.#restartSilence();
      },
      received: (frame) => {
        this.#restartSilence();
        if (frame?.kind === 'restarting') return this.#move(frame.withinMs);
        const turn = frame && this.follower.take(frame);
        if (turn && isCurrent()) this.#follow(turn);
      },
      closed: (code) => {
        const cause = causeOf(code);
        if (cause !== 'replaced') this.#again(cause);
        else if (this.#successor?.hasSocket)
          this.#begin('restarting'); // replaced by a link of our own
        else this.#end(cause);
      },
    });
  }

  #follow(turn: Turn): void {
    switch (turn) {
      case 'ready':
        this.#failures.live();
        this.follower.resume();
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
    this.#failures.settle();
    // Tokens that hardly outlast their making would have us change links without end.
    if (this.#failures.count > 0) return;
    const attempt = this.#attempt;
    this.#dial.askToken().then((token) => {
      if (attempt !== this.#attempt || !token || token === this.#token) return;
      this.#failures.add();
      this.#begin('token', token);
    }, this.#world.report);
  }

  /** Leaves the link, or what was to become one, for another attempt. */
  #again(cause: Cause): void {
    this.#drop();
    const ms = waitMs(cause, this.#failures.count, this.#world.random);
    this.#failures.add();
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
    this.follower.end(reason);
    this.#unwatchPage();
    this.#enter({ name: 'closed', reason });
  }

  /** Leaves the present attempt, link or wait: from here on its events are dropped. */
  #drop(): void {
    this.#attempt++;
    this.#silence.stop();
    this.#cancelWait();
    this.follower.pause();
    this.#failures.linkEnded();
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
    this.#emit('state', state);
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
    if (this.#socket?.isClosed) this.#again('lost');
    else if (this.#state.name !== 'waiting') this.#silence.look();
    if (this.#state.name === 'waiting') this.#begin(this.#state.reason);
  }
}
