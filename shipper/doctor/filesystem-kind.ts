import { statfs } from 'node:fs/promises';

/** What a file system is, as far as it matters here. */
export interface FilesystemKind {
  name: string;
  /** Its files live on another machine: no inotify for what others write, and locks and renames that are not atomic. */
  network: boolean;
  /** What is written there is gone after a restart of the node (tmpfs) or of the container (overlay). */
  fleeting: 'node' | 'container' | null;
}

/** Magic numbers of statfs(2), linux/magic.h. Unknown ones are taken for ordinary disks. */
const kinds: Readonly<Record<number, FilesystemKind>> = {
  0x6969: { name: 'nfs', network: true, fleeting: null },
  0x517b: { name: 'smb', network: true, fleeting: null },
  0xff534d42: { name: 'cifs', network: true, fleeting: null },
  0xfe534d42: { name: 'smb2', network: true, fleeting: null },
  0x00c36400: { name: 'ceph', network: true, fleeting: null },
  0x01021997: { name: '9p', network: true, fleeting: null },
  0x5346414f: { name: 'afs', network: true, fleeting: null },
  0x0bd00bd0: { name: 'lustre', network: true, fleeting: null },
  0x47504653: { name: 'gpfs', network: true, fleeting: null },
  // s3fs, glusterfs and sshfs are made with FUSE, and so are some local ones.
  0x65735546: { name: 'fuse', network: true, fleeting: null },
  0x01021994: { name: 'tmpfs', network: false, fleeting: 'node' },
  0x794c7630: { name: 'overlay', network: false, fleeting: 'container' },
};

/** The kind of the file system with this magic number. */
export function kindOfMagic(magic: number): FilesystemKind {
  return kinds[magic >>> 0] ?? { name: `0x${(magic >>> 0).toString(16)}`, network: false, fleeting: null };
}

/** @throws statfs(2)'s error */
export async function filesystemKind(path: string): Promise<FilesystemKind> {
  return kindOfMagic((await statfs(path)).type);
}
