import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import * as z from 'zod';
import { exitCode, type ExitCode } from '../common/exit-code';
import { hostPort, type ListenAddress, listenError, parseListen } from '../common/listen';
import { jsonList } from '../common/json-list';
import { createLogger, logLevels } from '../common/log';
import { terminalText } from '../common/terminal-text';
import { UserError } from '../common/user-error';
import { type CommandInput, defineCommand } from '../config/command';
import { flagForm, type SettingsGroup } from '../config/settings';
import { duration, parsedWith } from '../config/units';
import { outputFormat } from './output-format';
import { readCredentials } from './store-auth';

const storeGroup = {
  heading: 'Options:',
  schema: z.strictObject({
    data: z.strictObject({
      dir: z
        .string()
        .prefault(defaultDirectory)
        .describe('directory of the database')
        .register(flagForm, { value: 'directory' }),
    }),
    listen: parsedWith(parseListen)
      .prefault('127.0.0.1:3100')
      .describe(
        'address to listen on; an address beyond loopback requires --auth.basic-file or --auth.bearer-token-file'
      )
      .register(flagForm, { value: 'host:port' }),
    auth: z.strictObject({
      'basic-file': z
        .string()
        .optional()
        .describe('file with the accepted credentials: user:password, one on each line')
        .register(flagForm, { value: 'file' }),
      'bearer-token-file': z
        .string()
        .optional()
        .describe('file with the accepted bearer tokens, one on each line')
        .register(flagForm, { value: 'file' }),
    }),
    output: outputFormat(['text', 'json']),
    retention: duration
      .prefault('0')
      .describe('delete entries that are older, for example 30d; 0 keeps them')
      .register(flagForm, { value: 'duration' }),
    log: z.strictObject({
      level: z
        .enum(logLevels)
        .prefault('info')
        .describe(`log level: ${logLevels.join(', ')}`)
        .register(flagForm, { value: 'level' }),
    }),
  }),
} satisfies SettingsGroup;

/** `afterlog store`: the embedded store as a process of its own. */
export function storeCommand(): Command {
  return defineCommand({
    name: 'store',
    description: "Run an embedded log store that serves the part of Loki's HTTP API that Afterlog and Grafana use.",
    argument: {
      name: '[verify]',
      description: 'check all that a stopped store has on the disk, instead of serving it',
    },
    groups: [storeGroup],
    examples: [
      ['store', 'on 127.0.0.1:3100'],
      ['store --data.dir /var/lib/afterlog-store --retention 30d', 'with a retention period'],
      ['store verify --data.dir /var/lib/afterlog-store -o json', 'exit code 1 if anything is damaged'],
      ['store --listen 0.0.0.0:3100 --auth.basic-file users', 'for other machines'],
    ],
    run,
  });
}

async function run({ words, read }: CommandInput): Promise<ExitCode> {
  const [action, ...others] = words;
  if (action === undefined) {
    return serve(read(storeGroup));
  }
  if (action !== 'verify' || others.length > 0) {
    throw new UserError(`unknown argument "${words.join(' ')}" (afterlog store, or afterlog store verify)`);
  }
  return verify(read(storeGroup));
}

async function verify({ data: { dir }, output }: z.output<typeof storeGroup.schema>): Promise<ExitCode> {
  const { StorageError, verifyStore } = await import('../../pocket-loki');
  try {
    const { streams, blocks, entries, damage } = await verifyStore(dir);
    const verdict = damage.length === 0 ? 'no damage' : `${damage.length} damaged`;
    const text =
      output === 'json'
        ? jsonList('StoreVerificationList', [{ dir, streams, blocks, entries, damage }])
        : [
            ...damage.map((line) => `damaged: ${line}\n`),
            `${streams} streams, ${blocks} blocks, ${entries} entries: ${verdict}\n`,
          ].join('');
    process.stdout.write(terminalText(text));
    return damage.length === 0 ? exitCode.ok : exitCode.failed;
  } catch (error) {
    throw error instanceof StorageError ? new UserError(error.message) : error;
  }
}

async function serve(settings: z.output<typeof storeGroup.schema>): Promise<ExitCode> {
  const { isLoopback, startStore, StorageError } = await import('../../pocket-loki');
  const { data, listen, auth, retention: retentionMs, log } = settings;
  const logger = createLogger(log.level);
  const credentials = readCredentials(auth);
  if (!isLoopback(listen.host) && credentials.basic?.length === 0 && credentials.bearerTokens?.length === 0) {
    throw openAddressError(listen);
  }
  try {
    const store = await startStore({
      dir: data.dir,
      ...listen,
      credentials,
      retentionMs,
      onError: (error, during) => logger.error('failed', { during, error: String(error) }),
    });
    logger.info('serving', { url: store.url, dir: data.dir });
    const signal = await stopSignal();
    logger.info('stopping', { signal });
    await store.close();
    logger.info('stopped');
    return exitCode.ok;
  } catch (error) {
    throw error instanceof StorageError ? new UserError(error.message) : listenError(error, listen, '--listen');
  }
}

/** The first SIGINT or SIGTERM. The second one ends the process the hard way, should the closing hang. */
function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
}

function openAddressError(address: ListenAddress): UserError {
  return new UserError(
    `--listen ${hostPort(address)} is reachable from other machines, and the store has no authentication: ` +
      'add --auth.basic-file FILE or --auth.bearer-token-file FILE, or listen on a loopback address such as 127.0.0.1'
  );
}

function defaultDirectory(): string {
  return join(process.env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'afterlog', 'store');
}
