import { homedir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../../pocket-loki/common/units';
import { hostPort, parseListen } from '../common/listen';
import { createLogger, logLevels, type LogLevel } from '../common/log';
import { UserError } from '../common/user-error';
import { type AuthFlags, openAddressError, readCredentials } from './store-auth';

interface StoreFlags extends AuthFlags {
  'data.dir': string;
  listen: string;
  /** Milliseconds. */
  retention: number;
  'log.level': LogLevel;
}

/** `afterlog store`: the embedded store as a process of its own. */
export function storeCommand(): Command {
  return new Command('store')
    .description(
      "Keep logs in an embedded store that speaks the part of Loki's HTTP API which Afterlog and Grafana use."
    )
    .option('--data.dir <directory>', 'where the logs are kept', defaultDirectory())
    .option('--listen <host:port>', 'address to serve on; beyond loopback it needs --auth.*', '127.0.0.1:3100')
    .option('--auth.basic-file <file>', 'accept these credentials only: user:password, one on each line')
    .option('--auth.bearer-token-file <file>', 'accept these bearer tokens only: one on each line')
    .addOption(
      new Option('--retention <duration>', 'delete entries that are older, e.g. 30d; 0 keeps them for ever')
        .default(0, '0')
        .argParser(parseRetention)
    )
    .addOption(new Option('--log.level <level>', 'least level of the own log').choices(logLevels).default('info'))
    .action((_, command: Command) => serve(command.opts<StoreFlags>()));
}

async function serve(flags: StoreFlags): Promise<void> {
  const { isLoopback, startStore, StorageError } = await import('../../pocket-loki');
  const logger = createLogger(flags['log.level']);
  const dir = flags['data.dir'];
  const { host, port } = parseListen(flags.listen, '--listen');
  const credentials = readCredentials(flags);
  if (!isLoopback(host) && credentials.basic?.length === 0 && credentials.bearerTokens?.length === 0) {
    throw openAddressError({ host, port });
  }
  try {
    const store = await startStore({
      dir,
      host,
      port,
      credentials,
      retentionMs: flags.retention,
      onError: (error, during) => logger.error('failed', { during, error: String(error) }),
    });
    logger.info('serving', { url: store.url, dir });
    const signal = await stopSignal();
    logger.info('stopping', { signal });
    await store.close();
    logger.info('stopped');
  } catch (error) {
    throw error instanceof StorageError ? new UserError(error.message) : listenError(error, hostPort({ host, port }));
  }
}

/** The first SIGINT or SIGTERM. The second one ends the process the hard way, should the closing hang. */
function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
}

function listenError(error: unknown, address: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'EADDRINUSE':
      return new UserError(`${address} is in use: stop what serves there, or choose another address with --listen`);
    case 'EACCES':
      return new UserError(`no permission to serve on ${address}: choose a port above 1023 with --listen`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new UserError(`${address} is no address of this machine: choose another one with --listen`);
    default:
      return error;
  }
}

function defaultDirectory(): string {
  return join(process.env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'afterlog', 'store');
}

function parseRetention(text: string): number {
  const ns = parseDuration(text);
  if (ns === undefined || ns < 0n) {
    throw new InvalidArgumentError('Give a duration, e.g. 12h, 30d or 1y.');
  }
  return Number(ns / 1_000_000n);
}
