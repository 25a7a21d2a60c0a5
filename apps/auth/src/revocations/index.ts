export { Revocation } from './revocation.entity.js';
export { RevocationsService } from './revocations.service.js';
export { RevocationsPoller } from './revocations.poller.js';
export { RevocationsModule } from './revocations.module.js';
