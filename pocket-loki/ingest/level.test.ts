import { detectLevel, levelOfLabels, normalizeLevel } from './level';

// The levels are those that Loki 3.7.6 gave these lines.
describe('the level of a line', () => {
  it.each([
    ['no level here', 'unknown'],
    ['INFO: started', 'info'],
    ['an error: x', 'error'],
    ['misc:error is none', 'unknown'],
    ['[WARN] careful', 'warn'],
    ['level=DEBUG x=1', 'debug'],
    ['lvl="wrn" y', 'warn'],
    ['{"level":"fatal"}', 'fatal'],
    ['{"a":{"severity":"ERROR"}}', 'error'],
    ['{"a":{"b":{"level":"ERROR"}}}', 'error'],
    ['{"a":{"b":{"level":"wrn"}}}', 'unknown'],
    ['{"a":{"level":"wrn"}}', 'warn'],
    ['{"msg":"trace this"}', 'trace'],
    ['critical! now', 'critical'],
    ['Level=Information', 'info'],
    ['warning(disk) info', 'warn'],
    ['errors everywhere', 'unknown'],
    ['key=info other', 'info'],
    ['{"level":"strange","msg":"info"}', 'info'],
    ['severity=warn level=error', 'error'],
    ['infos info', 'info'],
    ['information', 'unknown'],
    ['', 'unknown'],
  ])('%s: %s', (line, level) => expect(detectLevel(line)).toBe(level));

  it('comes from labels in the order of their names', () => {
    expect(
      levelOfLabels(
        new Map([
          ['severity', 'x'],
          ['level', 'WARNING'],
        ])
      )
    ).toBe('warn');
    expect(levelOfLabels(new Map([['app', 'x']]))).toBeUndefined();
  });

  it('keeps a name that is no level', () => expect(normalizeLevel('e')).toBe('e'));
});
