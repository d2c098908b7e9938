import { randomFrom } from '../testkit/random';
import type { Action, CauseCode, ContainerAction, ContainerPlan, Shape, WorldScript } from './script';
import type { Treatment } from '../testkit/fake-loki';

/** A container's own action: without its name, which all of them share. */
type OwnAction = ContainerAction extends infer A
  ? A extends { container: string }
    ? Omit<A, 'container'>
    : never
  : never;

const HTML = '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>';

/** Answers that are not Loki's, or not about these entries: none of them may cost a line. */
const ANSWERS: ReadonlyArray<readonly [status: number, type: string, body: string]> = [
  [400, 'text/plain', 'Client sent an HTTP request to an HTTPS server.\n'],
  [400, 'text/html', '<html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head></html>'],
  [400, 'text/html', '<html><body><h1>400 Bad Request</h1></body></html>'],
  [400, 'application/json', '{"message":"upstream tenant is not known"}'],
  [200, 'text/html', '<!DOCTYPE html><html><body>Sign in</body></html>'],
  [302, 'text/html', '<a href="/login">Found</a>'],
  [401, 'text/plain', 'no org id\n'],
  [403, 'text/html', '<html><body>Forbidden by the web application firewall</body></html>'],
  [404, 'text/plain', '404 page not found\n'],
  [405, 'text/plain', 'Method Not Allowed'],
  [408, 'text/plain', 'stream timeout'],
  [422, 'text/plain', 'unprocessable'],
  [429, 'text/plain', 'ingestion rate limit exceeded for user fake (limit: 4194304 bytes/sec)'],
  [429, 'text/plain', 'Maximum active stream limit exceeded'],
  [499, 'text/plain', 'context canceled'],
  [500, 'text/plain', 'empty ring'],
  [502, 'text/html', HTML],
  [503, 'text/plain', 'no healthy upstream'],
  [504, 'text/html', '<html><body>504 Gateway Time-out</body></html>'],
];

/** Dice of one world. */
class Dice {
  constructor(private readonly random: () => number) {}

  share(): number {
    return this.random();
  }

  chance(probability: number): boolean {
    return this.random() < probability;
  }

  /** A whole number from `from` to `to`, both included. */
  int(from: number, to: number): number {
    return from + Math.floor(this.random() * (to - from + 1));
  }

  pick<T>(list: readonly [T, ...T[]] | readonly T[]): T {
    const index = Math.floor(this.random() * list.length);
    const one = list[index];
    if (one === undefined) {
      throw new RangeError('nothing to pick from');
    }
    return one;
  }
}

interface Life {
  from: number;
  to: number;
  dice: Dice;
}

/** Writes now and then between two moments. */
function writes({ from, to, dice }: Life, everyMs: number, shape: () => Shape): OwnAction[] {
  const actions: OwnAction[] = [];
  for (let at = from; at < to; at += dice.int(Math.ceil(everyMs / 2), everyMs * 2)) {
    actions.push({ at, do: 'write', shape: shape() });
  }
  return actions;
}

const plain = (dice: Dice, most: number) => (): Shape => ({ kind: 'plain', lines: dice.int(1, most) });

/** What a container does between its start and its end, by habit. */
const HABITS: Readonly<Record<string, (life: Life) => OwnAction[]>> = {
  short: ({ from, dice }) => [{ at: from, do: 'write', shape: { kind: 'plain', lines: dice.int(1, 30) } }],
  chatty: (life) => writes(life, 60, plain(life.dice, 60)),
  burst: ({ from, to, dice }) => [
    { at: dice.int(from, to), do: 'write', shape: { kind: 'plain', lines: dice.int(1_000, 8_000), width: 120 } },
  ],
  rotating: (life) => [...writes(life, 50, plain(life.dice, 40)), ...every(life, 500, () => ({ do: 'rotate' }))],
  partial: (life) =>
    writes(life, 100, () =>
      life.dice.chance(0.5)
        ? { kind: 'partial', lines: life.dice.int(1, 5), parts: life.dice.int(2, 6) }
        : { kind: 'plain', lines: 3 }
    ),
  'open-part': (life) => [
    ...writes(life, 100, plain(life.dice, 5)),
    { at: life.dice.int(life.from, life.to), do: 'write', shape: { kind: 'open-part' } },
  ],
  equal: (life) =>
    writes(life, 120, () =>
      life.dice.chance(0.4) ? { kind: 'equal', lines: life.dice.int(2, 20) } : { kind: 'plain', lines: 4 }
    ),
  odd: (life) =>
    writes(life, 120, () => ({ kind: life.dice.chance(0.7) ? 'odd' : 'raw', lines: life.dice.int(1, 12) })),
  long: (life) =>
    writes(life, 250, () =>
      life.dice.chance(0.5)
        ? { kind: 'plain', lines: life.dice.int(1, 3), width: life.dice.int(1_000, 30_000) }
        : { kind: 'plain', lines: 5 }
    ),
  'clock-back': (life) =>
    writes(life, 120, () =>
      life.dice.chance(0.3)
        ? { kind: 'shifted', lines: life.dice.int(1, 10), seconds: -life.dice.int(2, 3 * 3600) }
        : { kind: 'plain', lines: 5 }
    ),
  'clock-ahead': (life) =>
    writes(life, 150, () =>
      life.dice.chance(0.3)
        ? { kind: 'shifted', lines: life.dice.int(1, 4), seconds: life.dice.int(1_000, 90_000) }
        : { kind: 'plain', lines: 5 }
    ),
  old: (life) =>
    writes(life, 150, () =>
      life.dice.chance(0.3)
        ? { kind: 'shifted', lines: life.dice.int(1, 10), seconds: -8 * 86_400 }
        : { kind: 'plain', lines: 5 }
    ),
  nuls: (life) => [
    ...writes(life, 100, plain(life.dice, 5)),
    { at: life.dice.int(life.from, life.to), do: 'write', shape: { kind: 'nuls', bytes: life.dice.int(1, 9_000) } },
  ],
  hole: (life) => [
    ...writes(life, 100, plain(life.dice, 5)),
    {
      at: life.dice.int(life.from, life.to),
      do: 'write',
      shape: { kind: 'hole', bytes: life.dice.int(4_096, 4 * 1024 ** 2) },
    },
  ],
  restarting: (life) => [...writes(life, 60, plain(life.dice, 20)), ...every(life, 900, () => ({ do: 'restart' }))],
  'removed-by-hand': (life) => [
    ...writes(life, 60, plain(life.dice, 10)),
    {
      at: life.dice.int(life.from, life.to),
      do: 'remove-by-hand',
      reopenMs: life.dice.int(100, 1_500),
      cause: 'C17',
    },
  ],
  truncated: (life) => [
    ...writes(life, 60, plain(life.dice, 10)),
    { at: life.dice.int(life.from, life.to), do: 'truncate', cause: 'C17' },
  ],
  returning: ({ from, to, dice }) => {
    const gone = dice.int(from + 200, Math.max(from + 200, to - 600));
    return [
      ...writes({ from, to: gone, dice }, 60, plain(dice, 10)),
      { at: gone, do: 'delete-pod', cause: 'C6' },
      { at: gone + dice.int(50, 500), do: 'return' },
      ...writes({ from: gone + 510, to, dice }, 60, plain(dice, 10)),
    ];
  },
};

/** Acts now and then, not at once. */
function every({ from, to, dice }: Life, ms: number, action: () => DistributiveOmit<OwnAction, 'at'>): OwnAction[] {
  const actions: OwnAction[] = [];
  for (let at = from + dice.int(ms / 2, ms * 2); at < to; at += dice.int(ms / 2, ms * 2)) {
    actions.push({ at, ...action() });
  }
  return actions;
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** @returns the script of a world: the same for the same seed */
export function generate(seed: number): WorldScript {
  const dice = new Dice(randomFrom(seed));
  const lengthMs = dice.int(2_000, 4_500);
  const containers: ContainerPlan[] = [];
  const actions: Action[] = [];
  const count = dice.int(2, 6);
  for (let index = 0; index < count; index++) {
    const plan = planOf(dice, index);
    const own = livesOf(plan, lengthMs, dice);
    containers.push(plan);
    actions.push(...own.map((action) => ({ ...action, container: plan.name })));
  }
  actions.push(...agentActions(dice, lengthMs), ...gatewayActions(dice, lengthMs));
  if (dice.chance(0.1)) {
    const at = dice.int(0, lengthMs);
    actions.push({ at, do: 'disk-full', untilMs: at + dice.int(300, 2_000) });
  }
  const maxLine = dice.pick([1, 4, 16, 256]) * 1024;
  const agentFlags: Record<string, string> = {
    'rescan.interval': dice.pick(['500ms', '2s', '30s']),
    'batch.size': dice.pick(['8KiB', '64KiB', '1MiB']),
    'limits.max-line-size': `${maxLine}`,
  };
  const lokiLimits = { maxLineSize: maxLine, ...rateLimits(dice) };
  return { seed, lengthMs, agentFlags, lokiLimits, containers, actions };
}

function rateLimits(dice: Dice) {
  return dice.chance(0.15) ? { ingestionRate: 512 * 1024, ingestionBurst: 3 * 1024 * 1024 } : {};
}

function planOf(dice: Dice, index: number): ContainerPlan {
  const habit = dice.pick(Object.keys(HABITS));
  return {
    name: `c${index}`,
    habit,
    format: dice.chance(0.15) && !['raw', 'nuls', 'hole'].includes(habit) ? 'docker' : 'cri',
    maxFiles: dice.int(2, 5),
    reopenMs: dice.int(0, 60),
  };
}

/** The container's start, what it does, and how it ends. */
function livesOf({ habit }: ContainerPlan, lengthMs: number, dice: Dice): OwnAction[] {
  const from = dice.int(0, Math.floor(lengthMs / 2));
  const to = dice.int(Math.min(from + 100, lengthMs), lengthMs);
  const does = HABITS[habit]?.({ from, to, dice }) ?? [];
  return [{ at: from, do: 'start' }, ...does, ...endOf(to, lengthMs, dice)];
}

function endOf(to: number, lengthMs: number, dice: Dice): OwnAction[] {
  const later = Math.min(lengthMs, to + dice.pick([0, 1, 20, 300, 1_500]));
  const cause = dice.pick<CauseCode>(['C6', 'C7', 'C8', 'C9', 'C11']);
  switch (dice.int(0, 5)) {
    case 0:
      return []; // it runs on
    case 1:
      return [{ at: to, do: 'end' }];
    case 2:
    case 3:
      return [
        { at: to, do: 'end' },
        { at: later, do: 'delete-files', cause: 'C1' },
      ];
    default:
      return [
        { at: to, do: 'end' },
        { at: later, do: 'delete-pod', cause },
      ];
  }
}

function agentActions(dice: Dice, lengthMs: number): Action[] {
  const actions: Action[] = [];
  for (let left = dice.pick([0, 0, 1, 1, 2, 3]); left > 0; left--) {
    const at = dice.int(0, lengthMs);
    const until = at + dice.pick([0, 50, 300, 1_000]);
    switch (dice.int(0, 4)) {
      case 0:
      case 1:
        actions.push({ at, do: 'agent-kill' });
        actions.push({ at: until, do: 'agent-start' });
        break;
      case 2:
        actions.push({ at, do: 'agent-end' });
        actions.push({ at: until, do: 'agent-start' });
        break;
      case 3:
        actions.push({ at, do: 'agent-pause' });
        actions.push({ at: at + dice.int(100, 1_500), do: 'agent-resume' });
        break;
      default:
        actions.push({ at: Math.floor(at * dice.share()), do: 'state-keep' });
        actions.push({ at, do: 'agent-kill' });
        actions.push({ at, do: 'state-restore' });
        actions.push({ at: until, do: 'agent-start' });
    }
  }
  return actions;
}

function gatewayActions(dice: Dice, lengthMs: number): Action[] {
  const actions: Action[] = [];
  for (let left = dice.int(0, 4); left > 0; left--) {
    const at = dice.int(0, lengthMs);
    const share = dice.pick([0.3, 0.6, 1]);
    const treatment = treatmentOf(dice);
    actions.push({ at, do: 'gateway', untilMs: at + dice.int(200, 1_500), share, treatment });
  }
  return actions;
}

function treatmentOf(dice: Dice): Treatment {
  const stored = dice.chance(0.5);
  const [status, type, body] = dice.pick(ANSWERS);
  switch (dice.int(0, 8)) {
    case 0:
      return stored ? 'reset-after' : 'reset';
    case 1:
      return stored ? 'hang-after' : 'hang';
    case 2:
      return { pace: 'dribble', stored, status: dice.pick([200, 400, 500]) };
    case 3:
      return { pace: 'endless', status: dice.pick([200, 400, 502]), type: 'text/html' };
    case 4:
      return 'garbage';
    case 5: // what a proxy says that gave up on a Loki that went on
      return { stored: true, status: dice.pick([500, 502, 503, 504]), type: 'text/html', body: HTML };
    default:
      return { stored: false, status, type, body };
  }
}
