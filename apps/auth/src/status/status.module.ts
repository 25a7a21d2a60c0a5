import { Module } from '@nestjs/common';
import { BlocksModule } from '../blocks/index.js';
import { UsersModule } from '../users/index.js';
import { LastSeenRepository } from './last-seen.repository.js';
import { StatusController } from './status.controller.js';
import { StatusService } from './status.service.js';

@Module({
  imports: [UsersModule, BlocksModule],
  controllers: [StatusController],
  providers: [StatusService, LastSeenRepository],
})
export class StatusModule {}
