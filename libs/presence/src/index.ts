export * from './presence-store.js';
export * from './in-memory-presence-store.js';
