import { expect } from 'chai';
import { type BannerFacts, banner, curlLines } from '../../../src/dev/banner.ts';

const facts: BannerFacts = {
  port: 8099,
  shopId: 'default',
  order: { id: 7, number: 'DEMO-1' },
  freshNumber: 'DEMO-2',
  servers: 'Postgres 15 and RabbitMQ 3.10',
  data: '.local',
  seconds: 4.26,
  access: 'none',
  token: undefined,
  signedPayments: false,
  simulatedProviders: false,
  simulatedTargets: false,
};

describe('what is printed when all is up', () => {
  it('has each curl command on one line of its own', () => {
    const lines = banner(facts)
      .split('\n')
      .map((line) => line.trim());
    for (const line of curlLines(facts)) expect(lines).to.include(line);
  });

  it('pays the order of the third line only if it could be made', () => {
    expect(curlLines(facts)[2]).to.match(/\/orders .*DEMO-2.* && curl .*\/payments\/notify .*DEMO-2/);
  });

  it('names the WebSocket of the demo shop', () => {
    expect(banner(facts)).to.include('ws://localhost:8099/ws/till-1?shop=default');
  });

  it('says nothing of tokens and signatures where nobody asks for them', () => {
    expect(banner(facts)).not.to.match(/token|Bearer|signed/i);
    expect(banner(facts)).to.match(/Data {7}\.local\n\nOpen/);
  });

  it('has the demo token in each line and in the address of the console, and never in that of the WebSocket', () => {
    const printed = banner({ ...facts, access: 'jwt', token: 'a.b.c' });
    expect(printed).to.match(/^ {2}Console {4}http:\/\/localhost:8099\/#token=a\.b\.c$/m);
    const socket = 'ws://localhost:8099/ws/till-1?shop=default';
    expect(printed).to.include(`  WebSocket  ${socket}\n`);
    expect(printed).to.include(`  npx wscat -c '${socket}' -H "Authorization: Bearer a.b.c"\n`);
    for (const line of curlLines({ ...facts, access: 'jwt', token: 'a.b.c' })) {
      for (const one of line.split(' && ')) expect(one).to.include('-H "Authorization: Bearer a.b.c"');
    }
  });

  it('leaves a place for the token of another issuer', () => {
    const printed = banner({ ...facts, access: 'jwt' });
    expect(printed)
      .to.include('of your issuer')
      .and.to.include('Bearer $TOKEN"')
      .and.not.to.include('#token');
  });

  it('says that an alert which is left alone escalates, where it does', () => {
    expect(banner(facts)).not.to.match(/escalates/);
    const printed = banner({ ...facts, simulatedTargets: true });
    expect(printed).to.match(
      /after 15 s without being spoken, or 20 s without being acknowledged,\nit escalates/,
    );
  });

  it('says that payments have to be signed', () => {
    expect(banner({ ...facts, signedPayments: true })).to.match(/^ {2}Payments {3}have to be signed/m);
  });
});
