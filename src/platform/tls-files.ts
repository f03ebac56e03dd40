/**
 * Keys and certificates from files. Guarantees that what cannot be used is a clear error before anything has started,
 * and that no key gets into a message.
 */

import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { AppError, messageOf } from './errors.ts';

/** Names of files; empty for none. */
export interface ServerTlsFiles {
  readonly key: string;
  readonly cert: string;
  readonly passphrase: string;
}

export interface ClientTlsFiles {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** What a TLS client is given beside its address. */
export interface ClientTls {
  ca?: Buffer;
  cert?: Buffer;
  key?: Buffer;
}

/** A server's pair that fits, or undefined where none is wanted. Throws `config-invalid`. */
export function checkServerTls(files: ServerTlsFiles): { validTo: Date } | undefined {
  const { key, cert, passphrase } = files;
  if (key === '' && cert === '') return undefined;
  if (key === '' || cert === '') throw new AppError('config-invalid', 'tls.key and tls.cert go together');
  const pair = { key: read('tls.key', key), cert: read('tls.cert', cert) };
  try {
    createSecureContext({ ...pair, ...(passphrase === '' ? {} : { passphrase }) });
    return { validTo: new Date(new X509Certificate(pair.cert).validTo) };
  } catch (error) {
    const message = `tls.key and tls.cert cannot be used together: ${messageOf(error)}`;
    throw new AppError('config-invalid', message, error);
  }
}

/** Throws `config-invalid`. `group` is where in the configuration they are named. */
export function readClientTls(group: string, { caFile, certFile, keyFile }: ClientTlsFiles): ClientTls {
  if ((certFile === '') !== (keyFile === '')) {
    throw new AppError('config-invalid', `${group}.certFile and ${group}.keyFile go together`);
  }
  return {
    ...(caFile === '' ? {} : { ca: read(`${group}.caFile`, caFile) }),
    ...(certFile === '' ? {} : { cert: read(`${group}.certFile`, certFile) }),
    ...(keyFile === '' ? {} : { key: read(`${group}.keyFile`, keyFile) }),
  };
}

function read(name: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new AppError('config-invalid', `${name}: ${messageOf(error)}`, error);
  }
}

/** What Node says where the other side's certificate is not to be trusted: waiting does not help. */
const NOT_TRUSTED =
  /^(CERT_|DEPTH_ZERO_|ERR_TLS_CERT_|HOSTNAME_MISMATCH|SELF_SIGNED_|UNABLE_TO_(GET_ISSUER|VERIFY))/;

export function isCertificateFault(error: unknown): boolean {
  return error instanceof Error && 'code' in error && NOT_TRUSTED.test(String(error.code));
}
