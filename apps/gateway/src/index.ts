export { createGatewayApp } from './gateway.app.js';
export type { GatewayDeps } from './gateway.deps.js';
