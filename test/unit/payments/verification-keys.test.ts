/** Key files of providers, the right ones and the wrong ones, made by `openssl`. */

import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readKeysBySerial, readVerificationKey } from '../../../src/payments/verification-keys.ts';
import { pem, wechatPair } from '../../support/payments/providers.ts';

describe("the key files of a payment provider's signatures", () => {
  let dir: string;
  const file = (name: string, text?: string) => {
    const path = join(dir, name);
    if (text !== undefined) writeFileSync(path, text);
    return path;
  };
  const faultOf = (work: () => unknown) => {
    try {
      work();
    } catch (error) {
      expect(error).to.have.property('code', 'config-invalid');
      return error instanceof Error ? error.message.replaceAll(dir, '') : '';
    }
    throw new Error('it was accepted');
  };
  const SETTING = 'payments.wechat.keys';
  let serial: string;

  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'orderbell-keys-'));
    const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: dir, stdio: 'pipe' });
    openssl(
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'key.pem', '-out', 'cert.pem'],
      ...['-days', '20', '-subj', '/CN=Tenpay.com Root CA'],
    );
    openssl('genrsa', '-out', 'short.key', '1024');
    openssl('rsa', '-in', 'short.key', '-pubout', '-out', 'short.pem');
    openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', 'ec.key');
    openssl('ec', '-in', 'ec.key', '-pubout', '-out', 'ec.pem');
    serial = new X509Certificate(readFileSync(file('cert.pem'))).serialNumber;
  });
  after(() => rmSync(dir, { recursive: true, force: true }));

  it('may be a certificate, a public key, or the bare base64 of one', () => {
    const certificate = readVerificationKey(SETTING, file('cert.pem'));
    const days = ((certificate.validTo?.getTime() ?? 0) - Date.now()) / 86_400_000;
    expect(days).to.be.within(19, 20.1);
    expect(certificate.serial).to.equal(serial);
    const text = pem(wechatPair);
    const bare = text.replace(/-----.*-----|\n/g, '');
    for (const one of [file('public.pem', text), file('bare.txt', `${bare}\n`)]) {
      const { key, validTo } = readVerificationKey(SETTING, one);
      expect([key.equals(wechatPair.publicKey), validTo]).to.deep.equal([true, undefined]);
    }
  });

  it('are found by the serial that the provider names: a certificate by its own', () => {
    const keys = readKeysBySerial(SETTING, [
      `${serial.toLowerCase()}=${file('cert.pem')}`,
      `PUB_KEY_ID_01=${file('public.pem', pem(wechatPair))}`,
    ]);
    expect([...keys.keys()]).to.deep.equal([serial, 'PUB_KEY_ID_01']);
  });

  it('are refused where they are none, each with its rule', () => {
    const fault = (name: string, text?: string) =>
      faultOf(() => readVerificationKey(SETTING, file(name, text)));
    expect(fault('missing.pem')).to.match(/^payments\.wechat\.keys: ENOENT/);
    const NEITHER = 'payments.wechat.keys: /noise.txt is neither a certificate nor a public key';
    for (const noise of ['', 'no key', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----']) {
      expect(fault('noise.txt', noise)).to.equal(NEITHER);
    }
    expect(fault('key.pem')).to.match(/key\.pem is a private key: give the public key/);
    expect(fault('short.pem')).to.match(/short\.pem has 1024 bits: it must have at least 2048$/);
    expect(fault('ec.pem')).to.match(/ec\.pem is a key of ec: it must be of RSA$/);
    const entry = `1234=${file('cert.pem')}`;
    expect(faultOf(() => readKeysBySerial(SETTING, [entry]))).to.equal(
      `payments.wechat.keys: the certificate /cert.pem has the serial ${serial}, not 1234`,
    );
  });
});
