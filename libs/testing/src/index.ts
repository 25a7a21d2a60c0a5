export * from './inbox.js';
export * from './rest-client.js';
export * from './live-client.js';
export * from './person.js';
export * from './system-process.js';
