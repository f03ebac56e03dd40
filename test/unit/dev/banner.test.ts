import { expect } from 'chai';
import { banner, curlLines } from '../../../src/dev/banner.ts';

const facts = {
  port: 8099,
  shopId: 'default',
  order: { id: 7, number: 'DEMO-1' },
  freshNumber: 'DEMO-2',
  servers: 'Postgres 15 and RabbitMQ 3.10',
  data: '.local',
  seconds: 4.26,
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
});
