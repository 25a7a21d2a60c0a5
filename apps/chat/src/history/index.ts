export { HistoryModule } from './history.module.js';
export { HistoryRepository, type SeqSpan } from './history.repository.js';
export { MessageViews, type KnownToViewer } from './message-views.service.js';
