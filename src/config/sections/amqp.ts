/** RabbitMQ. */

import { between, matching } from '../formats.ts';
import { brokerUrls, httpUrl, orNone } from '../urls.ts';

export const amqpSection = {
  url: {
    doc: 'RabbitMQ, as `amqp://user:password@host:port/vhost`; several, separated by commas, are tried in turn. Required.',
    format: brokerUrls,
    default: '',
    env: 'AMQP_URL',
    sensitive: true,
  },
  managementUrl: {
    doc: "RabbitMQ's management API, as `http://user:password@host:15672`: with it `doctor` sees on how many nodes each queue is.",
    format: orNone(httpUrl),
    default: '',
    env: 'AMQP_MANAGEMENT_URL',
    sensitive: true,
  },
  caFile: {
    doc: "With `amqps://`: the file of the authority that signed the broker's certificate (PEM), else those known to Node.",
    format: String,
    default: '',
    env: 'AMQP_CA_FILE',
  },
  certFile: {
    doc: 'With `amqps://`: the file of a certificate to show to the broker (PEM).',
    format: String,
    default: '',
    env: 'AMQP_CERT_FILE',
  },
  keyFile: {
    doc: 'The file of the private key of `amqp.certFile` (PEM).',
    format: String,
    default: '',
    env: 'AMQP_KEY_FILE',
  },
  prefix: {
    doc: 'Goes before the name of every exchange and queue, so that several can share a broker.',
    format: matching(/^[A-Za-z0-9._-]{0,64}$/, 'up to 64 of A-Z a-z 0-9 . _ -'),
    default: '',
    env: 'AMQP_PREFIX',
  },
  heartbeatSeconds: {
    doc: 'How often each link asks its broker whether it still has its cluster. A link that is silent for twice as long is ended.',
    format: between(1, 600),
    default: 10,
    env: 'AMQP_HEARTBEAT_SECONDS',
  },
  declareSeconds: {
    doc: 'How often exchanges, queues and bindings are declared again, in case one was deleted.',
    format: between(1, 86_400),
    default: 30,
    env: 'AMQP_DECLARE_SECONDS',
  },
  connectSeconds: {
    doc: 'How long the start waits for a broker that is away.',
    format: between(1, 86_400),
    default: 60,
    env: 'AMQP_CONNECT_SECONDS',
  },
};
