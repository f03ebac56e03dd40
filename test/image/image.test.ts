import { expect } from 'chai';
import { runCommand } from '../../src/dev/command.ts';
import { builtImage, docker } from './built-image.ts';

describe('the image', function () {
  this.timeout(60_000);
  let image: string;
  before(async function () {
    this.timeout(480_000);
    image = await builtImage();
  });

  /** What a shell in a read-only container of it says. */
  const inside = (script: string) =>
    docker('run', '--rm', '--read-only', '--network', 'none', '--entrypoint', 'sh', image, '-c', script);
  const config = async (format: string) => docker('inspect', '--format', `{{${format}}}`, image);

  it('runs as a user that is not root, and finds nothing of it that it could change', async () => {
    expect(await config('.Config.User')).to.match(/^[1-9]\d*:[1-9]\d*$/);
    expect(await inside('id -u')).to.equal('10001');
    expect(await inside('find /app ! -type l \\( ! -user root -o -perm /022 \\)')).to.equal('');
  });

  it('has of uWebSockets.js the binary for its own platform and no other', async () => {
    const binaries = await inside("find / -xdev -name '*.node' 2>/dev/null; true");
    const ours = await inside('node -p "[process.platform, process.arch, process.versions.modules].join()"');
    expect(binaries).to.equal(`/app/node_modules/uWebSockets.js/uws_${ours.replaceAll(',', '_')}.node`);
  });

  it('holds the built program and the libraries that it runs on, and neither sources, tests nor npm', async () => {
    expect((await inside('ls /app')).split('\n')).to.have.members([
      'LICENSE',
      'config',
      'dist',
      'node_modules',
      'package.json',
    ]);
    expect((await inside('ls /app/dist')).split('\n')).to.have.members(['client', 'console', 'db', 'src']);
    expect(await inside('ls /app/config')).to.match(/^(\w+\.json\n?)+$/);
    const wanted = await inside('ls -d /app/node_modules/mocha /app/node_modules/typescript 2>&1 || true');
    expect(wanted.match(/No such file/g)).to.have.length(2);
    expect(await inside('command -v npm npx corepack yarn || echo none')).to.equal('none');
  });

  it('tells how it is checked, stopped and reached', async () => {
    expect(await config('json .Config.Healthcheck.Test')).to.equal(
      '["CMD","/usr/local/bin/orderbell-healthcheck"]',
    );
    expect(await config('.Config.StopSignal')).to.equal('SIGTERM');
    expect(await config('json .Config.ExposedPorts')).to.equal('{"8080/tcp":{}}');
    expect(await config('index .Config.Labels "org.opencontainers.image.licenses"')).to.equal('MIT');
  });

  it('ends with one line and code 1 where it is not configured', async () => {
    const { code, err } = await runCommand('docker', ['run', '--rm', '--read-only', image]);
    expect(code).to.equal(1);
    expect(err.trim()).to.match(/^orderbell: .*database\.url \(DATABASE_URL\).*amqp\.url \(AMQP_URL\).*$/);
  });

  it('runs the other commands as well', async () => {
    expect(await docker('run', '--rm', '--read-only', image, '--help')).to.include('migrate');
  });
});
