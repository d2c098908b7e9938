import { userInfo } from 'node:os';

/** How a Loki is started here: its binary, or its image in a container. */
export interface LokiProgram {
  command: string;
  /** @param dir a directory that it may write to, with its configuration in `loki.yaml` */
  args(dir: string): string[];
}

/** LOKI_BIN names the binary, LOKI_IMAGE the image; scripts/test-real.mjs sets what this machine has. */
const { LOKI_URL, LOKI_BIN, LOKI_IMAGE } = process.env;

/** undefined where only the address of a Loki is known, or none. */
export const lokiProgram: LokiProgram | undefined = LOKI_BIN
  ? { command: LOKI_BIN, args: configured }
  : LOKI_IMAGE
    ? { command: 'docker', args: (dir) => [...container(dir), LOKI_IMAGE, ...configured(dir)] }
    : undefined;

/** Whether there is a Loki to test against, and one whose limits the tests can choose. */
export const lokiIsHere = Boolean(LOKI_URL ?? lokiProgram);
export const LOKI_WANTED = 'no Loki: set LOKI_URL, or LOKI_BIN to its binary';

function configured(dir: string): string[] {
  return ['-config.file', `${dir}/loki.yaml`];
}

/** On the host's network, so that it listens where its configuration says; it ends with the signal that the client gets. */
function container(dir: string): string[] {
  const { uid, gid } = userInfo();
  return ['run', '--rm', '--network=host', `--user=${uid}:${gid}`, `--volume=${dir}:${dir}`];
}
