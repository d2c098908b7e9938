import { parseArgs } from 'node:util';
import { tallyOf } from './judge';

// Answers against simulated truth: see scripts/test-truth.mjs.

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '10000' },
    from: { type: 'string', default: '1' },
    show: { type: 'string', default: '5' },
  },
});
const tally = tallyOf(Number(values.from), Number(values.runs));
const { said } = tally;
const sure = tally.wrongAt('confirmed', 'strong').filter(({ what }) => what === 'cause');
const likely = tally.wrongAt('likely').filter(({ what }) => what === 'cause');
const statuses = tally.mistakes.filter(({ what }) => what === 'status');
const percent = (part: number, whole: number) => `${((100 * part) / Math.max(1, whole)).toFixed(2)} %`;

console.log(`${tally.table()}\n`);
console.log(
  `${tally.runs} container runs; cases: ${Object.entries(said)
    .map(([name, n]) => `${n} ${name}`)
    .join(', ')}`
);
console.log(`wrong causes at confirmed or strong: ${sure.length}`);
console.log(`wrong causes at likely: ${likely.length} of ${said.likely} (${percent(likely.length, said.likely)})`);
console.log(`wrong statuses: ${statuses.length}`);
console.log(`unknown though all witnesses were there: ${tally.knowable} of ${said.unknown}`);
for (const { seed, what, confidence, fate, answer } of [...sure, ...likely, ...statuses].slice(
  0,
  Number(values.show)
)) {
  const { id, cause, status, place, statement, rivals } = answer;
  console.log(
    `seed ${seed}: wrong ${what} of ${id}: ${JSON.stringify({ fate, place, cause, confidence, status, statement, rivals })}`
  );
}
const isGood = sure.length === 0 && statuses.length === 0 && likely.length <= said.likely / 100;
console.log(isGood ? '1 passed, 0 failed' : '0 passed, 1 failed');
process.exitCode = isGood ? 0 : 1;
