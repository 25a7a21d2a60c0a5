/** What happens at an armed failpoint: SIGKILL to the own process, a frozen event loop for some milliseconds, or an error. */
type FailpointAction = { readonly kind: 'kill' | 'throw' } | { readonly kind: 'stop'; readonly milliseconds: number };
interface ArmedFailpoint {
  readonly action: FailpointAction;
  /** Acts at this hit only, counted from 1; at every hit when undefined. */
  readonly atHit: number | undefined;
  hits: number;
}

let armed: Map<string, ArmedFailpoint> | null = null;

/**
 * Arms the failpoints of reliability.md 4.2 in this process. `spec` is `name:action[@hit]`, several joined by commas; actions are `kill`,
 * `stop:<ms>` and `throw`; `@3` acts at the third hit only. Undefined or empty disarms all. Only a composition root calls this, and only when
 * `NODE_ENV` is `test`.
 * @throws RangeError when `spec` cannot be read.
 */
export function armFailpoints(spec: string | undefined): void {
  const points = (spec ?? '').split(',').filter((part) => part.trim() !== '');
  armed = points.length === 0 ? null : new Map(points.map((part) => parse(part.trim())));
}

function parse(part: string): [string, ArmedFailpoint] {
  const match = /^([a-z][\w.]*):(?:(kill|throw)|stop:(\d+))(?:@([1-9]\d*))?$/.exec(part);
  if (!match)
    throw new RangeError(`failpoint "${part}" is not name:kill, name:throw or name:stop:<ms>, with @<hit> or without`);
  const [, name = '', kind, milliseconds, hit] = match;
  const action: FailpointAction =
    kind === undefined ? { kind: 'stop', milliseconds: Number(milliseconds) } : { kind: kind as 'kill' | 'throw' };
  return [name, { action, atHit: hit === undefined ? undefined : Number(hit), hits: 0 }];
}

/** A named place where a test may crash, freeze or fail the process. Costs one comparison when nothing is armed. */
export function failpoint(name: string): void {
  if (armed === null) return;
  const point = armed.get(name);
  if (!point) return;
  point.hits += 1;
  if (point.atHit !== undefined && point.atHit !== point.hits) return;
  if (point.action.kind === 'kill') process.kill(process.pid, 'SIGKILL');
  if (point.action.kind === 'throw') throw new Error(`failpoint ${name}`);
  if (point.action.kind === 'stop')
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, point.action.milliseconds);
}
