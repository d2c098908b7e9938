import { setFlagsFromString } from 'node:v8';

/**
 * Tells V8 to prefer little memory to little work. By itself it lets the heap grow to several times of what is in use,
 * which for the state of 100,000 pods means 770 MiB in place of 250; the price is some seconds of CPU time in the first
 * list. `--max-old-space-size` would not do: it ends the process where this only works more.
 */
export function preferSmallHeap(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=20');
}
