import type { AppConfig } from '@app/config';

/** What the gateway's edge works with; one object, made once. */
export class EdgeSettings {
  readonly instanceId: string;
  readonly origins: ReadonlySet<string>;
  readonly trustedProxies: readonly string[];
  readonly bodyBytes: number;
  readonly host: string;
  readonly chatPort: number | null;
  readonly http: AppConfig['http'];
  readonly shutdown: AppConfig['shutdown'];

  constructor(config: AppConfig) {
    this.instanceId = config.instanceId;
    this.origins = new Set(config.corsOrigins);
    this.trustedProxies = config.trustedProxies;
    this.bodyBytes = config.http.bodyBytes;
    this.host = config.host;
    this.chatPort = config.gateway.chatPort;
    this.http = config.http;
    this.shutdown = config.shutdown;
  }
}
