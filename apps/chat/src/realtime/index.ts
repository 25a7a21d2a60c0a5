export { RealtimeModule } from './realtime.module.js';
export { createStompOptions } from './stomp-options.factory.js';
