// The one place that calls the server. v1.0 answers are envelopes (`code` 0 or a failure with `msg`), v2 answers are plain documents
// or problem details. Calls go with the session cookie and with `X-Requested-With`, which the server demands of a session.
import { ApiError, errorOfEnvelope, errorOfProblem } from './errors';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type Query = Record<string, string | number | boolean | null | undefined>;

export interface CallOptions {
  query?: Query;
  /** Sent as JSON, unless it is FormData, a Blob or an ArrayBuffer. */
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** A page of a v1.0 list. */
export interface Page<T> {
  value: T[];
  page: number;
  per_page: number;
  total: number;
}

const sessionEnd = new EventTarget();

/** Calls `listener` whenever an answer says that there is no session (any more). Gives what undoes it. */
export function onSessionEnd(listener: () => void): () => void {
  sessionEnd.addEventListener('end', listener);
  return () => sessionEnd.removeEventListener('end', listener);
}

/** `a=1&b=x`, without what is empty. */
export function queryText(query: Query | undefined): string {
  const pairs = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== null && value !== '');
  return new URLSearchParams(pairs.map(([key, value]) => [key, String(value)])).toString();
}

/** Calls `/api/v1.0/` + path; gives the envelope's `data`. */
export async function v1<T>(method: Method, path: string, options: CallOptions = {}): Promise<T> {
  const { status, body } = await send(method, `/api/v1.0/${path}`, options);
  const error = errorOfEnvelope(status, body);
  if (error) throw told(error);
  return (body as { data: T }).data;
}

/** Calls `/api/v2/` + path; gives the document (undefined for 204). */
export async function v2<T>(method: Method, path: string, options: CallOptions = {}): Promise<T> {
  const { status, body } = await send(method, `/api/v2/${path}`, options);
  if (status < 200 || status > 299) throw told(errorOfProblem(status, body));
  return body as T;
}

/** When somebody last touched the console; what it asks long after that it asks by itself, which keeps no session open. */
let touched = Date.now();
const UNTOUCHED_MS = 60_000;
for (const event of ['pointerdown', 'keydown'] as const) {
  globalThis.addEventListener?.(event, () => (touched = Date.now()), { capture: true, passive: true });
}

async function send(method: Method, path: string, options: CallOptions): Promise<{ status: number; body: unknown }> {
  const query = queryText(options.query);
  const headers: Record<string, string> = { 'X-Requested-With': 'gavia', Accept: 'application/json', ...options.headers };
  if (Date.now() - touched > UNTOUCHED_MS) headers['X-Gavia-Background'] = '1';
  const raw = options.body instanceof FormData || options.body instanceof Blob || options.body instanceof ArrayBuffer;
  if (options.body !== undefined && !raw) headers['Content-Type'] = 'application/json';
  let answer: Response;
  try {
    answer = await fetch(query ? `${path}?${query}` : path, {
      method,
      headers,
      body: raw ? (options.body as BodyInit) : options.body === undefined ? undefined : JSON.stringify(options.body),
      credentials: 'same-origin',
      signal: options.signal,
    });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new ApiError('', 0);
  }
  return { status: answer.status, body: await bodyOf(answer) };
}

async function bodyOf(answer: Response): Promise<unknown> {
  const text = await answer.text();
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The error of an answer on its way out: the application is told of a lost session. */
export function told(error: ApiError): ApiError {
  if (error.unauthenticated) sessionEnd.dispatchEvent(new Event('end'));
  return error;
}
