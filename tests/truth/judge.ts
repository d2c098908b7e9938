import { type Answer, answersOf, type Confidence } from '../../model/cases';
import { CAUSE_IDS } from '../../model/causes';
import { type Fate, type World, worldOf } from './world';

/** An answer that says something else than what really happened. */
export interface Mistake {
  seed: number;
  what: 'cause' | 'status';
  confidence: Confidence;
  fate: Fate;
  answer: Answer;
}

/** What was answered over many worlds, against what happened. */
class Tally {
  runs = 0;
  readonly mistakes: Mistake[] = [];
  /** True cause → what was said → how often. */
  readonly matrix = new Map<string, Map<string, number>>();
  /** Answers by confidence, of removed logs. */
  readonly said: Record<Confidence, number> = { confirmed: 0, strong: 0, likely: 0, unknown: 0 };
  /** Of those that were called unknown: how many all witnesses would have told. */
  knowable = 0;

  add(world: World): void {
    const answers = new Map(answersOf(world.input).map((one) => [`${one.cluster} ${one.id}`, one]));
    for (const fate of world.fates) {
      const answer = answers.get(`${fate.cluster} ${fate.id}`);
      this.runs++;
      this.count(fate, answer);
      if (answer !== undefined) {
        this.judge(world.seed, fate, answer);
      }
    }
  }

  private judge(seed: number, fate: Fate, answer: Answer): void {
    const { cause, confidence, status } = answer;
    const wrong = (what: Mistake['what']) => this.mistakes.push({ seed, what, confidence, fate, answer });
    if (answer.place === 'removed') {
      this.said[confidence]++;
      if (cause !== 'unknown' && !fate.causes.includes(cause)) {
        wrong('cause');
      }
      this.knowable += cause === 'unknown' && fate.causes.length > 0 && fate.knowable ? 1 : 0;
    }
    // Of a log that was rotated it is said of what was deleted: the rest was on its node, and may have grown.
    const isAll = (status === 'complete' || status === 'rescued') && answer.loki.code !== 'loki-rotated-complete';
    if (
      fate.inLoki !== 'any' &&
      ((isAll && fate.inLoki !== 'all') ||
        (status === 'partial' && fate.inLoki !== 'part') ||
        (status === 'lost' && (fate.inLoki !== 'nothing' || fate.causes.length === 0)))
    ) {
      wrong('status');
    }
  }

  private count({ causes }: Fate, answer: Answer | undefined): void {
    const row = causes[0] ?? 'on its node';
    const said =
      answer === undefined
        ? 'no record'
        : answer.place !== 'removed'
          ? 'on its node'
          : answer.cause === 'unknown'
            ? 'unknown'
            : causes.includes(answer.cause)
              ? row
              : answer.cause;
    const counts = this.matrix.get(row) ?? new Map<string, number>();
    counts.set(said, (counts.get(said) ?? 0) + 1);
    this.matrix.set(row, counts);
  }

  wrongAt(...confidences: Confidence[]): Mistake[] {
    return this.mistakes.filter(({ confidence }) => confidences.includes(confidence));
  }

  /** The confusion matrix as a Markdown table: true causes down, answers across. */
  table(): string {
    const order = ['on its node', ...CAUSE_IDS, 'unknown', 'no record'];
    const columns = order.filter((name) => [...this.matrix.values()].some((row) => row.has(name)));
    const rows = order.filter((name) => this.matrix.has(name));
    const line = (cells: Array<string | number>) => `| ${cells.join(' | ')} |`;
    return [
      line(['truth \\ said', ...columns]),
      line(['---', ...columns.map(() => '--:')]),
      ...rows.map((row) => line([row, ...columns.map((column) => this.matrix.get(row)?.get(column) ?? '')])),
    ].join('\n');
  }
}

/** Worlds from a seed on, until they have so many container runs. */
export function tallyOf(from: number, runs: number): Tally {
  const tally = new Tally();
  for (let seed = from; tally.runs < runs; seed++) {
    tally.add(worldOf(seed));
  }
  return tally;
}
