// What `baijiayun/upload` has: uploads from pages, without the WebAssembly and without a key.
export {
  AnswerError,
  ApiError,
  BaijiayunError,
  ConnectError,
  FileError,
  InvalidParametersError,
  ThrottledError,
  TimeoutError,
  TransportError,
  UploadFailedError,
} from "../errors.js";
export type { ErrorContext, ErrorFields, ErrorKind, Fault } from "../errors.js";
export type { Id, IdInput } from "../types.js";
export { uploadVideo } from "./video.js";
export type { Asking, ResumeAddress, UploadAddress, UploadedVideo, UploadVideoOptions } from "./video.js";
