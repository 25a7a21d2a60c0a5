export { LandingController } from './landing.controller.js';
export { MergedDocument } from './merged-document.service.js';
