import type { Writable } from 'node:stream';
import {
  type LineQuery,
  type Location,
  type LookupScope,
  lookupPlan,
  type Miss,
  Origins,
  queriesOf,
  type Question,
  runPlan,
  runsOf,
  unstartedPlan,
} from '../../model/lookup';
import { JsonList } from '../common/json-list';
import { terminalText } from '../common/terminal-text';
import { UserError } from '../common/user-error';
import { LokiUnreachable } from '../loki/connection';
import { LokiRefusal, type QueryClient } from '../loki/query-client';
import { addAnswers } from './account-cases';
import { accountJson, accountText } from './account-text';
import { type Account, accountsOf } from './accounts';
import { refuseAmbiguous } from './ambiguous';
import { askLoki } from './ask-loki';
import { CaseReader } from './case-reader';
import { notFoundText } from './not-found';
import { Output } from './output';
import { type Lines, printAll, printFollowing, printLast } from './print-lines';
import { type LogFormat, Printer } from './printer';
import { answersOfTargets } from './target-cases';
import { nowOf } from './time-window';
import { englishIn, type PrintedTimes } from './times';

export interface RunOptions {
  client: QueryClient;
  question: Question;
  wanted: LookupScope;
  format: LogFormat;
  timestamps: boolean;
  /** Several namespaces or clusters with the name are all meant. */
  allNamespaces: boolean;
  times: PrintedTimes;
  /** Pod and container before each line, also where there is only one. */
  prefix: boolean;
  color: boolean;
  /** No more bytes of lines than these. */
  limitBytes?: number;
  /** The last so many lines; all where it is undefined. */
  tail?: number;
  follow: boolean;
  /** No accounts. */
  quiet: boolean;
  signal: AbortSignal;
  stdout: Writable;
  /** Show what a terminal would obey in a line instead of passing it on. */
  escape: boolean;
  stderr: { write(text: string): unknown };
}

/** A look-up under way. */
interface Run extends RunOptions {
  output: Output;
  /** With the format json: the lines, and what follows them. */
  list: JsonList;
  containers: object[];
  warnings: string[];
}

/**
 * Looks up what a question asks for, prints its lines on `stdout` and what happened to the log on `stderr`.
 *
 * @returns whether something could be shown, or an account says that there was nothing to show
 * @throws UserError where nothing is found, or where the question has several answers
 */
export async function runLookup(given: RunOptions): Promise<boolean> {
  const { client, question, wanted } = given;
  const output = new Output(given.stdout, given.limitBytes);
  const options: Run = { ...given, output, list: new JsonList('LogLineList'), containers: [], warnings: [] };
  const found = await runPlan(lookupPlan(question, wanted), askLoki(client));
  found.locations.forEach((location) =>
    refuseAmbiguous(options.allNamespaces ? { ...location, places: [] } : location, wanted)
  );
  const locations = found.locations.filter(({ isSeen }) => isSeen);
  const misses = [...found.misses, ...found.locations.filter(({ isSeen }) => !isSeen)];
  const accounts = locations.length === 0 ? [] : await show(options, locations);
  const unexplained = await explainMisses(options, misses);
  const without = await explainUnstarted(options, unexplained);
  if (without.length > 0) {
    const text = await notFoundText(client, without, question, wanted, options.times);
    if (without.length === misses.length && locations.length === 0) {
      throw new UserError(text);
    }
    given.stderr.write('\n');
    warn(options, text);
  }
  if (options.format === 'json') {
    const { containers, warnings } = options;
    const complete = misses.length === 0 && !options.signal.aborted;
    await output.write(terminalText(options.list.end({ containers, complete, warnings })));
  }
  return misses.length === 0 && accounts.some(isAnswer);
}

function warn({ warnings, stderr }: Run, text: string): void {
  warnings.push(text);
  stderr.write(`afterlog: ${text}\n`);
}

const isAnswer = ({ origin, status }: Account) =>
  (origin?.lines ?? 0) > 0 || status === 'complete' || status === 'rescued' || status === 'pending';

async function show(options: Run, locations: Location[]): Promise<Account[]> {
  const { client, wanted, tail, output } = options;
  const queries = queriesOf(locations);
  const runs = runsOf(locations);
  const origins = new Origins(runs, wanted.layout);
  const expected = runs.filter(({ record }) => record !== undefined).map(({ who }) => who);
  const printer = new Printer(output, { ...options, expected }, options.list);
  const lines: Lines = { client, queries, origins, printer, output };
  const accounts = () => accountsOf(runs, origins.all);
  if (options.follow && !locations.every(({ isOver }) => isOver)) {
    await showFollowing(options, lines, accounts());
    return accounts();
  }
  await (tail === undefined ? printAll(lines) : printLast(lines, tail));
  const isWhole = tail === undefined && options.limitBytes === undefined && wanted.window.isDefault && !output.closed;
  const reported = options.quiet ? accounts() : await explained(options, accounts());
  report(options, reported, { queries, isWhole });
  return reported;
}

function report(
  { quiet, format, client, stderr, times, containers }: Run,
  accounts: readonly Account[],
  more: { queries: readonly LineQuery[]; isWhole: boolean }
): void {
  if (quiet || accounts.length === 0) {
    return;
  }
  const { url } = client.connection;
  if (format === 'text') {
    stderr.write(`${accountText(accounts, { url, times, ...more })}\n`);
    return;
  }
  const objects = accounts.map((account) => accountJson(account, { url, isWhole: more.isWhole }));
  if (format === 'json') {
    containers.push(...objects);
  } else {
    stderr.write(objects.map((object) => `${JSON.stringify(object)}\n`).join(''));
  }
}

/** The accounts with what took the logs from their nodes. The lines are printed by now: that it cannot be reported is no failure. */
async function explained(options: Run, accounts: Account[]): Promise<Account[]> {
  const { client, wanted } = options;
  try {
    return await addAnswers(new CaseReader(client), accounts, wanted.window);
  } catch (error) {
    if (!(error instanceof LokiRefusal || error instanceof LokiUnreachable)) {
      throw error;
    }
    warn(options, `what took the log from its node could not be read: ${error.message}`);
    return accounts;
  }
}

/**
 * Tells of what has neither container record nor lines whether the API knew it: a container that no agent ever opened.
 *
 * @returns those of which nobody knows anything
 */
async function explainMisses(options: Run, misses: readonly Miss[]): Promise<Miss[]> {
  const { client, wanted } = options;
  const { from, to, recordsTo } = wanted.window;
  const now = nowOf(wanted.window);
  const unknown: Miss[] = [];
  for (const miss of misses) {
    const answers = await answersOfTargets(new CaseReader(client), [miss.target], wanted, {
      from,
      to,
      recordsTo,
      now,
    });
    if (answers.length === 0) {
      unknown.push(miss);
      continue;
    }
    const accounts = answers.map((answer): Account => ({ answer, status: answer.status }));
    report(options, accounts, { queries: [], isWhole: false });
  }
  return unknown;
}

/** Tells of what never started, and so has no log. @returns those of which nobody knows anything */
async function explainUnstarted(options: Run, misses: readonly Miss[]): Promise<Miss[]> {
  const { client, wanted, times } = options;
  const targets = misses.map(({ target }) => target);
  const unstarted = await runPlan(unstartedPlan(targets, wanted), askLoki(client));
  for (const { codes } of unstarted) {
    warn(options, englishIn(times).renderAll(codes));
  }
  return misses.filter((miss) => unstarted.every(({ target }) => target !== miss.target));
}

async function showFollowing(options: Run, lines: Lines, accounts: readonly Account[]): Promise<void> {
  const { queries, origins } = lines;
  if (queries.length > 1) {
    throw new UserError('-f follows one thing at a time: give one pod, job, cronjob or container id');
  }
  report(options, accounts, { queries, isWhole: false });
  let from: bigint | undefined;
  if (options.tail !== undefined) {
    await printLast(lines, options.tail);
    from = origins.all.reduce<bigint | undefined>(
      (last, one) => (last === undefined || one.last > last ? one.last : last),
      undefined
    );
    from = from === undefined ? undefined : from + 1n;
  }
  await printFollowing(lines, from, {
    signal: options.signal,
    onTrouble: (error) =>
      options.stderr.write(
        error instanceof LokiRefusal
          ? `afterlog: asking every 2 seconds, because tailing is refused: ${error.message}\n`
          : `afterlog: ${error.message}; trying again\n`
      ),
  });
}
