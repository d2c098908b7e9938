import { sentenceOf } from './demo-log';

describe('what agent and watch log during a demo', () => {
  it('is a sentence with its details', () => {
    const event = {
      level: 'warn',
      message: 'a disk nears its end',
      program: 'agent',
      secondsLeft: 7,
      signal: 'imagefs',
    };
    expect(sentenceOf(event)).toBe('agent warns: a disk nears its end (secondsLeft 7, signal imagefs)');
  });

  it('tells errors from the rest, and needs no details', () => {
    expect(sentenceOf({ level: 'error', message: 'cannot read', program: 'agent' })).toBe(
      'agent reports an error: cannot read'
    );
    expect(sentenceOf({ level: 'info', message: 'leading', program: 'watch' })).toBe('watch says: leading');
  });
});
