// The classes of errors, and how one is made of what the engine says.
import type { Id } from "./ids.js";
import type { Departure, Trace } from "./trace.js";

/** What went wrong, as all languages name it. */
export type ErrorKind =
  | "invalid_account"
  | "unknown_operation"
  | "invalid_parameters"
  | "signing"
  | "file"
  | "connect"
  | "timeout"
  | "transport"
  | "path_not_found"
  | "parameter_rejected"
  | "signature_rejected"
  | "account_not_found"
  | "permission_denied"
  | "live_not_open"
  | "room_not_found"
  | "room_deleted"
  | "upload_failed"
  | "video_not_found"
  | "general"
  | "service"
  | "throttled"
  | "http_status"
  | "not_envelope"
  | "not_json"
  | "too_large"
  | "decode"
  | "departures"
  | "callback_malformed"
  | "callback_signature"
  | "callback_clock"
  | "closed"
  | "misuse";

/** One thing that is wrong with the parameters of a call. */
export interface Fault {
  /** The parameter. */
  parameter: string;
  /** `missing`, `unknown`, `wrong_type` or `out_of_range`. */
  kind: "missing" | "unknown" | "wrong_type" | "out_of_range" | (string & {});
  /** The same in words. */
  message: string;
}

/** What an error is made of. */
export interface ErrorFields {
  /** What kind of error it is. */
  kind: ErrorKind;
  /** The operation that was called. */
  operation?: string;
  /** What happened. */
  message: string;
  /** All of it in words; made from the other fields if it is absent. */
  text?: string;
  /** What to do about it. */
  hint?: string | null;
  /** The service's own code. */
  code?: number | null;
  /** When the service answered, unix seconds. */
  ts?: number | null;
  /** The HTTP status of the answer. */
  status?: number | null;
  /** Everything that is wrong with the parameters. */
  faults?: Fault[];
  /** The answer. */
  body?: string;
  /** Where it departs from the documents. */
  departures?: Departure[];
  /** Its data. */
  data?: unknown;
}

/** What an error is told besides. */
export interface ErrorContext {
  /** How the call went. */
  trace?: Trace | undefined;
  /** What was thrown. */
  cause?: unknown;
  /** The video whose upload broke off. */
  videoId?: Id | undefined;
  /** The headers of the answer, by their names in lower case. */
  headers?: Record<string, string> | undefined;
  /** What its header Retry-After says, in milliseconds. */
  retryAfter?: number | null | undefined;
}

/**
 * What went wrong, in which call, and what to do about it.
 *
 * All errors of this package are of this class, except what an `AbortSignal` gives as its reason. `instanceof` works
 * between the entries of the package too. No error holds partner_key.
 */
export class BaijiayunError extends Error {
  /** @internal Its name, the same in every copy of this package, by which `instanceof` goes. */
  static readonly errorOfBaijiayun: string = "BaijiayunError";
  /** What kind of error it is. */
  declare readonly kind: ErrorKind;
  /** The operation that was called, for example `room.create`; empty if there was none. */
  declare readonly operation: string;
  /** What happened; for an error of the service its own `msg`. `message` says it with all the rest. */
  declare readonly reason: string;
  /** What to do about it. */
  declare readonly hint: string | null;
  /** The service's own code, for example 1002. */
  declare readonly code: number | null;
  /** When the service answered, unix seconds. */
  declare readonly ts: number | null;
  /** The HTTP status of the answer. */
  declare readonly status: number | null;
  /** Everything that is wrong with the parameters. */
  declare readonly faults: readonly Fault[];
  /** How the call went before it failed. */
  declare readonly trace: Trace | undefined;
  /** The video whose upload broke off: `client.video.resumeUpload` goes on with it. */
  declare readonly videoId: Id | undefined;
  /** What the answer's header Retry-After says, in milliseconds. */
  declare readonly retryAfter: number | null;
  /** The headers of the answer, if there was one, by their names in lower case. Not enumerable, as `body`. */
  declare readonly headers: Readonly<Record<string, string>> | undefined;
  /** The answer, if there was one. It is not enumerable, so that loggers leave it out: it may hold anything. */
  declare readonly body: string | undefined;

  constructor(fields: ErrorFields, context: ErrorContext = {}) {
    super(fields.text ?? words(fields), context.cause === undefined ? undefined : { cause: context.cause });
    this.kind = fields.kind;
    this.operation = fields.operation ?? "";
    this.reason = fields.message;
    this.hint = fields.hint ?? null;
    this.code = fields.code ?? null;
    this.ts = fields.ts ?? null;
    this.status = fields.status ?? null;
    this.faults = fields.faults ?? [];
    this.retryAfter = context.retryAfter ?? null;
    if (context.trace) this.trace = context.trace;
    if (context.videoId) this.videoId = context.videoId;
    Object.defineProperties(this, { headers: { value: context.headers }, body: { value: fields.body } });
  }

  /** The name of its class. */
  override get name(): string {
    return (this.constructor as typeof BaijiayunError).errorOfBaijiayun;
  }

  override set name(value: string) {
    Object.defineProperty(this, "name", { value, writable: true, configurable: true });
  }

  /** All of it but the stack, the cause and the answer's body: for loggers, and to post to another thread. */
  toJSON(): ErrorJson {
    return { ...(this as unknown as ErrorJson), name: this.name, message: this.message };
  }

  /** @internal */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // A class of yours that extends one of these is told in the usual way.
    if (!Object.hasOwn(this, "errorOfBaijiayun")) return super[Symbol.hasInstance](value);
    const { errorOfBaijiayun: name } = this;
    let type = (value as object | null | undefined)?.constructor as typeof BaijiayunError | null | undefined;
    while (type && type.errorOfBaijiayun !== name) type = Object.getPrototypeOf(type) as typeof type;
    return Boolean(type);
  }
}

/** What {@link BaijiayunError.toJSON} gives. */
export interface ErrorJson extends Required<Omit<ErrorFields, "message" | "text" | "body" | "faults" | "departures" | "data">> {
  name: string;
  message: string;
  reason: string;
  faults: readonly Fault[];
  retryAfter: number | null;
  trace?: Trace;
  videoId?: Id;
}

/** As the core writes them. */
function words({ kind, operation, message, hint, code, status }: ErrorFields): string {
  const what = code != null ? `the service answered ${code} (${kind})` : status != null ? `HTTP ${status} (${kind})` : kind;
  return `${operation ? `${operation}: ` : ""}${what}${message && `: ${message}`}${hint ? ` [${hint}]` : ""}`;
}

/** The domain, partner_id or key cannot be right. */
export class InvalidAccountError extends BaijiayunError {
  /** @internal */ static override readonly errorOfBaijiayun: string = "InvalidAccountError";
  declare readonly kind: "invalid_account";
}

/** There is no operation of that name. */
export class UnknownOperationError extends BaijiayunError {
  /** @internal */ static override readonly errorOfBaijiayun: string = "UnknownOperationError";
  declare readonly kind: "unknown_operation";
}

/** Parameters are missing, unknown or wrong; `faults` names all of them. Nothing was sent. */
export class InvalidParametersError extends BaijiayunError {
  /** @internal */ static override readonly errorOfBaijiayun: string = "InvalidParametersError";
  declare readonly kind: "invalid_parameters";
}

/** The signer gave no signature. */
export class SigningError extends BaijiayunError {
  /** @internal */ static override readonly errorOfBaijiayun: string = "SigningError";
  declare readonly kind: "signing";
}

/** A file to send cannot be read, or is not what it was. */
export class FileError extends BaijiayunError {
  /** @internal */ static override readonly errorOfBaijiayun: string = "FileError";
  declare readonly kind: "file";
}

/** There was no answer: the connection broke, none could be made, or time was up. `cause` is what `fetch` threw. */
export class TransportError extends BaijiayunError {
  /** @internal */ static override readonly errorOfBaijiayun: string = "TransportError";
  declare readonly kind: "transport" | "connect" | "timeout";
}

/** No connection could be made: the request was not sent. */
export class ConnectError extends TransportError {
  /** @internal */ static override readonly errorOfBaijiayun: string = "ConnectError";
  declare readonly kind: "connect";
}

/** No answer came in time. */
export class TimeoutError extends TransportError {
  /** @internal */ static override readonly errorOfBaijiayun: string = "TimeoutError";
  declare readonly kind: "timeout";
}

/** The service refused: `code` is its code, `reason` its message. */
export class ApiError extends BaijiayunError {
  /** @internal */ static override readonly errorOfBaijiayun: string = "ApiError";
  declare readonly kind:
    | "path_not_found"
    | "parameter_rejected"
    | "signature_rejected"
    | "account_not_found"
    | "permission_denied"
    | "live_not_open"
    | "room_not_found"
    | "room_deleted"
    | "upload_failed"
    | "video_not_found"
    | "general"
    | "service";
}

/** 404: the service has no such path. If the path was a guess, `hint` says so. */
export class PathNotFoundError extends ApiError {
  /** @internal */ static override readonly errorOfBaijiayun: string = "PathNotFoundError";
  declare readonly kind: "path_not_found";
}

/** 1001 参数错误: the service refuses a parameter. */
export class ParameterRejectedError extends ApiError {
  /** @internal */ static override readonly errorOfBaijiayun: string = "ParameterRejectedError";
  declare readonly kind: "parameter_rejected";
}

/** 1002 签名计算错误: the service computes another signature. */
export class SignatureError extends ApiError {
  /** @internal */ static override readonly errorOfBaijiayun: string = "SignatureError";
  declare readonly kind: "signature_rejected";
}

/** 2001 账号不存在: there is no such account. */
export class AccountNotFoundError extends ApiError {
  /** @internal */ static override readonly errorOfBaijiayun: string = "AccountNotFoundError";
  declare readonly kind: "account_not_found";
}

/** 2002 账号权限错误: the account lacks the permission. */
export class PermissionError extends ApiError {
  /** @internal */ static override readonly errorOfBaijiayun: string = "PermissionError";
  declare readonly kind: "permission_denied";
}

/** 2003 直播账号未开或服务停止: the live account is not open, or stopped. */
export class LiveNotOpenError extends ApiError {
  /** @internal */ static override readonly errorOfBaijiayun: string = "LiveNotOpenError";
  declare readonly kind: "live_not_open";
}

/** 3001 房间号不存在: there is no such room. */
export class RoomNotFoundError extends ApiError {
  /** @internal */ static override readonly errorOfBaijiayun: string = "RoomNotFoundError";
  declare readonly kind: "room_not_found";
}

/** 3002 该房间已删除: the room was deleted. */
export class RoomDeletedError extends ApiError {
  /** @internal */ static override readonly errorOfBaijiayun: string = "RoomDeletedError";
  declare readonly kind: "room_deleted";
}

/** 4001 文件上传失败: the upload failed. */
export class UploadFailedError extends ApiError {
  /** @internal */ static override readonly errorOfBaijiayun: string = "UploadFailedError";
  declare readonly kind: "upload_failed";
}

/** 5002 视频不存在或已删除: the video does not exist or was deleted. The code is seen in public code, in no document. */
export class VideoNotFoundError extends ApiError {
  /** @internal */ static override readonly errorOfBaijiayun: string = "VideoNotFoundError";
  declare readonly kind: "video_not_found";
}

/** Too many requests: the service said so, or its limits leave no room before the deadline. */
export class ThrottledError extends BaijiayunError {
  /** @internal */ static override readonly errorOfBaijiayun: string = "ThrottledError";
  declare readonly kind: "throttled";
}

/** The answer is not one of the API: `status` and `body` are what came. */
export class AnswerError extends BaijiayunError {
  /** @internal */ static override readonly errorOfBaijiayun: string = "AnswerError";
  declare readonly kind: "http_status" | "not_envelope" | "not_json" | "too_large" | "decode";
}

/**
 * The answer to a call that was carried out, or a callback, departs from the documents, and you are `strict`. `data` is
 * what it says all the same. Both are not enumerable, so that loggers leave them out.
 */
export class DeparturesError extends BaijiayunError {
  /** @internal */ static override readonly errorOfBaijiayun: string = "DeparturesError";
  declare readonly kind: "departures";
  /** The places that are not what the documents describe. */
  declare readonly departures: readonly Departure[];
  /** The data without them, as the call would have given them. */
  declare readonly data: unknown;

  constructor(fields: ErrorFields, context?: ErrorContext) {
    super(fields, context);
    Object.defineProperties(this, { departures: { value: fields.departures ?? [] }, data: { value: fields.data } });
  }
}

/** A callback that the service did not post like this: refuse it. */
export class CallbackError extends BaijiayunError {
  /** @internal */ static override readonly errorOfBaijiayun: string = "CallbackError";
  declare readonly kind: "callback_malformed" | "callback_signature" | "callback_clock";
}

/** The client was closed: before the call was sent, or while it was under way. `message` says which. */
export class ClosedError extends BaijiayunError {
  /** @internal */ static override readonly errorOfBaijiayun: string = "ClosedError";
  declare readonly kind: "closed";
}

/** The package was used in a way that cannot work. */
export class MisuseError extends BaijiayunError {
  /** @internal */ static override readonly errorOfBaijiayun: string = "MisuseError";
  declare readonly kind: "misuse";
}

type ErrorClass = new (fields: ErrorFields, context?: ErrorContext) => BaijiayunError;

const CLASSES: Record<ErrorKind, ErrorClass> = {
  invalid_account: InvalidAccountError,
  unknown_operation: UnknownOperationError,
  invalid_parameters: InvalidParametersError,
  signing: SigningError,
  file: FileError,
  connect: ConnectError,
  timeout: TimeoutError,
  transport: TransportError,
  path_not_found: PathNotFoundError,
  parameter_rejected: ParameterRejectedError,
  signature_rejected: SignatureError,
  account_not_found: AccountNotFoundError,
  permission_denied: PermissionError,
  live_not_open: LiveNotOpenError,
  room_not_found: RoomNotFoundError,
  room_deleted: RoomDeletedError,
  upload_failed: UploadFailedError,
  video_not_found: VideoNotFoundError,
  general: ApiError,
  service: ApiError,
  throttled: ThrottledError,
  http_status: AnswerError,
  not_envelope: AnswerError,
  not_json: AnswerError,
  too_large: AnswerError,
  decode: AnswerError,
  departures: DeparturesError,
  callback_malformed: CallbackError,
  callback_signature: CallbackError,
  callback_clock: CallbackError,
  closed: ClosedError,
  misuse: MisuseError,
};

/** The error of its kind's class. */
export function errorOf(fields: ErrorFields, context?: ErrorContext): BaijiayunError {
  return new CLASSES[fields.kind](fields, context);
}

/** Whether it is the name of a kind. */
export function isKind(name: unknown): name is ErrorKind {
  return typeof name === "string" && Object.hasOwn(CLASSES, name);
}
