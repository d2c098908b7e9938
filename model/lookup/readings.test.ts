import { matcher } from '../logql';
import { isNeverReused, readingsOf } from './readings';

const fits = (pattern: unknown, text: string) =>
  pattern instanceof RegExp && new RegExp(`^(?:${pattern.source})$`).test(text);

describe('ways to find a target', () => {
  it('a pod: by the workload that its name tells', () => {
    expect(readingsOf({ kind: 'pod', name: 'tick-29591260-bbbbb' })).toEqual([
      { labels: { workload: 'tick' }, metadata: { pod: 'tick-29591260-bbbbb' } },
    ]);
  });

  it('a job: by its label, then by its pods’ names', () => {
    const [exact, byName] = readingsOf({ kind: 'job', name: 'report.v2' });
    expect(exact).toEqual({ labels: { workload: 'report.v2' }, metadata: { job: 'report.v2' } });
    const { pod } = byName?.metadata ?? {};
    expect(['report.v2-bbbbb', 'report.v2-17-bbbbb'].map((name) => fits(pod, name))).toEqual([true, true]);
    expect(
      ['reportxv2-bbbbb', 'report.v2-bbbba', 'report.v2-29591260-bbbbb', 'report.v2'].map((name) => fits(pod, name))
    ).toEqual([false, false, false, false]);
  });

  it('a job of a name so long that its pods’ names are cut', () => {
    const name = 'a-very-long-name-of-a-job-that-goes-on-and-on-until-it-is-cut';
    const [, byName] = readingsOf({ kind: 'job', name });
    expect(fits(byName?.metadata.pod, `${name.slice(0, 58)}bbbbb`)).toBe(true);
    expect(fits(byName?.labels.workload, `${name.slice(0, 58)}bbbbb`)).toBe(true);
  });

  it('a cronjob: by its Jobs’ names, which end in their time', () => {
    const { job } = readingsOf({ kind: 'cronjob', name: 'tick' })[0]?.metadata ?? {};
    expect(
      ['tick-29591260', 'tick-1795475700', 'tick-2959126', 'tick-other', 'tick'].map((name) => fits(job, name))
    ).toEqual([true, true, false, false, false]);
  });

  it('a container: by the whole id or its beginning', () => {
    const id = 'a'.repeat(64);
    const of = (id: string) =>
      matcher('container_id', readingsOf({ kind: 'container', id })[0]?.metadata.container_id ?? '');
    expect([of(id), of('abcdef')]).toEqual([`container_id="${id}"`, 'container_id=~"abcdef.*"']);
  });

  it('knows names that are given only once', () => {
    const reused = (kind: 'pod' | 'job' | 'cronjob', name: string) => !isNeverReused({ kind, name });
    expect([reused('pod', 'web-0'), reused('job', 'hello'), reused('cronjob', 'tick')]).toEqual([true, true, true]);
    expect([reused('pod', 'hello-bbbbb'), reused('job', 'tick-29591260')]).toEqual([false, false]);
  });
});
