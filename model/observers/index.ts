export { isWhole, observerCodes, type Observers } from './observers';
export { observersPlan, type ObserverSelection, type ObserverWindow } from './observers-plan';
