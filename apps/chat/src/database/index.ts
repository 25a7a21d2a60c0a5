export { chatSchema } from './chat-schema.js';
