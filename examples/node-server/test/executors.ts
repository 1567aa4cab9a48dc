// Executors and fetches of one's own, which have to compile: `npm run check`.
import { Client } from "baijiayun";
import type { HttpExecutor } from "baijiayun";
import { Agent, fetch as undiciFetch } from "undici";

const dispatcher = new Agent();
export const a = new Client({ http: (request) => fetch(request.url, { ...request, dispatcher }) });
export const b = new Client({ http: (request) => undiciFetch(request.url, { ...request, dispatcher }) });
export const c: HttpExecutor = (request) => fetch(request.url, request);
export const d: HttpExecutor = (request) => undiciFetch(request.url, request);
export const e = new Client({ fetch });
export const f = new Client({ fetch: undiciFetch });
export const g = new Client({ fetch: (url, init) => undiciFetch(url, { ...init, dispatcher }) });
export const h = new Client({ fetch: (url, init) => fetch(url, { ...init, dispatcher }) });
export const i = new Client({ http: async () => ({ status: 200, headers: new Headers(), body: "" }) });
export const j = new Client({ http: async (request) => ({ status: 200, headers: { "a": ["b"] }, body: new Uint8Array(await new Response(request.body as any).arrayBuffer()) }) });
export const k = new Client({ onEvent: ({ kind, duration = 0 }) => console.log(kind, duration) });
export const l = new Client();
