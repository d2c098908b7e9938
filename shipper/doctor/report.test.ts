import { error, ok } from './finding';
import { findingTable, levelCounts } from './report';

const findings = [
  ok('logs.dir', '/var/log/pods: 3 pods'),
  error('loki.query', 'cannot reach it', 'Start it, and look whether http://127.0.0.1:3100/a/very/long/path is right.'),
];

test('findings stand in columns, what to do under them, wrapped to the terminal', () => {
  expect(findingTable(findings, 62)).toBe(
    [
      'LEVEL     CHECK        FOUND',
      'ok        logs.dir     /var/log/pods: 3 pods',
      'ERROR     loki.query   Cannot reach it',
      '                       → Start it, and look whether',
      '                       http://127.0.0.1:3100/a/very/long/path',
      '                       is right.',
      '',
    ].join('\n')
  );
});

test('they are counted', () => {
  expect(levelCounts(findings)).toBe('2 checks: 1 ok, 0 notes, 0 warnings, 1 error');
});
