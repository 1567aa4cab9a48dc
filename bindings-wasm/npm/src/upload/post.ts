// One post of a file or of a chunk.
import { onAbort, throwIfAborted } from "../aborts.js";
import type { ErrorFields } from "../errors.js";
import { timerOf } from "../waits.js";

/** What is posted to an upload address. */
export interface Post {
  body: Blob | FormData;
  headers: Record<string, string>;
  /** How long the answer is waited for, in milliseconds. */
  timeout: number;
  signal: AbortSignal | undefined;
}

/** Why something did not go well. */
export interface Failure {
  fields: ErrorFields;
  cause?: unknown;
}

/** Longer answers are cut off: that of an upload is a line. */
const MAX_ANSWER = 1 << 16;

const SUCCESS = 1;
const UPLOAD_FAILED = 4001;
const THROTTLED = 429;

/** Posts to an upload address. Returns why the service has perhaps not taken it, or nothing if it certainly has. */
export async function post(address: string, { body, headers, timeout, signal }: Post): Promise<Failure | undefined> {
  throwIfAborted(signal);
  const abort = new AbortController();
  const late = () => abort.abort(new DOMException(`no answer within ${timeout} ms`, "TimeoutError"));
  const timer = setTimeout(late, timerOf(timeout));
  const unwatch = signal && onAbort(signal, () => abort.abort(signal.reason));
  try {
    // A redirect is refused by its status: the file must not go elsewhere.
    const response = await fetch(address, { method: "POST", headers, body, redirect: "manual", signal: abort.signal });
    return refusal(response.status, await read(response));
  } catch (error) {
    throwIfAborted(signal);
    const { name, message, cause } = error as Error & { cause?: Partial<Error> };
    const words = [message, cause?.message].filter(Boolean).join(": ");
    const kind = name === "TimeoutError" ? "timeout" : "transport";
    // The address holds a token.
    return { fields: { kind, message: words.replaceAll(address, "the address") }, cause: error };
  } finally {
    clearTimeout(timer);
    unwatch?.();
  }
}

async function read(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (let part = await reader?.read(); part && !part.done; part = await reader!.read()) {
    text += decoder.decode(part.value, { stream: true });
    if (text.length <= MAX_ANSWER) continue;
    reader!.cancel().catch(() => {});
    break;
  }
  return text;
}

/** Why an answer is not that of a success: a status of 2xx, and 1 for the code. */
function refusal(status: number, body: string): Failure | undefined {
  const answer = parse(body) as { code?: unknown; msg?: unknown } | null | undefined;
  // Numbers may be texts.
  const given = answer?.code;
  const code = typeof given === "string" && given ? Number(given) : given;
  const isOk = status >= 200 && status < 300;
  if (isOk && code === SUCCESS) return undefined;

  const fields = (kind: ErrorFields["kind"], message: string, code: number | null = null): Failure => {
    return { fields: { kind, message, code, status, body } };
  };
  if (typeof code === "number" && code !== SUCCESS) {
    const kind = code === UPLOAD_FAILED ? "upload_failed" : code === THROTTLED ? "throttled" : "service";
    return fields(kind, String(answer!.msg ?? ""), code);
  }
  if (!isOk) return fields(status === THROTTLED ? "throttled" : "http_status", "the file was not taken");
  return answer === undefined ? fields("not_json", "the answer is no JSON") : fields("not_envelope", "the answer has no code");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
