export { ChatPortListener } from './chat-port.listener.js';
export { FrontDoor } from './front-door.service.js';
