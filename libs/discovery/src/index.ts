export * from './service-registry.js';
export * from './service-instance.js';
export * from './static-service-registry.js';
