/**
 * Whether a PromQL expression asks for what a service really prints: metrics, labels and the labels' values. It reads as
 * much of the language as our dashboard and rules use; Prometheus itself says whether an expression is well-formed.
 */

import type { Sample, Scrape } from './metrics.ts';

interface Matcher {
  label: string;
  op: string;
  value: string;
}

interface Selector {
  metric: string;
  matchers: Matcher[];
}

interface Expression {
  selectors: Selector[];
  /** What is grouped by or matched on. */
  grouped: string[];
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[a-zA-Z_:][\w:]*|[0-9.]+[a-z]*|=~|!~|!=|==|<=|>=|\S/g;
const LABEL_LISTS = ['by', 'without', 'on', 'ignoring', 'group_left', 'group_right'];
const WORDS = ['and', 'or', 'unless', 'bool', 'offset'];

function read(expression: string): Expression {
  // Grafana's variables: whole values stand in quotes, intervals in brackets.
  const tokens: string[] = expression.replaceAll('$__rate_interval', '5m').match(TOKEN) ?? [];
  const selectors: Selector[] = [];
  const grouped: string[] = [];
  const upTo = (end: string) => tokens.splice(0, tokens.indexOf(end) + 1).slice(0, -1);
  for (let token = tokens.shift(); token !== undefined; token = tokens.shift()) {
    if (!/^[a-zA-Z_:]/.test(token) || WORDS.includes(token)) continue;
    const next = tokens[0] ?? '';
    if (LABEL_LISTS.includes(token)) {
      grouped.push(...upTo(')').filter((word) => /^\w/.test(word)));
    } else if (next !== '(' && !LABEL_LISTS.includes(next)) {
      const matchers: Matcher[] = [];
      const inBraces = next === '{' ? upTo('}').slice(1) : [];
      while (inBraces.length > 0) {
        const [label = '', op = '', value = ''] = inBraces.splice(0, 4);
        matchers.push({ label, op, value: value.slice(1, -1) });
      }
      selectors.push({ metric: token, matchers });
    }
  }
  return { selectors, grouped };
}

/** What Prometheus adds to every sample. */
const TARGET_LABELS = ['job', 'instance'];

/** What Prometheus makes of every target by itself. */
const ITS_OWN = ['up'];

/** One line for each thing that the expression asks for and nobody prints. */
export function faultsOf(expression: string, printed: Scrape): string[] {
  const { selectors, grouped } = read(expression);
  if (selectors.length === 0) return [`no metric in ${expression}`];
  const known = new Set(TARGET_LABELS);
  const faults = selectors.flatMap(({ metric, matchers }) => {
    if (ITS_OWN.includes(metric)) return [];
    const samples = printed.samples.filter(({ name }) => name === metric);
    if (samples.length === 0) return [`nobody prints ${metric}`];
    for (const { labels } of samples) for (const label of Object.keys(labels)) known.add(label);
    return matchers
      .filter((matcher) => !fits(matcher, samples))
      .map(({ label, op, value }) => {
        return `no ${metric} has ${label}${op}"${value}"`;
      });
  });
  const strangers = grouped.filter((label) => !known.has(label));
  return [...faults, ...strangers.map((label) => `nothing in ${expression} has the label ${label}`)];
}

function fits({ label, op, value }: Matcher, samples: readonly Sample[]): boolean {
  if (TARGET_LABELS.includes(label)) return true;
  const values = samples.flatMap(({ labels }) => (labels[label] === undefined ? [] : [labels[label]]));
  // An alternative that nobody has is as wrong as a value that nobody has.
  const wanted = op.endsWith('~') ? value.split('|') : [value.replace(/[.*+?]/g, '\\$&')];
  return wanted.every((one) => values.some((text) => new RegExp(`^(?:${one})$`).test(text)));
}

/** The labels that the samples of the expression's result may have, for what is written beside them. */
export function labelsOf(expression: string, printed: Scrape): Set<string> {
  const { selectors, grouped } = read(expression);
  if (/^\s*(sum|min|max|avg|count|histogram_quantile)\b/.test(expression)) {
    return new Set(grouped.filter((label) => label !== 'le'));
  }
  const labels = printed.samples
    .filter(({ name }) => selectors.some(({ metric }) => metric === name))
    .flatMap((sample) => Object.keys(sample.labels));
  return new Set([...TARGET_LABELS, ...labels]);
}
