import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** What each source file imports of ours, types too: paths below this folder. */
function importsOf(file: string): string[] {
  const specifiers = [...readFileSync(join(__dirname, file), 'utf8').matchAll(/(?:from|import\() ?'(\.[^']*)'/g)];
  return specifiers.map(([, path = '']) => join(dirname(file), path));
}

/** A way from one node back to itself; undefined where there is none. */
function circleIn(graph: ReadonlyMap<string, ReadonlySet<string>>): string[] | undefined {
  const done = new Set<string>();
  const visit = (node: string, path: string[]): string[] | undefined => {
    if (path.includes(node)) {
      return [...path.slice(path.indexOf(node)), node];
    }
    if (done.has(node)) {
      return undefined;
    }
    for (const next of graph.get(node) ?? []) {
      const circle = visit(next, [...path, node]);
      if (circle) {
        return circle;
      }
    }
    done.add(node);
    return undefined;
  };
  return [...graph.keys()].map((node) => visit(node, [])).find((circle) => circle !== undefined);
}

describe('the imports of the embedded store', () => {
  const files = readdirSync(__dirname, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.test.ts')
  );
  const edges = files.flatMap((file) => importsOf(file).map((target) => [file.replace(/\.ts$/, ''), target] as const));
  const graph = (pairs: ReadonlyArray<readonly [string, string]>) => {
    const nodes = new Map<string, Set<string>>();
    pairs.forEach(([from, to]) => nodes.set(from, (nodes.get(from) ?? new Set()).add(to)));
    return nodes;
  };

  it('stay inside its folder', () => {
    expect(edges.filter(([, target]) => relative('.', target).startsWith('..'))).toEqual([]);
    expect(edges.length).toBeGreaterThan(files.length);
  });

  it('have no circle, neither of files nor of folders', () => {
    const folders = edges
      .map(([from, to]) => [dirname(from), dirname(to)] as const)
      .filter(([from, to]) => from !== to);
    expect(circleIn(graph(edges))).toBeUndefined();
    expect(circleIn(graph(folders))).toBeUndefined();
  });
});
