import { expect } from 'chai';
import { chooseForRun, chooseForTests, testServersChoice } from '../../../src/dev/choice.ts';

const bare = {
  amqpUrl: undefined,
  databaseUrl: undefined,
  forced: undefined,
  shared: undefined,
  engineAnswers: false,
};

describe('the choice of servers for a run', () => {
  it('brings up nothing when both URLs are given, also if an engine answers', () => {
    const facts = { ...bare, amqpUrl: 'amqp://a', databaseUrl: 'postgres://b', engineAnswers: true };
    expect(chooseForRun(facts)).to.deep.equal({ needed: [], sources: [] });
  });

  it('brings up only the other one when one URL is given', () => {
    expect(chooseForRun({ ...bare, amqpUrl: 'amqp://a' }).needed).to.deep.equal(['postgres']);
    expect(chooseForRun({ ...bare, databaseUrl: 'postgres://b' }).needed).to.deep.equal(['rabbitmq']);
  });

  it('takes an empty URL for none', () => {
    expect(chooseForRun({ ...bare, amqpUrl: '', databaseUrl: '' }).needed).to.have.length(2);
  });

  it('prefers Docker to private instances when an engine answers', () => {
    expect(chooseForRun({ ...bare, engineAnswers: true }).sources).to.deep.equal(['docker', 'private']);
    expect(chooseForRun(bare).sources).to.deep.equal(['private']);
  });

  it('uses what another live run uses, and nothing else', () => {
    const facts = { ...bare, engineAnswers: true, shared: 'private' as const };
    expect(chooseForRun(facts).sources).to.deep.equal(['private']);
  });

  it('has no second choice when one is asked for', () => {
    expect(chooseForRun({ ...bare, forced: 'docker' }).sources).to.deep.equal(['docker']);
    expect(chooseForRun({ ...bare, forced: 'private', engineAnswers: true }).sources).to.deep.equal([
      'private',
    ]);
  });
});

describe('the choice of servers for the tests', () => {
  const facts = { amqpUrl: 'amqp://a', databaseUrl: 'postgres://b', engineAnswers: true };

  it('takes given servers', () => {
    expect(chooseForTests({ ...facts, choice: 'any' })).to.deep.equal({ needed: [], sources: [] });
  });

  it('insists on containers when asked, whatever is given', () => {
    const choice = chooseForTests({ ...facts, choice: 'containers', engineAnswers: false });
    expect(choice).to.deep.equal({ needed: ['postgres', 'rabbitmq'], sources: ['docker'] });
  });

  it('starts nothing for unit tests', () => {
    expect(chooseForTests({ ...bare, choice: 'none', engineAnswers: true }).needed).to.deep.equal([]);
  });

  it('leaves the engine alone when private instances are asked for', () => {
    const choice = chooseForTests({ ...bare, choice: 'private', engineAnswers: true });
    expect(choice.sources).to.deep.equal(['private']);
  });

  it('refuses a choice that it does not know', () => {
    expect(() => testServersChoice('container')).to.throw('TEST_SERVERS is "container"');
    expect(testServersChoice(undefined)).to.equal('any');
  });
});
