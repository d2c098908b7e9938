import { SharedTexts } from '../core/fields';
import { projectNode } from './node';

const labelsOf = (labels: unknown) =>
  projectNode({ metadata: { name: 'node-a', uid: 'u', labels }, spec: {}, status: {} }, new SharedTexts())?.labels;

test('labels are kept in order, without those that name no pool', () => {
  expect(
    labelsOf({
      'node.kubernetes.io/instance-type': 'm5.large',
      'kubernetes.io/hostname': 'node-a',
      'beta.kubernetes.io/arch': 'amd64',
      'feature.node.kubernetes.io/cpu-cpuid.AVX': 'true',
      'eks.amazonaws.com/nodegroup': 'batch',
      'node-role.kubernetes.io/worker': '',
      odd: 7,
    })
  ).toEqual({
    'eks.amazonaws.com/nodegroup': 'batch',
    'node-role.kubernetes.io/worker': '',
    'node.kubernetes.io/instance-type': 'm5.large',
  });
  expect(labelsOf(undefined)).toEqual({});
});

test('of very many labels those that name pools are kept first, and no more than two thousand characters', () => {
  const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`a${i}`, 'x'.repeat(60)]));
  const kept = labelsOf({ ...many, 'example.com/node-pool': 'batch' }) ?? {};
  expect(kept['example.com/node-pool']).toBe('batch');
  expect(Object.entries(kept).flat().join('').length).toBeLessThanOrEqual(2000);
  expect(Object.keys(kept).length).toBeGreaterThan(20);
});
