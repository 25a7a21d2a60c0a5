export { HistoryModule } from './history.module.js';
export { HistoryRepository, type SeqSpan } from './history.repository.js';
export { MessageViews } from './message-views.service.js';
