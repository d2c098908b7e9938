import type { Action, WorldScript } from './script';

/**
 * Makes a script smaller while it still fails: without whole containers, then without halves, quarters, … of the other
 * actions (ddmin). A world fails by its timing too, so a smaller one counts as failing when one of its plays does.
 * @param fails plays a script
 */
export async function shrink(
  script: WorldScript,
  fails: (script: WorldScript) => Promise<boolean>,
  maxPlays = 40
): Promise<WorldScript> {
  let smallest = script;
  let plays = 0;
  const attempt = async (candidate: WorldScript): Promise<boolean> => {
    if (++plays > maxPlays || !(await fails(candidate))) {
      return false;
    }
    smallest = candidate;
    return true;
  };
  for (const { name } of script.containers) {
    await attempt(without(smallest, (action) => 'container' in action && action.container === name, name));
  }
  for (let size = Math.ceil(smallest.actions.length / 2); size >= 1 && plays <= maxPlays; size = Math.floor(size / 2)) {
    for (let from = 0; from < smallest.actions.length && plays <= maxPlays;) {
      const dropped = new Set(smallest.actions.slice(from, from + size).filter(({ do: what }) => what !== 'start'));
      const candidate = without(smallest, (action) => dropped.has(action));
      if (dropped.size === 0 || !(await attempt(candidate))) {
        from += size;
      }
    }
  }
  return smallest;
}

function without(script: WorldScript, drop: (action: Action) => boolean, container?: string): WorldScript {
  return {
    ...script,
    containers: script.containers.filter(({ name }) => name !== container),
    actions: script.actions.filter((action) => !drop(action)),
  };
}
