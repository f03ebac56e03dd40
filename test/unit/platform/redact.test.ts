import { expect } from 'chai';
import { messageOf } from '../../../src/platform/errors.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { withoutSecrets } from '../../../src/platform/redact.ts';

describe('what is printed', () => {
  for (const [text, printed] of [
    ['postgres://bell:hunter2@db:5432/bell', 'postgres://bell:***@db:5432/bell'],
    [
      'at amqps://bell:hunter2@mq and postgres://a:hunter2@b',
      'at amqps://bell:***@mq and postgres://a:***@b',
    ],
    ['amqp://bell:hunter%2f2@[::1]:5672/v', 'amqp://bell:***@[::1]:5672/v'],
    [
      'amqp://a:hunter2@m:5672,amqp://a:hun,ter2@n/v,amqps://a:hunter2@o',
      'amqp://a:***@m:5672,amqp://a:***@n/v,amqps://a:***@o',
    ],
    ['amqp://:hunter2@mq', 'amqp://:***@mq'],
    ['{"input":"amqp://bell:hun@ter2@mq"}', '{"input":"amqp://bell:***@mq"}'],
    ['/ws/till?shop=a&token=hunter2&since=1', '/ws/till?shop=a&token=***&since=1'],
    ['postgres://db/bell?password=hunter2', 'postgres://db/bell?password=***'],
    ['https://id/keys?access_token=hunter2#a', 'https://id/keys?access_token=***#a'],
    ['connect ECONNREFUSED 127.0.0.1:5432', 'connect ECONNREFUSED 127.0.0.1:5432'],
    ['http://127.0.0.1:8080/orders, mail a@b', 'http://127.0.0.1:8080/orders, mail a@b'],
    ['postgres://bell@db:5432/bell', 'postgres://bell@db:5432/bell'],
  ] as const) {
    it(`shows ${printed}`, () => {
      expect(withoutSecrets(text)).to.equal(printed);
    });
  }

  it('is an error without its password', () => {
    expect(messageOf(new Error('no postgres://a:hunter2@b'))).to.equal('no postgres://a:***@b');
    expect(messageOf('no postgres://a:hunter2@b')).to.equal('no postgres://a:***@b');
  });

  it('is a log line without the passwords in its fields, its error and what the error carries', () => {
    const lines: string[] = [];
    const logger = createLogger('info', { write: (line) => lines.push(line) });
    const error = Object.assign(new TypeError('Invalid URL'), { input: 'amqp://bell:hunter2@:x' });
    logger.error({ err: error, url: 'postgres://a:hunter2@b' }, 'at amqp://bell:hunter2@mq');
    expect(lines.join('')).not.to.include('hunter2');
    expect(JSON.parse(lines[0] ?? '')).to.deep.include({
      url: 'postgres://a:***@b',
      msg: 'at amqp://bell:***@mq',
    });
  });
});
