const steps: Array<() => Promise<void>> = [];

/** Notes what is to be undone after the last test: the newest first. */
export function onTeardown(step: () => Promise<void>): void {
  steps.unshift(step);
}

export default async function globalTeardown(): Promise<void> {
  for (const step of steps.splice(0)) {
    await step();
  }
}
