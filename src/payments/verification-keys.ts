/**
 * The keys that providers' signatures are checked with, from files: X.509 certificates, public keys in PEM, or the bare
 * base64 in which Alipay shows its public key. Guarantees that what cannot check RSA-SHA256 is a clear fault at the start.
 */

import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { AppError, messageOf } from '../platform/errors.ts';

export interface VerificationKey {
  key: KeyObject;
  file: string;
  /** Of a certificate. */
  validTo?: Date;
  /** Of a certificate, in upper-case hex. */
  serial?: string;
}

const MIN_BITS = 2048;

/** Throws `config-invalid`; `setting` is what names the file. */
export function readVerificationKey(setting: string, file: string): VerificationKey {
  const refuse = (fault: string, cause?: unknown) =>
    new AppError('config-invalid', `${setting}: ${file} ${fault}`, cause);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new AppError('config-invalid', `${setting}: ${messageOf(error)}`, error);
  }
  if (/PRIVATE KEY/.test(text)) {
    throw refuse('is a private key: give the public key or the certificate of the provider');
  }
  let read: Omit<VerificationKey, 'file'>;
  try {
    read = parse(text);
  } catch (error) {
    throw refuse('is neither a certificate nor a public key', error);
  }
  const { asymmetricKeyType, asymmetricKeyDetails } = read.key;
  if (asymmetricKeyType !== 'rsa') throw refuse(`is a key of ${asymmetricKeyType}: it must be of RSA`);
  const bits = asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < MIN_BITS) throw refuse(`has ${bits} bits: it must have at least ${MIN_BITS}`);
  return { ...read, file };
}

function parse(text: string): Omit<VerificationKey, 'file'> {
  if (text.includes('BEGIN CERTIFICATE')) {
    const certificate = new X509Certificate(text);
    const validTo = new Date(certificate.validTo);
    return { key: certificate.publicKey, validTo, serial: certificate.serialNumber.toUpperCase() };
  }
  if (text.includes('BEGIN ')) return { key: createPublicKey(text) };
  const der = Buffer.from(text.replace(/\s/g, ''), 'base64');
  return { key: createPublicKey({ key: der, format: 'der', type: 'spki' }) };
}

/**
 * `list` holds `SERIAL=file`. The serial of a certificate must be its own: with another one no signature would ever find
 * its key. Throws `config-invalid`.
 */
export function readKeysBySerial(setting: string, list: readonly string[]): Map<string, VerificationKey> {
  const keys = new Map<string, VerificationKey>();
  for (const entry of list) {
    const [serial = '', ...rest] = entry.split('=');
    const read = readVerificationKey(setting, rest.join('='));
    if (read.serial !== undefined && read.serial !== serial.toUpperCase()) {
      throw new AppError(
        'config-invalid',
        `${setting}: the certificate ${read.file} has the serial ${read.serial}, not ${serial}`,
      );
    }
    keys.set(read.serial ?? serial, read);
  }
  return keys;
}
