import { expect } from 'chai';
import { AppError } from '../../../src/platform/errors.ts';
import { checkServerTls, readClientTls, type ServerTlsFiles } from '../../../src/platform/tls-files.ts';
import { type Certificates, createCertificates, type KeyPair, readPem } from '../../support/certificates.ts';

const NONE: ServerTlsFiles = { key: '', cert: '', passphrase: '' };

function faultOf(work: () => unknown): AppError {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('the files of TLS', () => {
  let certificates: Certificates;
  let pair: KeyPair;
  let other: KeyPair;
  let locked: KeyPair;
  before(() => {
    certificates = createCertificates();
    pair = certificates.sign('server');
    other = certificates.sign('other');
    locked = certificates.sign('locked', { passphrase: 'hunter2' });
  });
  after(() => certificates.remove());

  it('are not wanted where none is named', () => {
    expect(checkServerTls(NONE)).to.equal(undefined);
    expect(readClientTls('amqp', { caFile: '', certFile: '', keyFile: '' })).to.deep.equal({});
  });

  it('say until when the certificate is valid', () => {
    const days = ((checkServerTls({ ...NONE, ...pair })?.validTo.getTime() ?? 0) - Date.now()) / 86_400_000;
    expect(days).to.be.within(1.9, 2);
  });

  it('fit with the passphrase of a key', () => {
    expect(checkServerTls({ ...locked, passphrase: 'hunter2' })).to.have.property('validTo');
  });

  for (const [what, files, message] of [
    ['a key alone', () => ({ key: pair.key }), /^tls\.key and tls\.cert go together$/],
    ['a certificate alone', () => ({ cert: pair.cert }), /^tls\.key and tls\.cert go together$/],
    ['a key that is not there', () => ({ ...pair, key: '/nowhere/key' }), /^tls\.key: ENOENT/],
    ['a certificate that is not there', () => ({ ...pair, cert: '/nowhere/cert' }), /^tls\.cert: ENOENT/],
    ["another's key", () => ({ ...pair, key: other.key }), /cannot be used together: .*mismatch/],
    ['a key for a certificate', () => ({ ...pair, cert: pair.key }), /cannot be used together/],
    ['a key without its passphrase', () => locked, /cannot be used together/],
    [
      'a key with a wrong passphrase',
      () => ({ ...locked, passphrase: 'hunter3' }),
      /cannot be used together/,
    ],
  ] as const) {
    it(`are refused in words with ${what}`, () => {
      const error = faultOf(() => checkServerTls({ ...NONE, ...files() }));
      expect(error.code).to.equal('config-invalid');
      expect(error.message).to.match(message);
      expect(`${error.stack}${error.cause}`).not.to.match(/hunter|PRIVATE/);
    });
  }

  it('of a client are read', () => {
    const tls = readClientTls('amqp', {
      caFile: certificates.authority.cert,
      certFile: pair.cert,
      keyFile: pair.key,
    });
    expect(tls.ca?.toString()).to.equal(readPem(certificates.authority.cert));
    expect(tls.cert?.toString()).to.equal(readPem(pair.cert));
    expect(tls.key?.toString()).to.equal(readPem(pair.key));
  });

  it('of a client are refused in words where one is missing', () => {
    const files = { caFile: '', certFile: '', keyFile: '' };
    expect(faultOf(() => readClientTls('amqp', { ...files, caFile: '/nowhere' })).message).to.match(
      /^amqp\.caFile: ENOENT/,
    );
    expect(faultOf(() => readClientTls('amqp', { ...files, certFile: pair.cert })).message).to.equal(
      'amqp.certFile and amqp.keyFile go together',
    );
  });
});
