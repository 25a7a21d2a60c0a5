import type { AppConfig } from '@app/config';
import type { ServiceRegistry } from '@app/discovery';
import type { Logger } from '@app/observability';
import type { TokenService } from '@app/security';

export interface GatewayDeps {
  readonly config: AppConfig;
  readonly logger: Logger;
  /** Stays the caller's, who closes it. */
  readonly registry: ServiceRegistry;
  /** Default: one with the config's secret. */
  readonly tokens?: TokenService;
}
