import { tallyOf } from '../truth/judge';

test('of simulated worlds no cause is wrong at confirmed or strong, and no status', () => {
  const tally = tallyOf(1, 2000);
  expect(tally.wrongAt('confirmed', 'strong').filter(({ what }) => what === 'cause')).toEqual([]);
  expect(tally.mistakes.filter(({ what }) => what === 'status')).toEqual([]);
  expect(tally.said.confirmed + tally.said.strong).toBeGreaterThan(500);
});
