export { createChatApp, type ChatDependencies } from './chat-app.js';
export { ChatModule } from './chat.module.js';
export { chatSchema } from './database/index.js';
