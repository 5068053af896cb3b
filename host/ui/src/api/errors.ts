// What a failed call becomes: one error type for the v1.0 envelope, for v2 problem details and for a server that does not answer.

/** A problem that belongs to one place of the sent document, `path` as the server names it (a key, or a JSON pointer). */
export interface FieldProblem {
  path: string;
  message: string;
  /** Where the server has Chinese words too. */
  inChinese: string | null;
}

export class ApiError extends Error {
  /** HTTP status; 0 when nothing answered. */
  readonly status: number;
  /** Problems that belong beside fields of a form. */
  readonly fields: FieldProblem[];
  /** The whole body of a v2 problem, for members that only one screen knows. */
  readonly body: unknown;

  constructor(message: string, status: number, fields: FieldProblem[] = [], body: unknown = undefined) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.fields = fields;
    this.body = body;
  }

  /** The Chinese words, where the server has both. */
  get inChinese(): string | null {
    return isRecord(this.body) && typeof this.body.detail_zh === 'string' ? this.body.detail_zh : null;
  }

  /** The session is over or was never there. */
  get unauthenticated(): boolean {
    return this.status === 401;
  }
}

/** v1.0 answers 200 to strangers too; these are its texts for somebody without a session. */
const SESSION_GONE = ['权限校验失败：未提供appname', '需要管理员登录', '需要管理员会话，或具有配置权限的应用'];

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** The error of a v1.0 envelope, or null when it reports success. */
export function errorOfEnvelope(status: number, body: unknown): ApiError | null {
  if (!isRecord(body) || typeof body.code !== 'number') return new ApiError(`HTTP ${status}`, status, [], body);
  if (body.code === 0) return null;
  const message = typeof body.msg === 'string' && body.msg !== '' ? body.msg : `code ${body.code}`;
  const gone = SESSION_GONE.some((text) => message.startsWith(text));
  return new ApiError(message, gone ? 401 : status, [], body);
}

/** The error of an RFC 9457 problem; `errors` (a list of `{pointer|path|field, detail|message}`) is read where it is there. */
export function errorOfProblem(status: number, body: unknown): ApiError {
  if (!isRecord(body)) return new ApiError(`HTTP ${status}`, status, [], body);
  const text = [body.detail, body.title].find((part) => typeof part === 'string' && part !== '');
  return new ApiError(typeof text === 'string' ? text : `HTTP ${status}`, status, fieldProblems(body.errors), body);
}

function fieldProblems(errors: unknown): FieldProblem[] {
  if (!Array.isArray(errors)) return [];
  return errors.filter(isRecord).map((one) => ({
    path: String(one.pointer ?? one.path ?? one.field ?? ''),
    message: String(one.detail ?? one.message ?? one.title ?? ''),
    inChinese: typeof one.detail_zh === 'string' ? one.detail_zh : null,
  }));
}
