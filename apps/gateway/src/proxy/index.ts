export { ProxyService } from './proxy.service.js';
export { SESSION_GONE, type UpstreamGroup } from './upstream-group.js';
export { UpstreamDirectory } from './upstream-directory.service.js';
export type { Upstream } from './upstream.js';
