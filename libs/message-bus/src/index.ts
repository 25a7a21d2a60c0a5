export * from './message-bus.js';
export * from './signals.js';
export * from './bus-timers.js';
export * from './in-process-message-bus.js';
export * from './in-process-signals.js';
export * from './nest/bus-context.js';
export * from './nest/bus-exception.filter.js';
export * from './nest/message-bus.server.js';
