export * from './broker/stomp-session.js';
export * from './broker/refusal.js';
export * from './transport/stomp-connection.js';
export * from './nest/stomp-options.js';
