import { expect } from 'chai';
import { readTargets } from '../../../src/domain/escalation-target.ts';

const SECRET = `whsec_${Buffer.alloc(24, 'notes').toString('base64')}`;
const OTHER = `whsec_${Buffer.alloc(64, 'another').toString('base64')}`;
const webhook = { kind: 'webhook', url: 'https://owner.example/alerts?of=1', secret: SECRET };

describe('the targets of escalations', () => {
  it('are read with their kinds, and with one secret or several', () => {
    const value = {
      owner: webhook,
      platform: { ...webhook, secret: [OTHER, SECRET] },
      tills: { kind: 'web-push' },
    };
    const { url } = webhook;
    expect(readTargets(value, false)).to.deep.equal({
      ok: true,
      targets: new Map<string, unknown>([
        ['owner', { kind: 'webhook', url, secrets: [SECRET] }],
        ['platform', { kind: 'webhook', url, secrets: [OTHER, SECRET] }],
        ['tills', { kind: 'web-push' }],
      ]),
    });
  });

  it('may be none', () => expect(readTargets({}, false)).to.deep.equal({ ok: true, targets: new Map() }));

  it('may be of plain http only where private targets are allowed', () => {
    const value = { owner: { ...webhook, url: 'http://127.0.0.1:4000/' } };
    expect(readTargets(value, true)).to.have.property('ok', true);
    expect(readTargets(value, false)).to.include({ ok: false, path: '/owner/url' });
  });

  const REFUSED: readonly [unknown, string][] = [
    [null, ''],
    [[], ''],
    ['owner', ''],
    [{ Owner: webhook }, ''],
    [{ [SECRET]: webhook }, ''],
    [Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`t${index}`, { kind: 'web-push' }])), ''],
    [{ a: null }, '/a/kind'],
    [{ a: { kind: 'pager' } }, '/a/kind'],
    [{ a: { kind: 'web-push', url: 'https://a.example' } }, '/a'],
    [{ a: { kind: 'webhook', url: 'https://a.example' } }, '/a'],
    [{ a: { ...webhook, method: 'PUT' } }, '/a'],
    [{ a: { ...webhook, url: 'a.example' } }, '/a/url'],
    [{ a: { ...webhook, url: 'ftp://a.example' } }, '/a/url'],
    [{ a: { ...webhook, url: 'https://me:secret@a.example' } }, '/a/url'],
    [{ a: { ...webhook, url: `https://a.example/${'x'.repeat(2000)}` } }, '/a/url'],
    [{ a: { ...webhook, secret: 'plain' } }, '/a/secret'],
    [{ a: { ...webhook, secret: [] } }, '/a/secret'],
    [{ a: { ...webhook, secret: [SECRET, 'plain'] } }, '/a/secret'],
    [{ a: { ...webhook, secret: `${SECRET}A` } }, '/a/secret'],
    [{ a: { ...webhook, secret: `whsec_${Buffer.alloc(65).toString('base64')}` } }, '/a/secret'],
  ];
  for (const [value, path] of REFUSED) {
    it(`are refused at "${path}": ${JSON.stringify(value).slice(0, 80)}`, () => {
      const read = readTargets(value, true);
      expect(read).to.include({ ok: false, path });
      expect(JSON.stringify(read)).not.to.match(/whsec_[A-Za-z0-9]{8}|me:secret/);
    });
  }
});
