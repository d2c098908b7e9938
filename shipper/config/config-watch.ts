import { readFileSync, unwatchFile, watchFile } from 'node:fs';

const POLL_MS = 2_000;
/** Whoever writes the file in place has finished after so long. */
const SETTLE_MS = 500;

/**
 * Watches a configuration file, by its name: the kubelet replaces the link to a ConfigMap's files. Polled, since that works
 * on every file system, and a file that is absent for a moment is found again.
 * @param changed is called when its content is another, or it cannot be read any more
 * @returns ends it
 */
export function watchConfig(file: string, changed: () => void): () => void {
  let content = textOf(file);
  let timer: NodeJS.Timeout | undefined;
  const look = () => {
    const now = textOf(file);
    if (now !== content) {
      content = now;
      changed();
    }
  };
  const onChange = () => {
    clearTimeout(timer);
    timer = setTimeout(look, SETTLE_MS);
  };
  watchFile(file, { interval: POLL_MS, persistent: false }, onChange);
  return () => {
    clearTimeout(timer);
    unwatchFile(file, onChange);
  };
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
