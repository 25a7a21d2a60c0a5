import { SERVICES } from '@app/contracts';
import { createHttpApp } from '@app/http-kit';
import { TokenService } from '@app/security';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { MergedDocument } from './docs/index.js';
import { FrontDoor } from './door/index.js';
import type { GatewayDeps } from './gateway.deps.js';
import { GatewayModule } from './gateway.module.js';
import { isPublic } from './routes/index.js';

/** The gateway, not yet listening. The caller listens on GATEWAY_PORT; GATEWAY_CHAT_PORT, if set, is opened with it. */
export async function createGatewayApp(deps: GatewayDeps): Promise<NestFastifyApplication> {
  const { config, logger } = deps;
  const tokens = deps.tokens ?? new TokenService(config.jwt.secret);
  const documents: { merged?: MergedDocument } = {};
  const app = await createHttpApp(GatewayModule.forRoot({ ...deps, tokens }), {
    config,
    logger,
    instanceId: config.instanceId,
    corsOrigins: config.corsOrigins,
    name: SERVICES.gateway,
    isPublic,
    bodies: 'stream',
    docs: { patch: (own) => documents.merged?.mergeInto(own) ?? own },
  });
  documents.merged = app.get(MergedDocument);
  app.get(FrontDoor).guard(app.getHttpServer());
  return app;
}
