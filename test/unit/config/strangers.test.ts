import { expect } from 'chai';
import { strangersIn } from '../../../src/config/strangers.ts';

describe('the variables that set nothing', () => {
  const found = (...names: string[]) => strangersIn(Object.fromEntries(names.map((name) => [name, 'x'])));

  for (const [wrong, meant] of [
    ['DATABSE_URL', 'DATABASE_URL'],
    ['AMPQ_URL', 'AMQP_URL'],
    ['AUTH_SECERT', 'AUTH_SECRET'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['LOG_LEVELL', 'LOG_LEVEL'],
    ['ROLE', 'ROLES'],
    ['NODE_EVN', 'NODE_ENV'],
    ['HTTP_PORT', 'PORT'],
    ['ORDERBELL_DATABASE_URL', 'DATABASE_URL'],
    ['DATABASE_URL_FIEL', 'DATABASE_URL_FILE'],
    ['OTEL_EXPORTER_OTLP_ENDPIONT', 'OTEL_EXPORTER_OTLP_ENDPOINT'],
    ['OTEL_SERVICENAME', 'OTEL_SERVICE_NAME'],
    ['OTEL_BSP_SCHEDULE_DELEY', 'OTEL_BSP_SCHEDULE_DELAY'],
  ] as const) {
    it(`have ${wrong} among them, and ${meant} is meant`, () => {
      expect(found(wrong)).to.deep.equal([`${wrong} sets nothing: did you mean ${meant}?`]);
    });
  }

  it('have what begins like a section of ours among them', () => {
    expect(found('GATEWAY_COLOUR', 'ORDERBELL_COLOUR')).to.deep.equal([
      'GATEWAY_COLOUR sets nothing',
      'ORDERBELL_COLOUR sets nothing',
    ]);
  });

  it('have the file of what is no secret among them', () => {
    expect(found('AUTH_ISSUER_FILE')).to.deep.equal([
      'AUTH_ISSUER_FILE sets nothing: only secrets are read from files, set AUTH_ISSUER itself',
    ]);
  });

  it('are none of ours', () => {
    expect(
      found('PORT', 'ROLES', 'LOG_LEVEL', 'DATABASE_URL', 'DATABASE_URL_FILE', 'AUTH_JWKS_FILE'),
    ).to.deep.equal([]);
  });

  it('are none that others use', () => {
    const common = 'PATH HOME HOSTNAME USER SHELL TERM PWD SHLVL LANG TZ LOGNAME EDITOR OLDPWD _ DEBUG CI';
    const node =
      'NODE_OPTIONS NODE_VERSION NODE_PATH NODE_EXTRA_CA_CERTS NODE_DEBUG YARN_VERSION NPM_CONFIG_CACHE';
    const logs = 'LOG_FORMAT LOG_DIR LOG_FILE HTTP_PROXY HTTPS_PROXY NO_PROXY';
    expect(found(...`${common} ${node} ${logs}`.split(' '))).to.deep.equal([]);
  });

  it('are none that the SDK of OpenTelemetry reads, or that other programs share with us', () => {
    const exporter =
      'ENDPOINT HEADERS TIMEOUT COMPRESSION CERTIFICATE CLIENT_KEY CLIENT_CERTIFICATE PROTOCOL';
    const names = [
      ...exporter
        .split(' ')
        .flatMap((name) => [`OTEL_EXPORTER_OTLP_${name}`, `OTEL_EXPORTER_OTLP_TRACES_${name}`]),
      ...'SCHEDULE_DELAY MAX_QUEUE_SIZE MAX_EXPORT_BATCH_SIZE EXPORT_TIMEOUT'
        .split(' ')
        .map((name) => `OTEL_BSP_${name}`),
      ...'OTEL_SPAN_LINK_COUNT_LIMIT OTEL_TRACES_EXPORTER OTEL_METRICS_EXPORTER OTEL_PROPAGATORS'.split(' '),
      ...'OTEL_LOGS_EXPORTER OTEL_LOG_LEVEL OTEL_EXPORTER_OTLP_METRICS_ENDPOINT'.split(' '),
      ...'OTEL_EXPORTER_OTLP_LOGS_ENDPOINT OTEL_RESOURCE_ATTRIBUTES OTEL_SERVICE_NAME'.split(' '),
    ];
    expect(found(...names)).to.deep.equal([]);
  });

  it('are none that Kubernetes sets for its services', () => {
    const env = {
      GATEWAY_SERVICE_HOST: '10.0.0.1',
      GATEWAY_SERVICE_PORT: '8080',
      GATEWAY_SERVICE_PORT_HTTP: '8080',
      GATEWAY_PORT: 'tcp://10.0.0.1:8080',
      GATEWAY_PORT_8080_TCP_ADDR: '10.0.0.1',
      GATEWAY_PORT_8080_TCP: 'tcp://10.0.0.1:8080',
    };
    expect(strangersIn(env)).to.deep.equal([]);
  });
});
