export * from './common';
export * from './container';
export * from './deletion';
export * from './event';
export * from './job';
export * from './node';
export * from './pod';
export * from './watch';
