import * as z from 'zod';
import { RECORD_SERVICE } from '../../model/records';
import type { LokiAnswer, LokiConnection } from '../loki/connection';
import { explainLokiError } from '../loki/explain';
import { logQuery } from '../../model/logql';
import { LokiRefusal, QueryClient } from '../loki/query-client';
import { UserError } from '../common/user-error';
import { error, type Finding, note, ok, warning } from './finding';

const TIMEOUT_MS = 10_000;
const HOUR_NS = 3_600_000_000_000n;
/** `Date` headers have whole seconds. */
const PRECISE_MS = 2000;
const NOTICEABLE_MS = 10_000;
/** creation_grace_period: what is further ahead than this is refused. */
const REFUSED_AHEAD_MS = 10 * 60_000;

const nowNs = () => BigInt(Date.now()) * 1_000_000n;

/** Whether Loki answers, as which version, with which clock, and takes pushes. Writes nothing. */
export async function checkLoki(connection: LokiConnection, cluster: string): Promise<Finding[]> {
  try {
    const client = new QueryClient(connection, { retryAfterMs: [], timeoutMs: TIMEOUT_MS });
    const range = {
      query: logQuery({ service_name: RECORD_SERVICE, cluster }),
      from: nowNs() - 24n * HOUR_NS,
      to: nowNs(),
    };
    const kinds = await client.labelValues('record', range);
    return [
      ok('loki.query', `${connection.url} answers`),
      ...(await version(connection)),
      ...(await clock(connection)),
      await push(connection),
      records(kinds, cluster),
    ];
  } catch (problem) {
    return [error('loki.query', ...messageOf(problem, connection.url))];
  }
}

/** What went wrong, and what to check. @throws what is no error of a Loki */
function messageOf(problem: unknown, url: string): [string, string] {
  const explained = explainLokiError(problem, url);
  if (!(explained instanceof UserError)) {
    throw problem;
  }
  const [what = '', ...todo] = explained.message.split('\n');
  return [what, todo.join(' ') || 'Look at what Loki says, and at its own log.'];
}

const buildSchema = z.object({ version: z.string() });

async function version(connection: LokiConnection): Promise<Finding[]> {
  const { status, body } = await connection.request('GET', '/loki/api/v1/status/buildinfo', { timeoutMs: TIMEOUT_MS });
  const build = buildSchema.safeParse(status === 200 ? json(body) : undefined);
  if (!build.success) {
    return [note('loki.version', `its version cannot be read (${status})`, null)];
  }
  return [versionFinding(build.data.version)];
}

/** @param version as Loki names its build; builds of one's own and hosted ones have none, or one that is no number */
export function versionFinding(version: string): Finding {
  const [, major = '', minor = ''] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === '') {
    const named = version === '' ? 'it names no version' : `its version is "${version}"`;
    return note('loki.version', `${named}, which does not show whether it has structured metadata`, null);
  }
  const found = `it is Loki ${version}`;
  if (Number(major) > 2) {
    return ok('loki.version', found);
  }
  return Number(major) === 2 && Number(minor) >= 9
    ? warning(
        'loki.version',
        found,
        'Before 3.0 structured metadata is off unless allow_structured_metadata is set: set it, or upgrade.'
      )
    : error(
        'loki.version',
        found,
        'It has no structured metadata, on which every look-up rests: upgrade to 2.9 at least, better 3.x.'
      );
}

async function clock(connection: LokiConnection): Promise<Finding[]> {
  const before = Date.now();
  const { headers } = await connection.request('GET', '/ready', { timeoutMs: TIMEOUT_MS });
  const after = Date.now();
  const theirs = typeof headers.date === 'string' ? Date.parse(headers.date) : NaN;
  return Number.isNaN(theirs) ? [] : [clockFinding(theirs, before, after)];
}

/**
 * @param theirs what Loki's machine, or the proxy before it, said; milliseconds since 1970
 * @param before when it was asked by this clock
 * @param after when the answer was there
 */
export function clockFinding(theirs: number, before: number, after: number): Finding {
  const ahead = before > theirs + PRECISE_MS ? before - theirs : after < theirs - PRECISE_MS ? after - theirs : 0;
  const seconds = Math.round(Math.abs(ahead) / 1000);
  const found =
    ahead === 0 ? 'the clocks agree' : `this clock is ${seconds} s ${ahead > 0 ? 'ahead of' : 'behind'} Loki's`;
  const todo =
    'Set both clocks with NTP: Loki refuses what is more than ten minutes ahead of its own, and times would not fit together.';
  return ahead > REFUSED_AHEAD_MS
    ? error('loki.clock', found, todo)
    : Math.abs(ahead) > NOTICEABLE_MS
      ? warning('loki.clock', found, todo)
      : ok('loki.clock', found);
}

/** A push without a stream passes authentication and stores nothing: 422, before Loki 3.4 204. */
async function push(connection: LokiConnection): Promise<Finding> {
  const answer = await connection.request('POST', '/loki/api/v1/push', {
    body: '{"streams":[]}',
    headers: { 'content-type': 'application/json' },
    timeoutMs: TIMEOUT_MS,
  });
  return answer.status === 422 || answer.status === 204
    ? ok('loki.push', 'it lets this agent push (asked without a line; --test-push sends one)')
    : pushRefused(connection.url, answer);
}

function pushRefused(url: string, { status, body }: LokiAnswer): Finding {
  const [found, todo] = messageOf(new LokiRefusal(url, status, body.trim()), url);
  return error('loki.push', `a push is refused: ${found}`, todo);
}

/** Sends a record of this check-up and reads it back, with its structured metadata. */
export async function testPush(connection: LokiConnection, cluster: string): Promise<Finding> {
  const at = nowNs();
  const id = `doctor-${at}`;
  const stream = { service_name: RECORD_SERVICE, record: 'doctor', cluster };
  try {
    const answer = await connection.request('POST', '/loki/api/v1/push', {
      body: JSON.stringify({ streams: [{ stream, values: [[`${at}`, `{"kind":"doctor","id":"${id}"}`, { id }]] }] }),
      headers: { 'content-type': 'application/json' },
      timeoutMs: TIMEOUT_MS,
    });
    if (answer.status !== 204) {
      return pushRefused(connection.url, answer);
    }
    const range = { query: logQuery(stream, { id }), from: at, to: at + 1n };
    const { entries } = await new QueryClient(connection, { timeoutMs: TIMEOUT_MS }).page(range, 'forward', 1);
    return entries.length === 1
      ? ok('loki.test-push', 'a line was pushed, and found by its structured metadata')
      : error(
          'loki.test-push',
          'a line was pushed, and cannot be found again by its structured metadata',
          'Do pushes and queries go to the same Loki and tenant? Does it keep structured metadata (allow_structured_metadata)?'
        );
  } catch (problem) {
    return error('loki.test-push', ...messageOf(problem, connection.url));
  }
}

/** Whether the agents and the watch have written lately. */
function records(kinds: readonly string[], cluster: string): Finding {
  const agents = kinds.includes('container') || kinds.includes('disk');
  const watch = kinds.includes('watch') || kinds.includes('pod');
  const found = `records of cluster ${cluster} in the last 24 h: ${kinds.length === 0 ? 'none' : [...kinds].sort().join(', ')}`;
  const missing = [...(agents ? [] : ['`afterlog agent`']), ...(watch ? [] : ['`afterlog watch`'])].join(' and ');
  return missing === ''
    ? ok('loki.records', found)
    : note('loki.records', found, `Nothing from ${missing}: does it run, with this Loki, tenant and --cluster.name?`);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
