export { isWhole, MAX_BREAK_MS, observerCodes, type Observers, observersOf } from './observers';
export { observersPlan, type ObserverSelection, type ObserverWindow } from './observers-plan';
