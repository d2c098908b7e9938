import { Command, InvalidArgumentError, Option } from 'commander';
import { text as readAll } from 'node:stream/consumers';
import { parseQuestion, type Question } from '../../model/lookup';
import { addLokiOptions, lokiOptionsFrom } from '../config/loki-options';
import { connectLoki } from '../loki/connection';
import { explainLokiError } from '../loki/explain';
import { QueryClient } from '../loki/query-client';
import { terminalText } from '../common/terminal-text';
import { runLookup } from '../lookup/run';
import { timeWindow } from '../lookup/time-window';
import { UserError } from '../common/user-error';

interface Flags {
  namespace?: string;
  container?: string;
  cluster?: string;
  since?: string;
  from?: string;
  to?: string;
  previous?: true;
  restart?: number;
  timestamps?: true;
  follow?: true;
  tail?: number;
  output: 'text' | 'json';
  quiet?: true;
  raw?: true;
}

/** `afterlog logs WHAT`: a container's log, from Loki, and what happened to it. */
export function logsCommand(): Command {
  const command = new Command('logs')
    .description("Print a pod's, a Job's or a container's log from Loki, and tell what happened to it.")
    .argument(
      '<what...>',
      "a pod's name, job/NAME, cronjob/NAME, a container id, or the text in which kubectl logs failed; - reads it from the standard input"
    )
    .option('-n, --namespace <name>', 'look in this namespace only')
    .option('-c, --container <name>', 'this container of the pods only')
    .option('--cluster <name>', 'look in this cluster only')
    .option('--since <duration>', 'lines newer than this (15m, 2h30m, 14d), or than a time; default 7d')
    .option('--from <time>', 'lines from this time on (2026-11-23T23:15:00Z, or how long ago)')
    .option('--to <time>', 'lines before this time')
    .option('-p, --previous', 'the run of each container before its newest')
    .option('--restart <n>', 'the run with this restart count, 0 is the first', wholeNumber)
    .option('--timestamps', 'put the time before each line')
    .option('-f, --follow', 'print new lines as they come')
    .option('--tail <n>', 'print the last lines only; -1 prints all', tailNumber)
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['text', 'json']).default('text'))
    .option('-q, --quiet', 'do not tell what happened to the log')
    .option('--raw', 'print control characters of the lines to a terminal as they are');
  return addLokiOptions(command).action(async (what: string[]) => {
    process.exitCode = (await run(what, command.opts())) ? 0 : 1;
  });
}

async function run(what: string[], flags: Flags & Record<string, unknown>): Promise<boolean> {
  if (flags.previous && flags.restart !== undefined) {
    throw new UserError('--previous and --restart say which run: give one of them');
  }
  if (flags.follow && (flags.to !== undefined || flags.previous)) {
    throw new UserError('--follow waits for new lines: it does not go with --to or --previous');
  }
  const now = BigInt(Date.now()) * 1_000_000n;
  const { namespace, container, cluster, restart, previous } = flags;
  const wanted = { namespace, container, cluster, restart, previous, window: timeWindow(flags, now) };
  const question = await questionOf(what);
  const connection = connectLoki(lokiOptionsFrom(flags, process.env));
  const stop = new AbortController();
  if (flags.follow) {
    process.once('SIGINT', () => stop.abort());
  }
  try {
    return await runLookup({
      client: new QueryClient(connection),
      question,
      wanted,
      format: flags.output,
      timestamps: flags.timestamps === true,
      tail: flags.tail,
      follow: flags.follow === true,
      quiet: flags.quiet === true,
      signal: stop.signal,
      stdout: process.stdout,
      escape: process.stdout.isTTY && flags.raw !== true,
      stderr: { write: (text) => process.stderr.write(terminalText(text)) },
    });
  } catch (error) {
    throw explainLokiError(error, connection.url);
  } finally {
    await connection.close();
  }
}

async function questionOf(what: string[]): Promise<Question> {
  const text = what.length === 1 && what[0] === '-' ? await readAll(process.stdin) : what.join(' ');
  const question = parseQuestion(text);
  if (question.targets.length > 0) {
    return question;
  }
  const gone = question.goneNode;
  throw new UserError(
    gone === undefined
      ? `${JSON.stringify(shortened(text))} names no pod, job, cronjob or container: give a pod's name, job/NAME, cronjob/NAME, a container id (6 digits or more), or the text that kubectl logs printed`
      : `the text says that node ${gone} is gone, but not whose log is asked for: give the pod's name, or paste the command with it`
  );
}

const shortened = (text: string) => (text.length > 80 ? `${text.slice(0, 77)}…` : text).trim();

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) {
    throw new InvalidArgumentError('It is not a whole number.');
  }
  return Number(text);
}

const tailNumber = (text: string) => (text === '-1' ? undefined : wholeNumber(text));
