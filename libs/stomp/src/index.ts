export * from './broker/stomp-session.js';
export * from './broker/refusal.js';
export { DEFAULT_STOMP_LIMITS, type StompBrokerOptions, type StompLimits } from './broker/broker-options.js';
export { SimpMessagingTemplate, type MessageHeaders } from './broker/simp-messaging-template.js';
export { SimpUserRegistry } from './broker/simp-user-registry.js';
export { SimpleBroker, type Recipients } from './broker/simple-broker.js';
export { SubscriptionRegistry } from './broker/subscription-registry.js';
export {
  StompSessionEvents,
  type ConnectedListener,
  type DisconnectedListener,
  type SubscribedListener,
  type Unlisten,
} from './broker/stomp-session-events.js';
export { StompServer, type BrokerParts, type ShutdownOptions } from './broker/stomp-server.js';
export type { ApplicationHandler, ApplicationHandlers, ApplicationMessage } from './broker/application-handlers.js';
export { StompDecoder, type DecoderLimits } from './codec/stomp-decoder.js';
export { EOL, StompEncoder, encoderFor, type ErrorFrame } from './codec/stomp-encoder.js';
export { FrameHeaders, type HeaderPair, type StompCommand, type StompFrame } from './codec/stomp-frame.js';
export { StompProtocolError } from './codec/stomp-protocol-error.js';
export { STOMP_VERSIONS, type StompVersion } from './codec/stomp-version.js';
export * from './nest/stomp-options.js';
export { StompAdapter } from './nest/stomp.adapter.js';
export { StompModule } from './nest/stomp.module.js';
export * from './transport/stomp-connection.js';
export type { TransportLimits, TransportOptions } from './transport/transport-options.js';
export { createTransports, type Transports } from './transport/transports.js';
