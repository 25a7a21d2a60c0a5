export { chunks } from './chunks.js';
export { DirectoryModule } from './directory.module.js';
export { DirectoryRepository, type BlockPair, type DirectoryUser } from './directory.repository.js';
export { DirectoryService, publicProfile } from './directory.service.js';
