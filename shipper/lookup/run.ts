import type { Writable } from 'node:stream';
import type { Question } from '../../model/lookup';
import { UserError } from '../user-error';
import { LokiRefusal, type QueryClient } from '../loki/query-client';
import { accountJson, accountText } from './account-text';
import { type Account, accountsOf } from './accounts';
import { locate, queriesFor } from './locate';
import type { Location, Wanted } from './location';
import { notFoundText } from './not-found';
import { Origins } from './origin';
import { Output } from './output';
import { type Lines, printAll, printFollowing, printLast } from './print-lines';
import { Printer } from './printer';

export interface RunOptions {
  client: QueryClient;
  question: Question;
  wanted: Wanted;
  format: 'text' | 'json';
  timestamps: boolean;
  /** The last so many lines; all where it is undefined. */
  tail?: number;
  follow: boolean;
  /** No accounts. */
  quiet: boolean;
  signal: AbortSignal;
  stdout: Writable;
  stderr: Writable;
}

/**
 * Looks up what a question asks for, prints its lines on `stdout` and what happened to the log on `stderr`.
 *
 * @returns whether something could be shown, or an account says that there was nothing to show
 * @throws UserError where nothing is found, or where the question has several answers
 */
export async function runLookup(options: RunOptions): Promise<boolean> {
  const { client, question, wanted, stderr } = options;
  const { locations, misses } = await locate({ client, wanted }, question);
  if (locations.length === 0) {
    throw new UserError(await notFoundText(client, misses, question, wanted));
  }
  const accounts = await show(options, locations);
  if (misses.length > 0) {
    stderr.write(`\nafterlog: ${await notFoundText(client, misses, question, wanted)}\n`);
  }
  return misses.length === 0 && accounts.some(isAnswer);
}

const isAnswer = ({ origin, verdict }: Account) =>
  (origin?.lines ?? 0) > 0 || verdict === 'kept' || verdict === 'rescued' || verdict === 'pending';

async function show(options: RunOptions, locations: Location[]): Promise<Account[]> {
  const { client, wanted, tail, stderr, quiet } = options;
  const queries = queriesFor(locations, { wanted });
  const origins = new Origins();
  const output = new Output(options.stdout);
  const expected = locations.flatMap(({ records }) => records);
  const printer = new Printer(output, { ...options, expected });
  const lines: Lines = { client, queries, origins, printer, output };
  const accounts = () => accountsOf(locations, origins.all, wanted.window);
  const tell = (isWhole: boolean) => {
    const text = options.format === 'json' ? accountJson : accountText;
    const told = accounts();
    if (!quiet && told.length > 0) {
      stderr.write(`${text(told, { url: client.connection.url, queries, isWhole })}\n`);
    }
  };
  if (options.follow && !locations.every(({ isOver }) => isOver)) {
    await showFollowing(options, lines, tell);
    return accounts();
  }
  await (tail === undefined ? printAll(lines) : printLast(lines, tail));
  tell(tail === undefined && wanted.window.isDefault && !output.closed);
  return accounts();
}

async function showFollowing(options: RunOptions, lines: Lines, tell: (isWhole: boolean) => void): Promise<void> {
  const { queries, origins } = lines;
  if (queries.length > 1) {
    throw new UserError('-f follows one thing at a time: give one pod, job, cronjob or container id');
  }
  tell(false);
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
