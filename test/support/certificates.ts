/**
 * Keys and certificates for a test, made anew by `openssl`, which Debian's Postgres brings along: an authority, and what
 * it signs for 127.0.0.1 and localhost. Whoever makes them removes them.
 */

import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface KeyPair {
  /** Names of files. */
  key: string;
  cert: string;
}

export interface Certificates {
  dir: string;
  authority: KeyPair;
  /** Signs a new pair; `names` are those it is good for, `days` may be 0. */
  sign(name: string, options?: { names?: string; passphrase?: string }): KeyPair;
  remove(): void;
}

const LOCAL = 'IP:127.0.0.1,DNS:localhost';

export function createCertificates(): Certificates {
  const dir = mkdtempSync(join(tmpdir(), 'orderbell-certificates-'));
  chmodSync(dir, 0o755);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: dir, stdio: 'pipe' });
  const pairOf = (name: string): KeyPair => ({
    key: join(dir, `${name}.key`),
    cert: join(dir, `${name}.crt`),
  });

  const request = (name: string, subject: string, ...more: string[]) => {
    const { key, cert } = pairOf(name);
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
    const common = ['-x509', ...curve, '-keyout', key, '-out', cert, '-days', '2', '-subj', `/CN=${subject}`];
    openssl('req', ...common, ...more);
    return { key, cert };
  };

  const authority = request('authority', 'Authority of a test', '-nodes');
  return {
    dir,
    authority,
    sign(name, { names = LOCAL, passphrase } = {}) {
      const secret = passphrase === undefined ? ['-nodes'] : ['-passout', `pass:${passphrase}`];
      const signer = ['-CA', authority.cert, '-CAkey', authority.key];
      const usage = ['-addext', `subjectAltName=${names}`, '-addext', 'basicConstraints=critical,CA:FALSE'];
      return request(name, name, ...signer, ...usage, ...secret);
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

export function readPem(file: string): string {
  return readFileSync(file, 'utf8');
}
