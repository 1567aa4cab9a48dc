// The steps of a call: what the engine wants done next, and what it is told then.
import type { Outgoing } from "./attempt.js";
import type { ErrorFields } from "./errors.js";
import type { Chunk, Part } from "./multipart.js";
import type { Page } from "./page.js";
import type { Departure, WireTrace } from "./trace.js";

/** What the engine wants done next for a call. */
export type Step = SendStep | WaitStep | StoreStep | SignStep | Done | Failed;

export interface SendStep extends Outgoing {
  step: "send";
  call: number;
  parts?: Part[];
  chunk?: Chunk;
  /** What only the posts of an upload have: its video, and how many bytes of the file the service has. */
  video_id?: string;
  received?: number;
}

interface WaitStep {
  step: "wait";
  call: number;
  time: number;
  why?: string;
  /** What came before it and is tried again. */
  failed?: { kind: string; code?: number | null };
}

export interface StoreStep {
  step: "store";
  call: number;
  timeout: number;
  keys: string[];
  args: number[];
}

interface SignStep {
  step: "sign";
  call: number;
  timeout: number;
  text: string;
}

/** The step that ends a call that went well. */
export interface Done {
  step: "done";
  trace: WireTrace;
  msg?: string;
  ts?: number | undefined;
  departures?: Departure[];
  page?: { list: string; total: number | null; repeated: boolean; next: string | null };
  data: unknown;
}

export interface Failed {
  step: "failed";
  trace: WireTrace;
  video_id?: number;
  error: ErrorFields & { retry_after?: number | null };
}

/** What became of a step that was not an answer. */
export type Event =
  | { event: "elapsed" }
  | { event: "broken"; kind: string; message: string }
  | { event: "store"; wait: number }
  | { event: "store_down" }
  | { event: "signed"; signature: string }
  | { event: "not_signed"; message: string }
  | { event: "late" | "too_large" | "closed" }
  | { event: "redirect"; status: number; location: string };

/** @internal (its page is of the WebAssembly, whose types are not published) The step that the engine has put on the page: those of every call in numbers and text, any other as JSON. */
export function read(page: Page, length: number): Step {
  const text = page.read(length);
  switch (page.number(0)) {
    case 1: {
      const formEnd = page.number(3);
      return {
        step: "send",
        call: page.number(1),
        timeout: page.number(2),
        max_answer: page.number(4),
        method: "POST",
        url: text.slice(formEnd),
        headers: { accept: JSON_TYPE, "content-type": FORM_TYPE },
        form: text.slice(0, formEnd),
      };
    }
    case 2:
      return {
        step: "send",
        call: page.number(1),
        timeout: page.number(2),
        max_answer: page.number(4),
        method: "GET",
        url: text,
        headers: { accept: JSON_TYPE },
      };
    case 3: {
      const ts = page.number(3);
      const flags = page.number(4);
      return {
        step: "done",
        trace: {
          attempts: page.number(1),
          waited: page.number(2),
          store_down: (flags & 1) > 0,
          budget_exhausted: (flags & 2) > 0,
        },
        ts: ts === ts ? ts : undefined,
        data: JSON.parse(text) as unknown,
      };
    }
    default:
      return JSON.parse(text) as Step;
  }
}

const JSON_TYPE = "application/json";
const FORM_TYPE = "application/x-www-form-urlencoded";
