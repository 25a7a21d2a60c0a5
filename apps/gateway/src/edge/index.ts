export { EdgeAnswers } from './edge-answers.service.js';
export { EdgeSettings } from './edge-settings.js';
export { LOGGER } from './logger.token.js';
export { readEdgeRequest, type EdgeRequest } from './edge-request.js';
