export type { Clock } from './clock.js';
export { createLogger, type Logger, type LoggerLevel, type LoggerOptions } from './logger.js';
export { NestPinoLogger } from './nest-pino-logger.js';
export { Metrics, type GaugeOptions, type HistogramOptions, type MetricOptions } from './metrics.js';
export { EventLoopWatch } from './event-loop-watch.js';
export {
  HealthRegistry,
  type HealthCheck,
  type HealthKind,
  type HealthRegistryOptions,
  type Readiness,
} from './health-registry.js';
