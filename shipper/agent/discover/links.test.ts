import { mkdirSync, mkdtempSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import winston from 'winston';
import { ContainerLinks } from './links';

const quiet = winston.createLogger({ silent: true });
const id = (digit: string) => digit.repeat(64);

let dir: string;
let links: ContainerLinks;
let reported: Array<[string, string]>;
let arrived: (() => void) | null;
let removed: string[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'afterlog-links-'));
  reported = [];
  arrived = null;
  removed = [];
  links = new ContainerLinks(dir, quiet, {
    named: (run, containerId) => {
      reported.push([run, containerId]);
      arrived?.();
    },
    removed: (run) => removed.push(run),
  });
});
afterEach(() => {
  links.stop();
  rmSync(dir, { recursive: true, force: true });
});

function link(containerId: string, restart: number): string {
  const path = join(dir, `hello_ns_app-${containerId}.log`);
  symlinkSync(`/var/log/pods/ns_hello_uid/app/${restart}.log`, path);
  return path;
}

test('links that are there name their containers, once', () => {
  link(id('a'), 0);
  link(id('b'), 1);
  links.start();
  links.scan();
  expect(reported.sort()).toEqual([
    ['uid/app/0', id('a')],
    ['uid/app/1', id('b')],
  ]);
  expect([links.idOf('uid/app/0'), links.idOf('uid/app/1'), links.idOf('uid/app/2')]).toEqual([
    id('a'),
    id('b'),
    undefined,
  ]);
});

test('a link that comes later is told of without a scan', async () => {
  links.start();
  const heard = new Promise<void>((resolve) => (arrived = resolve));
  link(id('a'), 0);
  await heard;
  expect(reported).toEqual([['uid/app/0', id('a')]]);
});

test('an id is known after its link is gone, and replaced by a newer link’s', () => {
  unlinkSync((links.start(), link(id('a'), 0)));
  links.scan();
  link(id('b'), 0);
  links.scan();
  expect(links.idOf('uid/app/0')).toBe(id('b'));
});

test('what is no link of a container is passed over', () => {
  writeFileSync(join(dir, `file_ns_app-${id('a')}.log`), '');
  symlinkSync('/somewhere/else', join(dir, `other_ns_app-${id('b')}.log`));
  symlinkSync('/var/log/pods/ns_hello_uid/app/0.log', join(dir, 'name-that-was-cut.log'));
  mkdirSync(join(dir, 'directory'));
  links.start();
  expect(reported).toEqual([]);
});

test('a directory that is not there yet is looked at again', () => {
  rmSync(dir, { recursive: true });
  links.start();
  mkdirSync(dir);
  link(id('a'), 0);
  links.scan();
  expect(links.idOf('uid/app/0')).toBe(id('a'));
});

test('a link that is removed tells that the kubelet removed its container; one that stays, that it has it', () => {
  const path = link(id('a'), 0);
  link(id('b'), 1);
  links.start();
  expect([links.stateOf('uid/app/0', true), links.stateOf('uid/app/1', true)]).toEqual(['there', 'there']);
  unlinkSync(path);
  links.scan();
  expect(removed).toEqual(['uid/app/0']);
  expect([links.stateOf('uid/app/0', true), links.stateOf('uid/app/1', true)]).toEqual(['removed', 'there']);
  // Of a container that never had a link none can be missed.
  expect(links.stateOf('uid/other/0', false)).toBe('unknown');
});

test('where the directory of the links is not there it tells nothing', () => {
  rmSync(dir, { recursive: true });
  links.start();
  expect(links.stateOf('uid/app/0', true)).toBe('unknown');
});
