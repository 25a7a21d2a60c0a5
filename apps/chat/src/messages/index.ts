export { MessagesModule } from './messages.module.js';
export { MessagesService, type Sender } from './messages.service.js';
export { toMessageDto, type MessageRow, type MessageUsers } from './message-view.js';
