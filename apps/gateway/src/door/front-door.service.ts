import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { AppError, SERVICES } from '@app/contracts';
import { isPlainPath, isPreflight } from '@app/http-kit';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { EdgeAuth } from '../edge-auth/index.js';
import { EdgeAnswers, readEdgeRequest, type EdgeRequest } from '../edge/index.js';
import { UpgradeService, replayWithoutUpgrade, wantsWebSocket } from '../live/index.js';
import { ProxyService } from '../proxy/index.js';
import { findService, isLivePath, isOnChatPort } from '../routes/index.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const METHODS = 'GET, HEAD, POST, PUT, DELETE, OPTIONS';

/**
 * Where every connection of the gateway comes in. What belongs to a service goes on from here without passing through Fastify, which costs more than
 * the proxying itself (docs/decisions/0001); the rest is the gateway's own Nest application.
 */
@Injectable()
export class FrontDoor implements OnModuleDestroy {
  private draining = false;

  constructor(
    private readonly auth: EdgeAuth,
    private readonly answers: EdgeAnswers,
    private readonly proxy: ProxyService,
    private readonly upgrades: UpgradeService,
  ) {}

  /** Stands before the handler that the server has, which goes on to serve the gateway's own paths. */
  guard(server: Server): void {
    const own = server.listeners('request') as Handler[];
    server.removeAllListeners('request');
    this.listen(server, (request, response) => {
      for (const handler of own) handler.call(server, request.raw, response);
    });
  }

  /** Serves the live and chat paths only, for clients that know the chat service's own port. */
  guardChatPort(server: Server): void {
    this.listen(
      server,
      (request, response) => this.answers.refuse(request, response, new AppError('NOT_FOUND')),
      isOnChatPort,
    );
  }

  onModuleDestroy(): void {
    this.draining = true;
  }

  private listen(
    server: Server,
    otherwise: (request: EdgeRequest, response: ServerResponse) => void,
    opens: (path: string) => boolean = () => true,
  ): void {
    server.on('request', (raw: IncomingMessage, response: ServerResponse) => {
      const request = readEdgeRequest(raw);
      try {
        const service = this.admit(request) && opens(request.path) ? findService(request.path) : null;
        if (service === null) otherwise(request, response);
        else if (isPreflight(request.method, raw.headers) && !isLivePath(request.path))
          this.answers.preflight(request, response);
        else if (this.draining) this.refuseWhileDraining(request, response);
        else this.proxy.forward(request, response, service);
      } catch (error) {
        this.answers.refuse(request, response, AppError.from(error));
      }
    });
    server.on('upgrade', (raw: IncomingMessage, socket: Socket, head: Buffer) =>
      this.upgrade(server, raw, socket, head),
    );
  }

  /** What is under way ends; nothing new begins, so that the end comes soon also under load. */
  private refuseWhileDraining(request: EdgeRequest, response: ServerResponse): void {
    response.setHeader('connection', 'close');
    this.answers.refuse(request, response, new AppError('UNAVAILABLE'));
  }

  /** Path tricks before everything, then the token. */
  private admit(request: EdgeRequest): true {
    if (!isPlainPath(request.path)) throw new AppError('BAD_REQUEST');
    if (request.method === 'TRACE') throw new AppError('METHOD_NOT_ALLOWED', { headers: { allow: METHODS } });
    this.auth.admit(request.raw, request.path);
    return true;
  }

  private upgrade(server: Server, raw: IncomingMessage, socket: Socket, head: Buffer): void {
    const request = readEdgeRequest(raw);
    const live = isPlainPath(request.path) && isLivePath(request.path) && findService(request.path) === SERVICES.chat;
    if (live && wantsWebSocket(raw)) void this.upgrades.open(request, socket, head);
    else replayWithoutUpgrade(server, raw, socket, head);
  }
}
