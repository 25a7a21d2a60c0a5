import { SERVICES } from '@app/contracts';
import type { OpenApiDocument } from '@app/http-kit';
import { Injectable } from '@nestjs/common';
import { UpstreamDirectory } from '../proxy/index.js';
import type { Upstreams } from '../routes/index.js';
import { mergeDocuments } from './merge-documents.js';

const SOURCES: readonly Upstreams[] = [SERVICES.auth, SERVICES.chat];
const TIMEOUT_MS = 5_000;

/** One document for all that the gateway reaches, made from those that the services serve. */
@Injectable()
export class MergedDocument {
  /** A running instance's document does not change. */
  private readonly known = new Map<Upstreams, { readonly instance: string; readonly document: OpenApiDocument }>();

  constructor(private readonly upstreams: UpstreamDirectory) {}

  /** A service that is away is left out, unless its document is known from before. */
  async mergeInto(own: OpenApiDocument): Promise<OpenApiDocument> {
    await Promise.all(SOURCES.map((service) => this.refresh(service).catch(() => undefined)));
    const documents = SOURCES.flatMap((service) => {
      const known = this.known.get(service);
      return known ? [[service, known.document] as const] : [];
    });
    return mergeDocuments(own, new Map(documents));
  }

  private async refresh(service: Upstreams): Promise<void> {
    const upstream = this.upstreams.of(service).next();
    if (upstream === null || this.known.get(service)?.instance === upstream.id) return;
    const { statusCode, body } = await upstream.pool.request({
      method: 'GET',
      path: '/docs/json',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (statusCode !== 200) await body.dump();
    else this.known.set(service, { instance: upstream.id, document: (await body.json()) as OpenApiDocument });
  }
}
