export * from './message-bus.js';
export * from './signals.js';
