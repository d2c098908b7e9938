import { filesystemKind, kindOfMagic } from './filesystem-kind';

test('the kind of a file system that is there', async () => {
  expect((await filesystemKind('/proc')).network).toBe(false);
});

test.each([
  [0x6969, { name: 'nfs', network: true }],
  // What statfs gives where the number has its highest bit set.
  [0xff534d42 | 0, { name: 'cifs', network: true }],
  [0x01021994, { name: 'tmpfs', network: false, fleeting: 'node' }],
  [0x794c7630, { name: 'overlay', fleeting: 'container' }],
  [0xef53, { network: false, fleeting: null }],
])('%d', (magic, kind) => {
  expect(kindOfMagic(magic)).toMatchObject(kind);
});
