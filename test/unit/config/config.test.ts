import { expect } from 'chai';
import { type Config, schema } from '../../../src/config/config.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { AppError } from '../../../src/platform/errors.ts';

const servers = { DATABASE_URL: 'postgres://o:x@localhost/o', AMQP_URL: 'amqp://localhost' };

interface Entry {
  path: string;
  doc: unknown;
  format: unknown;
  env: unknown;
}

function entriesOf(branch: object, path: readonly string[] = []): Entry[] {
  return Object.entries(branch).flatMap(([key, value]) => {
    const at = [...path, key];
    if (!('default' in value)) return entriesOf(value, at);
    return [{ path: at.join('.'), doc: value.doc, format: value.format, env: value.env }];
  });
}

const entries = entriesOf(schema);

function faultOf(env: Record<string, string>): AppError {
  try {
    loadConfig({ ...servers, ...env });
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

describe('the configuration', () => {
  it('takes no template whose content has no bound', () => {
    const long = (count: number) => ({ NOTIFICATION_TEMPLATES_PAID: '{orderNumber}'.repeat(count) });
    expect(loadConfig({ ...servers, ...long(500) }).notification.templates.paid).to.have.length(6_500);
    expect(faultOf(long(501)).message).to.match(
      /notification\.templates\.paid .*: must come to at most 32000/,
    );
  });

  it('documents every key and gives it a format and a variable', () => {
    expect(entries).to.have.length.greaterThan(30);
    for (const { path, doc, format, env } of entries) {
      expect(doc, `doc of ${path}`).to.be.a('string').and.match(/\.$/);
      expect(format, `format of ${path}`).not.to.equal(undefined);
      expect(env, `env of ${path}`).to.be.a('string');
    }
  });

  it('names the variable of each key after its path, besides a few', () => {
    const exceptions: Record<string, string> = {
      'http.port': 'PORT',
      env: 'NODE_ENV',
      'auth.allowAnonymous': 'ALLOW_ANONYMOUS',
      'payments.allowUnsigned': 'ALLOW_UNSIGNED_PAYMENTS',
      // OpenTelemetry's own.
      'tracing.endpoint': 'OTEL_EXPORTER_OTLP_ENDPOINT',
      'tracing.tracesEndpoint': 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
      'tracing.disabled': 'OTEL_SDK_DISABLED',
      'tracing.headers': 'OTEL_EXPORTER_OTLP_HEADERS',
      'tracing.serviceName': 'OTEL_SERVICE_NAME',
      'tracing.resource': 'OTEL_RESOURCE_ATTRIBUTES',
      'tracing.sampler': 'OTEL_TRACES_SAMPLER',
      'tracing.samplerRatio': 'OTEL_TRACES_SAMPLER_ARG',
    };
    for (const { path, env } of entries) {
      const upperSnake = path
        .replace(/([A-Z])/g, '_$1')
        .replaceAll('.', '_')
        .toUpperCase();
      expect(env, path).to.equal(exceptions[path] ?? upperSnake);
    }
    expect(schema.database.url.env).to.equal('DATABASE_URL');
    expect(schema.amqp.url.env).to.equal('AMQP_URL');
  });

  it('gives no two keys the same variable', () => {
    expect(new Set(entries.map(({ env }) => env)).size).to.equal(entries.length);
  });

  it('needs nothing but the two addresses', () => {
    const config = loadConfig(servers);
    expect(config.database.url).to.equal(servers.DATABASE_URL);
    expect(config.http.port).to.equal(8080);
    expect(config.reminders).to.deep.equal({ cooldownSeconds: 60, statuses: [2, 3, 4] });
    expect(config.notification.templates).to.deep.equal({
      paid: '订单号： {orderNumber}',
      reminded: '订单号: {orderId}',
    });
  });

  it('reads each kind of value from its variable', () => {
    const env = { PORT: '0', AMQP_PREFIX: 'till.', REMINDERS_STATUSES: '2,5', LOG_LEVEL: 'debug' };
    const config = loadConfig({ ...servers, ...env });
    expect(config.http.port).to.equal(0);
    expect(config.amqp.prefix).to.equal('till.');
    expect(config.reminders.statuses).to.deep.equal([2, 5]);
    expect(config.log.level).to.equal('debug');
  });

  it('lays the file of NODE_ENV over the defaults, and the environment over the file', () => {
    expect(loadConfig({ ...servers, NODE_ENV: 'test' }).http).to.include({ host: '127.0.0.1', port: 0 });
    expect(loadConfig({ ...servers, NODE_ENV: 'test', PORT: '81' }).http.port).to.equal(81);
  });

  it('says in one line which key, variable and rule when an address is missing', () => {
    const error = faultOf({ DATABASE_URL: '', AMQP_URL: '' });
    expect(error.code).to.equal('config-invalid');
    expect(error.message).to.equal(
      'the configuration is not valid: database.url (DATABASE_URL): is not set; amqp.url (AMQP_URL): is not set',
    );
  });

  const wrong: [string, string, string][] = [
    ['PORT', '70000', 'http.port (PORT): must be a whole number from 0 to 65535'],
    ['PORT', 'abc', 'http.port (PORT): must be a whole number from 0 to 65535'],
    ['NODE_ENV', 'staging', 'env (NODE_ENV): must be one of the possible values'],
    ['LOG_LEVEL', 'loud', 'log.level (LOG_LEVEL): must be one of the possible values'],
    ['AMQP_PREFIX', 'a b', 'amqp.prefix (AMQP_PREFIX): must be up to 64 of A-Z a-z 0-9 . _ -'],
    ['RELAY_BATCH_SIZE', '1.5', 'relay.batchSize (RELAY_BATCH_SIZE): must be a whole number from 1 to 10000'],
    ['RELAY_BATCH_SIZE', '', 'relay.batchSize (RELAY_BATCH_SIZE): must be a whole number from 1 to 10000'],
    ['PORT', '8080x', 'http.port (PORT): must be a whole number from 0 to 65535'],
    ['PORT', '0x50', 'http.port (PORT): must be a whole number from 0 to 65535'],
    ['WORKER_PREFETCH', '20k', 'worker.prefetch (WORKER_PREFETCH): must be a whole number from 1 to 65535'],
    ['LOG_RETENTION_DAYS', '10m', 'log.retentionDays (LOG_RETENTION_DAYS): must be a whole number from 0'],
    ['LOG_RETENTION_DAYS', '1e2', 'log.retentionDays (LOG_RETENTION_DAYS): must be a whole number from 0'],
    [
      'REMINDERS_STATUSES',
      '2,3x',
      'reminders.statuses (REMINDERS_STATUSES): must be a list of order statuses',
    ],
    ['WORKER_PREFETCH', '0', 'worker.prefetch (WORKER_PREFETCH): must be a whole number from 1 to 65535'],
    [
      'REMINDERS_STATUSES',
      '1,2',
      'reminders.statuses (REMINDERS_STATUSES): must be a list of order statuses',
    ],
    ['AMQP_URL', 'amqp://a,b', 'amqp.url (AMQP_URL): has a comma in a host'],
    ['AMQP_URL', 'amqp://a, ', 'amqp.url (AMQP_URL): has a comma in a host'],
    ['AMQP_URL', 'amqp://a,http://b', 'amqp.url (AMQP_URL): must be an amqp:// or amqps:// URL'],
    ['AMQP_URL', 'amqp://a,amqp://u:p#@b', 'amqp.url (AMQP_URL): is no URL'],
    ['REMINDERS_STATUSES', '', 'reminders.statuses (REMINDERS_STATUSES): must be a list of order statuses'],
  ];
  for (const [variable, value, rule] of wrong) {
    it(`names key, variable and rule in one line when ${variable} is "${value}"`, () => {
      const { message } = faultOf({ [variable]: value });
      expect(message).to.include(`: ${rule}`);
      expect(message).not.to.include('\n');
    });
  }

  it('takes several brokers, with commas in their passwords as well', () => {
    for (const url of ['amqp://a,amqps://b', 'amqp://u:x,y@a, amqp://u:z@b:5673/v']) {
      expect(loadConfig({ ...servers, AMQP_URL: url }).amqp.url).to.equal(url);
    }
  });

  it('keeps the passwords of wrong addresses out of the message and of its cause', () => {
    const error = faultOf({
      DATABASE_URL: 'mysql://u:hunter2@h/d',
      AMQP_URL: 'amqp://u:hunter2@h,http://u:hunter2@h',
    });
    expect(`${error.stack} ${error.cause instanceof Error ? error.cause.stack : ''}`).not.to.include(
      'hunter2',
    );
  });

  it('is frozen through and through', () => {
    const seen: object[] = [];
    const check = (value: unknown) => {
      if (typeof value !== 'object' || value === null) return;
      seen.push(value);
      for (const inner of Object.values(value)) check(inner);
    };
    const config: Config = loadConfig(servers);
    check(config);
    expect(seen).to.have.length.greaterThan(10);
    for (const value of seen) expect(Object.isFrozen(value), JSON.stringify(value)).to.equal(true);
  });
});
