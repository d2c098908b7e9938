import type { Visit } from './visit';

/** A page as it is now: pictures of it at each size, nothing went wrong on the way, nobody is kept out. */
export async function expectSound(visit: Visit, name: string): Promise<void> {
  await visit.shoot(name);
  expect(await visit.barriers()).toEqual([]);
  expect(visit.troubles).toEqual([]);
}
