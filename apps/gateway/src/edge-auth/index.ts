export { EdgeAuth } from './edge-auth.service.js';
