/** The formats of addresses. Each throws the rule that the value breaks, and never the value: it may hold a password. */

import { splitUrls } from '../platform/url-list.ts';

type Check = (value: unknown) => void;

/** `rest` is what must follow the two slashes. */
function url(protocols: readonly string[], rule: string, rest = /^./): Check {
  return (value) => {
    const text = String(value);
    if (text === '') throw new Error('is not set');
    const protocol = protocols.find((one) => text.startsWith(`${one}//`));
    if (protocol === undefined || !rest.test(text.slice(`${protocol}//`.length))) {
      throw new Error(`must be ${rule}`);
    }
    // A URL without a host means a local socket to Postgres.
    if (!URL.canParse(text.replace('@/', '@localhost/'))) {
      throw new Error('is no URL: encode what is special in user and password, such as %23 for #');
    }
  };
}

export const postgresUrl = url(['postgres:', 'postgresql:'], 'a postgres:// URL');

/** `http:///path` parses, with the path's first word for the host. */
export const httpUrl = url(['http:', 'https:'], 'an http:// or https:// URL', /^[^\s/].*$/);

const brokerUrl = url(['amqp:', 'amqps:'], 'an amqp:// or amqps:// URL');

/** One broker or several, separated by commas, each a URL of its own. */
export function brokerUrls(value: unknown): void {
  for (const one of splitUrls(String(value))) {
    brokerUrl(one);
    if (/[\s,]/.test(new URL(one).host)) {
      throw new Error('has a comma in a host: of several brokers each has its own amqp://');
    }
  }
}

/** What `check` takes, or the empty text. */
export function orNone(check: Check): Check {
  return (value) => {
    if (value !== '') check(value);
  };
}
