export * from './common';
export * from './container';
