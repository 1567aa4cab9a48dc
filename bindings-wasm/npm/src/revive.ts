// Errors that came as JSON or by `postMessage`, made errors of their classes again.
import { BaijiayunError, errorOf, isKind } from "./errors.js";
import type { ErrorFields, ErrorJson } from "./errors.js";
import { legible } from "./reading.js";

/**
 * An error of its class again, of what arrived from another thread or process: of what `JSON.stringify` or
 * {@link BaijiayunError.toJSON} made of one, or of the plain `Error` that a structured clone (`postMessage`) leaves of
 * it. Clones carry nothing but the words; those tell kind, code, HTTP status and operation. What is no error of this
 * package is returned as it is.
 *
 * ```
 * worker.on("message", ({ error }) => { if (reviveError(error).code === 3001) gone(); });
 * ```
 */
export function reviveError(value: unknown): unknown {
  if (legible(value) !== value) return value;
  if (value instanceof BaijiayunError || typeof value !== "object" || value === null) return value;
  const { kind, message, reason, stack, trace, videoId, retryAfter } = value as Partial<ErrorJson> & { stack?: string };
  if (typeof message !== "string") return value;
  const fields = isKind(kind) ? { ...(value as ErrorJson), message: reason ?? message, text: message } : fieldsIn(message);
  if (fields === undefined) return value;
  const error = errorOf(fields as ErrorFields, { trace, videoId, retryAfter, cause: (value as Error).cause });
  if (stack) error.stack = stack;
  return error;
}

const HINT = / \[([^[\]]*)\]$/;
const WORDS =
  /^(?:([\w.]+|(?:GET |POST )?\/\S*): )?(?:the service answered (-?\d+) \((\w+)\)|HTTP (\d+) \((\w+)\)|(\w+))(?:: ([^]*))?$/;

/** What the words of an error say. */
function fieldsIn(text: string): ErrorFields | undefined {
  const [, operation, code, coded, status, answered, bare, message = ""] = WORDS.exec(text.replace(HINT, "")) ?? [];
  const kind = coded ?? answered ?? bare;
  if (!isKind(kind)) return undefined;
  return {
    ...{ kind, message, text, hint: HINT.exec(text)?.[1] ?? null },
    ...(operation !== undefined && { operation }),
    ...(code !== undefined && { code: Number(code) }),
    ...(status !== undefined && { status: Number(status) }),
  };
}
