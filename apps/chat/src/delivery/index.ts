export { DeliveryModule } from './delivery.module.js';
export { fanoutGroup, type DeliveryOptions } from './delivery.options.js';
