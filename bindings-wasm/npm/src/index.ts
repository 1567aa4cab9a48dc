// What the package has, in every environment.
export { Callbacks } from "./callbacks.js";
export type {
  Callback,
  CallbackHeaders,
  CallbackName,
  HandleOptions,
  ParseOptions,
  SignedCallback,
  SignedOptions,
} from "./callbacks.js";
export type { ClaimOptions, Claimable } from "./claims.js";
export { Client } from "./client.js";
export type { CloseOptions } from "./client.js";
export type { ClientOptions } from "./client-options.js";
export {
  AccountNotFoundError,
  AnswerError,
  ApiError,
  BaijiayunError,
  CallbackError,
  ClosedError,
  ConnectError,
  DeparturesError,
  FileError,
  InvalidAccountError,
  InvalidParametersError,
  LiveNotOpenError,
  MisuseError,
  ParameterRejectedError,
  PathNotFoundError,
  PermissionError,
  RoomDeletedError,
  RoomNotFoundError,
  SignatureError,
  SigningError,
  ThrottledError,
  TimeoutError,
  TransportError,
  UnknownOperationError,
  UploadFailedError,
  VideoNotFoundError,
} from "./errors.js";
export type { ErrorContext, ErrorFields, ErrorJson, ErrorKind, Fault } from "./errors.js";
export type { CallbackEvent } from "./event.js";
export type { CallEvent } from "./events.js";
export { FileSource, file, fromPath } from "./files.js";
export type { FileContent, FileOptions } from "./files.js";
export * from "./generated/callbacks.js";
export type * from "./generated/index.js";
export * from "./generated/values.js";
export type { SignedRequest } from "./engine.js";
export type { FetchLike, FetchResponse, HttpExecutor, HttpHeaders, HttpRequest, HttpResponse } from "./http.js";
export type { CallOptions, Priority } from "./options.js";
export { dateOf } from "./dates.js";
export { Links } from "./links.js";
export type { CodePlayerParams, EnterRoomParams } from "./links.js";
export { ready } from "./ready.js";
export { CallPromise, PagePromise } from "./resource.js";
export { reviveError } from "./revive.js";
export type { CallDetails, Page } from "./resource.js";
export { redisStore } from "./store.js";
export type { IoRedisLike, NodeRedisLike, RedisStoreOptions, Store } from "./store.js";
export type { Departure, Trace } from "./trace.js";
export type { FileInput, Id, IdInput, TimeInput } from "./types.js";
export { Videos } from "./uploads.js";
export type { UploadOptions, UploadedVideo, VideoUploadParams } from "./uploads.js";
