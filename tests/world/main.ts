import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { errorText } from '../../model/error-text';
import { generate } from './generate';
import { judge, type Violation } from './judge';
import { play, type Outcome } from './play';
import type { WorldScript } from './script';
import { shrink } from './shrink';

// Worlds by seed: see scripts/test-world.mjs for the options.

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '30' },
    fresh: { type: 'string', default: '0' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    jobs: { type: 'string', default: '4' },
    'no-shrink': { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
    mutant: { type: 'string', multiple: true, default: [] },
  },
});
/** Fresh seeds begin beyond those that anybody fixes. */
const FRESH_FROM = 1_000_000;
/** A broken agent is noticed within so many worlds. */
const MUTANT_WORLDS = 50;
/** A world that failed is played so often again: on a busy machine one may fail because its agent got no turn. */
const CONFIRM_PLAYS = 2;

/** The command of `bin/afterlog`, for any build. */
const commandOf = (bundle: string) => [
  'env',
  'MALLOC_ARENA_MAX=1',
  process.execPath,
  '--max-semi-space-size=1',
  bundle,
];

/** A world that is not over by then never will be. */
const PATIENCE_MS = 120_000;

interface Played {
  outcome: Outcome;
  violations: Violation[];
}

async function playAndJudge(script: WorldScript, bundle = 'build/afterlog.js'): Promise<Played> {
  let stage = 'starting';
  const patience = new AbortController();
  const outOfPatience = wait(PATIENCE_MS, undefined, { signal: patience.signal, ref: false }).then(() => {
    throw new Error(`seed ${script.seed} hangs: ${stage}`);
  });
  const playing = play(script, commandOf(bundle), (next) => (stage = next));
  const outcome = await Promise.race([playing, outOfPatience]);
  outOfPatience.catch(() => undefined);
  patience.abort();
  return { outcome, violations: judge(outcome) };
}

function print(script: WorldScript, { outcome, violations }: Played): void {
  console.log(`seed ${script.seed}: ${violations.length} violations in ${outcome.tookMs} ms`);
  for (const { rule, run, detail } of violations) {
    console.log(`  ${rule}${run && `: ${run}`}: ${detail.slice(0, values.verbose ? 10_000 : 600)}`);
  }
  if (values.verbose) {
    console.log(JSON.stringify(script, null, 1));
    console.log(outcome.agentLog);
  }
}

/** Plays the seeds, some at a time. */
async function playSeeds(seeds: readonly number[]): Promise<number[]> {
  const failed: number[] = [];
  const queue = [...seeds];
  const totals = { containers: 0, lines: 0, latest: 0 };
  const worker = async () => {
    for (let seed = queue.shift(); seed !== undefined; seed = queue.shift()) {
      const script = generate(seed);
      const played = await playAndJudge(script).catch((error: unknown) => {
        console.log(`seed ${seed} broke off: ${errorText(error)}`);
        failed.push(seed);
      });
      if (!played) {
        continue;
      }
      totals.containers += played.outcome.runs.length;
      totals.lines += played.outcome.runs.reduce((sum, { units }) => sum + units.length, 0);
      totals.latest = Math.max(totals.latest, played.outcome.latestMs);
      if (played.violations.length > 0) {
        failed.push(seed);
        print(script, played);
      } else if (values.verbose) {
        print(script, played);
      }
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, worker));
  const { containers, lines, latest } = totals;
  console.log(
    `${seeds.length} worlds, ${containers} container runs, ${lines} lines; ${Math.round(latest)} ms without a turn at most`
  );
  return failed.sort((a, b) => a - b);
}

/** Plays seeds that failed again, one at a time. @returns those that fail again: the others failed for want of a turn */
async function confirm(seeds: readonly number[]): Promise<number[]> {
  const confirmed: number[] = [];
  for (const seed of seeds) {
    for (let times = 0; times < CONFIRM_PLAYS && !confirmed.includes(seed); times++) {
      const played = await playAndJudge(generate(seed)).catch((error: unknown) => errorText(error));
      if (typeof played === 'string' || played.violations.length > 0) {
        confirmed.push(seed);
      }
    }
    if (!confirmed.includes(seed)) {
      console.log(`seed ${seed} did not fail again in ${CONFIRM_PLAYS} plays on its own`);
    }
  }
  return confirmed;
}

async function explain(seed: number): Promise<void> {
  const rules = new Set<string>();
  const fails = async (script: WorldScript) => {
    const { violations } = await playAndJudge(script);
    const same = rules.size === 0 || violations.some(({ rule }) => rules.has(rule));
    violations.forEach(({ rule }) => rules.size === 0 && rules.add(rule));
    return violations.length > 0 && same;
  };
  if (!(await fails(generate(seed)))) {
    console.log(`seed ${seed} did not fail again: it depends on timing; play it with --seed ${seed}`);
    return;
  }
  const smallest = await shrink(generate(seed), fails);
  console.log(`seed ${seed}, made smaller (${[...rules].join(', ')}):\n${JSON.stringify(smallest)}`);
}

/** Plays worlds that the agent passes against a broken build, until one fails. @returns whether one did */
async function isNoticed(bundle: string, seeds: readonly number[]): Promise<boolean> {
  const queue = seeds.slice(0, MUTANT_WORLDS);
  let noticed = 0;
  let played = 0;
  const worker = async () => {
    for (let seed = queue.shift(); seed !== undefined && noticed === 0; seed = queue.shift()) {
      const { violations } = await playAndJudge(generate(seed), bundle);
      played++;
      // Only a world that the agent as it is passes shows that it is the mutant's fault.
      if (violations[0] && noticed === 0 && (await playAndJudge(generate(seed))).violations.length === 0) {
        noticed ||= seed;
        console.log(`${bundle}: noticed in world ${played} (seed ${seed}): ${violations[0].rule}`);
      }
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, worker));
  if (noticed === 0) {
    console.log(`${bundle}: not noticed in ${played} worlds`);
  }
  return noticed > 0;
}

function seedsAskedFor(): number[] {
  if (values.seed) {
    return [Number(values.seed)];
  }
  const from = Number(values.from);
  const first = FRESH_FROM + (Math.floor(Date.now() / 1000) % FRESH_FROM) * 100;
  return [
    ...Array.from({ length: Number(values.seeds) }, (_, i) => from + i),
    ...Array.from({ length: Number(values.fresh) }, (_, i) => first + i),
  ];
}

async function main(): Promise<void> {
  const seeds = seedsAskedFor();
  const failed = await confirm(await playSeeds(seeds));
  if (failed.length > 0) {
    console.log(`seeds that failed: ${failed.join(' ')}`);
    for (const seed of values['no-shrink'] ? [] : failed.slice(0, 3)) {
      await explain(seed);
    }
  }
  let unnoticed = 0;
  for (const bundle of values.mutant) {
    unnoticed += (await isNoticed(
      bundle,
      seeds.filter((seed) => !failed.includes(seed))
    ))
      ? 0
      : 1;
  }
  const bad = failed.length + unnoticed;
  console.log(`\n${seeds.length + values.mutant.length - bad} passed, ${bad} failed`);
  process.exit(bad > 0 ? 1 : 0);
}

void main();
