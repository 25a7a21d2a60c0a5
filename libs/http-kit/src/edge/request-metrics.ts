import type { Metrics } from '@app/observability';
import type { RequestObserver } from './edge-context.js';

/** Counts answers and their times, by method, route pattern and status: labels that have few values. */
export function createRequestObserver(metrics: Metrics): RequestObserver {
  const histogram = metrics.histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the head of a request to the end of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10],
  });
  return (method, route, status, ms) => histogram.observe({ method, route, status }, ms / 1000);
}
