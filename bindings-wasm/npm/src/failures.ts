// What a call fails with, and what the engine is told of an attempt that failed.
import { MisuseError, errorOf } from "./errors.js";
import type { BaijiayunError, ErrorContext, ErrorFields } from "./errors.js";
import { Unread, brokenBy } from "./http.js";
import { inJavaScript } from "./options.js";
import type { Event, Failed, SendStep } from "./steps.js";
import { traceOf } from "./trace.js";

/** What stops an attempt of a client that is closed. */
export const CLOSED = new DOMException("the client was closed", "AbortError");

export function failure(step: Failed, context: ErrorContext): BaijiayunError {
  const videoId = step.video_id === undefined ? undefined : String(step.video_id);
  return errorOf(inOurNames(step.error), { trace: traceOf(step.trace), videoId, retryAfter: step.error.retry_after, ...context });
}

/** An executor that cannot work, in which call. */
export function misused(operation: string, { reason, hint, cause }: MisuseError): MisuseError {
  return new MisuseError({ kind: "misuse", operation, message: reason, hint }, { cause });
}

/** What is wrong with settings and options, by the names that they have here. What the service says stays as it is. */
function inOurNames(error: ErrorFields): ErrorFields {
  const isOfSettings = error.kind === "invalid_account" || error.kind === "too_large";
  if (!isOfSettings && !(error.kind === "invalid_parameters" && !error.faults?.length)) return error;
  const { message, text, hint } = error;
  return {
    ...error,
    message: inJavaScript(message),
    ...(text !== undefined && { text: inJavaScript(text) }),
    ...(hint && { hint: inJavaScript(hint) }),
  };
}

/** The engine stopped in the middle: there was no memory left, or it has a fault. The next call gets a new one. */
export function stopped(operation: string, cause: WebAssembly.RuntimeError): MisuseError {
  const message = `the engine stopped (${cause.message}), for want of memory as a rule; the next call gets a new one`;
  const hint = "the service may have carried out the call; look before you repeat one that changes something";
  return new MisuseError({ kind: "misuse", operation, message, hint }, { cause });
}

export function broken(error: unknown, step: SendStep): Event {
  if (error instanceof Unread) return error.event;
  if (error === CLOSED) return { event: "closed" };
  const { kind, message } = brokenBy(error, step);
  return kind === "too_large" ? { event: "too_large" } : { event: "broken", kind, message };
}
