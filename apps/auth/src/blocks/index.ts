export { Block } from './block.entity.js';
export { BlocksRepository } from './blocks.repository.js';
export { BlocksService } from './blocks.service.js';
export { BlocksModule } from './blocks.module.js';
