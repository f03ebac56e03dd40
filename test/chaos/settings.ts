/** What a run is told by its environment; the first comment of `run.ts` says what each of it does. */

const setting = (name: string, otherwise: number) => Number(process.env[name] ?? otherwise);

export const settings = {
  events: setting('EVENTS', 2_000),
  faults: setting('FAULTS', 15),
  minutes: setting('MINUTES', 3),
  rate: setting('RATE', 60),
  seed: process.env.SEED === undefined ? undefined : Number(process.env.SEED),
  standby: setting('STANDBY', 0) > 0,
  cluster: setting('CLUSTER', 0) > 0,
  /** Alerts a second in the shops that have a policy. */
  ladderRate: setting('LADDER_RATE', 4),
};

export const SHOPS = ['north', 'south', 'east', 'west'];
export const PREFIX = 'chaos.';
export const FLEET = { http: 2, relay: 2, worker: 3, gateway: 3, escalator: 3 };

/** What all processes of the fleet are started with. */
export const FLEET_ENV = {
  NODE_ENV: 'test',
  // All the traffic comes from one address.
  LIMITS_REQUESTS_PER_SECOND: '0',
  LIMITS_CONNECTS_PER_SECOND: '0',
  LIMITS_CONNECTIONS_PER_ADDRESS: '0',
  LOG_LEVEL: 'info',
  AMQP_PREFIX: PREFIX,
  AMQP_HEARTBEAT_SECONDS: '3',
  DATABASE_STATEMENT_SECONDS: '3',
  RELAY_CONFIRM_SECONDS: '4',
  REMINDERS_COOLDOWN_SECONDS: '0',
  GATEWAY_HEARTBEAT_SECONDS: '2',
  GATEWAY_COMPARE_SECONDS: '2',
  GATEWAY_TAIL_LENGTH: '32',
  DRAIN_SOCKET_SECONDS: '1',
};
