import { Words } from '../messages';
import { csvOf, markdownOf, rangeText, reviewOf, sectionsOf } from '.';
import { disk, HOUR, input, iso, START, tally } from './testing/inputs';

describe('a report', () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ cluster: 'c1', node: `node-${String(i).padStart(2, '0')}` }));
  const review = reviewOf(
    'node',
    input({
      nodes: many(23),
      disks: many(23).map(({ node }) => disk(START, 50, node)),
      cases: [tally({ node: 'node-07', status: 'lost', count: 3 }), tally({ node: 'a|"b",c', workload: 'x' })],
    })
  );

  test.each(['en', 'ja'] as const)('has all sections and names (%s)', (language) => {
    const words = new Words(language);
    const sections = sectionsOf(review, words);
    expect(sections.map(({ name }) => name)).toEqual([
      ...['summary', 'ranking', 'comparison', 'headroom', 'fillRate', 'filling', 'families', 'findings', 'notes'],
    ]);
    sections.forEach(({ table }) =>
      table?.rows.forEach((row) =>
        expect(row.map(({ text }) => typeof text)).toEqual(table.columns.map(() => 'string'))
      )
    );
    expect(markdownOf(review, rangeText({ from: iso(START), to: iso(START + HOUR) }, words), words)).not.toContain(
      'undefined'
    );
  });

  test('shows the disks of the worst nodes and counts the others', () => {
    const [headroom] = sectionsOf(review, new Words(), 20).filter(({ name }) => name === 'headroom');
    expect(headroom?.table?.rows.filter(([, { text } = { text: '' }]) => text === 'nodefs bytes')).toHaveLength(20);
    expect(headroom?.table?.rows[0]?.[0]?.text).toBe('node-07');
    expect(headroom?.sentences).toEqual([expect.stringMatching(/^3 more nodes: /)]);
  });

  test('escapes what separates cells', () => {
    expect(markdownOf(review, 'today', new Words())).toContain('| a\\|"b",c |');
    expect(csvOf(review)).toContain('\nc1,"a|""b"",c",');
  });
});
