export { findService, isLivePath, isOnChatPort, isPublic, sockJsSessionOf, type Upstreams } from './route-table.js';
