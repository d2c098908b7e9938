import { LokiSource } from '../../src/data/loki-source';
import { parseOptions } from '../../src/job-timeline-panel/parse-options';
import panel from '../../src/job-timeline-panel/plugin.json';
import { panelOf } from '../../src/pages/timeline/timeline-panel';
import { viewStateOfSearch } from '../../src/pages/timeline/view-state';
import { NO_FILTERS } from '../../src/shared/filters';

test('a panel of what the page shows has its grouping, its filters and its Loki', () => {
  const state = viewStateOfSearch('?group=job&lanes=off&others=on');
  const filters = { ...NO_FILTERS, node: ['node-a.example', 'node-b'], status: ['lost' as const] };
  const made = panelOf(new LokiSource('uid-1', '{service_name="x"}'), state, filters);
  expect(made.type).toBe(panel.id);
  expect(made.targets).toMatchObject([{ expr: '{service_name="x"}', datasource: { type: 'loki', uid: 'uid-1' } }]);
  expect(parseOptions(made.options)).toMatchObject({
    ...{ view: 'timeline', groupBy: 'job', lanes: false, others: true, namespace: '' },
    ...{ node: 'node-a\\.example|node-b', statuses: ['lost'] },
  });
});
