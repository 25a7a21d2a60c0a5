import { Module } from '@nestjs/common';
import { RevocationsPoller } from './revocations.poller.js';
import { RevocationsRepository } from './revocations.repository.js';
import { RevocationsService } from './revocations.service.js';

@Module({
  providers: [RevocationsRepository, RevocationsService, RevocationsPoller],
  exports: [RevocationsService, RevocationsPoller],
})
export class RevocationsModule {}
