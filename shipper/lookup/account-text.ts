import type { Answer, Case } from '../../model/cases';
import { excludedBy } from '../../model/log-status';
import { accountOf, between, count, nameOf, type Origin, statusWords } from '../../model/lookup';
import type { Words } from '../../model/messages';
import { happenedText, sentenceText } from '../../model/messages/case-text';
import { logStatusSchema } from '../../model/records';
import { formatNs } from '../../model/time';
import type { RangeQuery } from '../loki/query-client';
import { type Account, caseOf, shortfall, whoOf } from './accounts';
import { caseJson, causeText } from './case-text';
import { englishIn, type PrintedTimes } from './times';

/** More container runs than these are summed up; only those that lack something are reported one by one. */
const MAX_TOLD = 3;
const MAX_LACKING = 10;

/** The accounts as paragraphs for a person. */
export function accountText(
  accounts: readonly Account[],
  {
    url,
    queries,
    isWhole,
    times,
  }: { url: string; queries: readonly RangeQuery[]; isWhole: boolean; times: PrintedTimes }
): string {
  const where = `Loki at ${url}`;
  if (accounts.length <= MAX_TOLD) {
    return accounts
      .map((account) => {
        const query = account.query ?? queries[0]?.query;
        return paragraph(account, isWhole, query === undefined ? [] : [query], where, times);
      })
      .join('\n\n');
  }
  const lacking = accounts.filter(
    (account) => account.status === 'partial' || account.status === 'lost' || shortfall(account, isWhole)
  );
  const reported = lacking.slice(0, MAX_LACKING).map((account) => paragraph(account, isWhole, [], where, times));
  const more = lacking.length - reported.length;
  return [
    `${summary(accounts)}${causes(accounts)}\n${logqlText(
      queries.map(({ query }) => query),
      where
    )}`,
    ...reported,
    ...(more > 0 ? [`${count(more, 'more container run')} with missing lines: use -o json to list all.`] : []),
  ].join('\n\n');
}

function summary(accounts: readonly Account[]): string {
  const excluded = accounts.filter(({ status, record }) => status === 'unknown' && excludedBy(record?.gaps ?? []));
  const parts = logStatusSchema.options.flatMap((status) => {
    const n = accounts.filter((account) => account.status === status && !excluded.includes(account)).length;
    return n === 0 ? [] : [`${n.toLocaleString('en-US')} ${statusWords[status]}`];
  });
  if (excluded.length > 0) {
    parts.push(`${excluded.length.toLocaleString('en-US')} excluded by configuration`);
  }
  return `${count(accounts.length, 'container run')}: ${parts.join('; ')}.`;
}

/** `Cause: 33 × C1 disk reclaim (confirmed), 1 × unknown.`; nothing where none has a case. */
function causes(accounts: readonly Account[]): string {
  const counts = new Map<string, number>();
  for (const found of accounts.map(caseOf)) {
    if (found !== undefined) {
      const text = causeWithConfidence(found);
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
  }
  const parts = [...counts].map(([text, n]) => `${n.toLocaleString('en-US')} × ${text}`);
  return parts.length === 0 ? '' : `\nCause: ${parts.join(', ')}.`;
}

const causeWithConfidence = ({ cause, confidence }: Case) =>
  cause === 'unknown' ? 'unknown' : `${causeText(cause)} (${confidence})`;

function paragraph(
  account: Account,
  isWhole: boolean,
  queries: readonly string[],
  where: string,
  times: PrintedTimes
): string {
  const words = englishIn(times);
  const { record, origin, answer } = account;
  const found = caseOf(account);
  const isElsewhere = record?.status === 'lost' && account.status !== 'lost';
  const sentences = [
    ...(record === undefined || isElsewhere
      ? unreported(account, words, times)
      : [
          words.renderAll(
            accountOf(record, { ...answer, status: account.status }, reports(found) ? found.statement : undefined)
          ),
        ]),
    ...foreignSentence(origin),
    ...shortfallSentence(account, isWhole),
    ...oddities(origin),
  ];
  return [
    `${nameOf(whoOf(account))}: ${sentences.join(' ')}`,
    ...(found === undefined ? [] : [statusLine(account, found)]),
    ...(queries.length === 0 ? [] : [logqlText(queries, where)]),
  ].join('\n');
}

/** The container record reports of rotation itself, and of an unknown cause as much as is known. */
const reports = (found: Case | undefined): found is Case =>
  found !== undefined && found.cause !== 'unknown' && found.cause !== 'C15';

const statusLine = ({ status }: Account, found: Case) =>
  `Status ${status}, cause ${causeWithConfidence(found)}. Evidence and advice: ` +
  `afterlog explain ${found.namespace}/${found.pod}`;

const logqlText = (queries: readonly string[], where: string) => `LogQL (${where}): ${queries.join('\n  ')}`;

function unreported(account: Account, words: Words, times: PrintedTimes): string[] {
  const { record, origin, answer } = account;
  const found = caseOf(account);
  if (origin === undefined) {
    return answer === undefined ? [] : [sentenceText(answer, words)];
  }
  const when = whenText(formatNs(origin.first), formatNs(origin.last), times);
  return [
    ...(found === undefined ? [] : [happenedText(found, words)]),
    `${count(origin.lines, 'line')} shown, ${when}. ${record === undefined ? moreText(answer, times) : 'The agent lost this log.'}`,
  ];
}

function foreignSentence(origin: Origin | undefined): string[] {
  const { lines = 0, foreignLines = 0 } = origin ?? {};
  if (foreignLines === 0) {
    return [];
  }
  const some = foreignLines === lines ? 'They are' : `${foreignLines.toLocaleString('en-US')} of the lines are`;
  return [`${some} from another log shipper; whether these are all lines is not known.`];
}

const whenText = (first: string, last: string, times: PrintedTimes): string =>
  times.zone === 'UTC'
    ? between(first, last)
    : first === last
      ? `at ${times.time(first)}`
      : `between ${times.time(first)} and ${times.time(last)}`;

/** Whether more lines may follow, of a run that no agent has a record of. */
function moreText(answer: Answer | undefined, times: PrintedTimes): string {
  if (answer === undefined || answer.finished === null) {
    return 'No agent has reported on this container yet. It may still be running; more lines may follow.';
  }
  return `No agent has reported on this container yet. It finished at ${times.time(answer.finished)}; more lines may follow.`;
}

function shortfallSentence(account: Account, isWhole: boolean): string[] {
  const missing = shortfall(account, isWhole);
  return missing === 0
    ? []
    : [
        `Loki returned only ${count(account.origin?.lines ?? 0, 'line')}: ${count(missing, 'line')} that it had ` +
          `acknowledged ${missing === 1 ? 'is' : 'are'} no longer stored, for example because of its retention.`,
      ];
}

function oddities(origin: Origin | undefined): string[] {
  const { replaced = 0, unparsed = 0 } = origin ?? {};
  return [
    ...(replaced > 0 ? [`${count(replaced, 'line')} contained bytes that are not UTF-8; they are shown as �.`] : []),
    ...(unparsed > 0
      ? [`${count(unparsed, 'line')} did not have the format of the container runtime and are shown as they were.`]
      : []),
  ];
}

/** An account as JSON. */
export function accountJson(account: Account, { url, isWhole }: { url: string; isWhole: boolean }): object {
  const { record, origin, status, query, answer } = account;
  const found = caseOf(account);
  const { cluster, namespace, pod, container, restart, containerId, node } = whoOf(account);
  return {
    run: { cluster, namespace, pod, container, restart, containerId: containerId ?? null, node },
    status,
    cause: found?.cause ?? null,
    confidence: found?.confidence ?? null,
    finished: answer?.finished ?? null,
    linesShown: origin?.lines ?? 0,
    linesGone: shortfall(account, isWhole),
    record: record ?? null,
    case: found === undefined ? null : caseJson(found),
    query: query ?? null,
    loki: url,
  };
}
