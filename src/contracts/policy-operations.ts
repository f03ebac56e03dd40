/** The escalation policies of shops, as they can be asked for over HTTP. */

import { ShopId } from '../domain/order.ts';
import { type Operation, refused, succeeds } from './operation.ts';

const question = { params: { shop: 'harbour' } };

const policy = {
  steps: [{ when: 'unacknowledged', targets: ['platform'], afterSeconds: 180 }],
  expireAfterSeconds: 900,
};

const none = { shop: 'harbour', source: 'none', version: null, madeAt: null, policy: null };
const own = { shop: 'harbour', source: 'shop', version: 1, madeAt: '2025-03-06T09:00:00.000Z', policy };

const shared = {
  path: '/shops/{shop}/escalation-policy',
  tag: 'escalation',
  params: { shop: ShopId },
} as const;

export const POLICY_OPERATIONS: readonly Operation[] = [
  {
    ...shared,
    method: 'put',
    id: 'setPolicy',
    summary: "Makes a version of a shop's own escalation policy",
    description:
      'It applies to what is logged from then on; what escalates already goes on by its version. The same policy ' +
      'once more makes no version. Its targets must be configured (`escalation.targets`).',
    scopes: ['policy:write'],
    body: 'EscalationPolicy',
    answer: { status: 200, description: 'The policy in force.', data: 'ShopPolicy' },
    examples: [
      succeeds('own', { ...question, body: policy }, own),
      refused(
        'unknown-target',
        {
          ...question,
          body: {
            steps: [{ afterSeconds: 60, when: 'unheard', targets: ['cook'] }],
            expireAfterSeconds: 900,
          },
        },
        'invalid',
        '/steps/0/targets/0: must be a configured target',
      ),
    ],
  },
  {
    ...shared,
    method: 'get',
    id: 'readPolicy',
    summary: 'Reads the escalation policy in force for a shop',
    scopes: ['policy:write', 'log:read'],
    answer: { status: 200, description: "The shop's own, the default, or none.", data: 'ShopPolicy' },
    examples: [succeeds('in-force', question, own)],
  },
  {
    ...shared,
    method: 'delete',
    id: 'removePolicy',
    summary: "Removes a shop's own escalation policy",
    description: 'From then on the default applies, where one is configured.',
    scopes: ['policy:write'],
    answer: { status: 200, description: 'The policy in force.', data: 'ShopPolicy' },
    examples: [succeeds('removed', question, none)],
  },
];
