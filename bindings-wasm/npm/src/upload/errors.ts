// Errors of `baijiayun/upload`.
import {
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
import type { ErrorContext, ErrorFields, ErrorKind } from "../errors.js";

/** The classes of what goes wrong here: those of all else would be a third of this module. */
const CLASSES: Partial<Record<ErrorKind, new (fields: ErrorFields, context?: ErrorContext) => BaijiayunError>> = {
  invalid_parameters: InvalidParametersError,
  file: FileError,
  connect: ConnectError,
  timeout: TimeoutError,
  transport: TransportError,
  upload_failed: UploadFailedError,
  service: ApiError,
  throttled: ThrottledError,
  http_status: AnswerError,
  not_envelope: AnswerError,
  not_json: AnswerError,
  decode: AnswerError,
};

/** The error of its kind's class. */
export function errorOf(fields: ErrorFields, context?: ErrorContext): BaijiayunError {
  return new (CLASSES[fields.kind] ?? BaijiayunError)(fields, context);
}
