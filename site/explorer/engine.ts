// The SDK and the mock.
import { Client, ready, type HttpExecutor, type SignedRequest } from "baijiayun";
import { createMock, type Mock } from "baijiayun-mock";
import type { Account } from "./account";
import type { Data, Operation, Param } from "./data";
import { sampled, seen } from "./sample";
import { given, type Value } from "./values";

export { ready };

/** How a call went, for people to look at. */
export interface Outcome {
  isOk: boolean;
  /** The straightened data, or what the SDK says of the failure. */
  data: unknown;
  words: string;
  code?: number | undefined;
  departures: { path: string; expected: string; found: string }[];
  /** It left for the service, whatever came of it. */
  isSent?: boolean;
  status?: number | undefined;
  raw?: string | undefined;
}

type Call = (name: string, params: object, options?: object) => { withDetails(): Promise<{ data: unknown; departures: Outcome["departures"] }> };

function clientOf(account: Account, http?: HttpExecutor): Client {
  // This page holds the key of whoever opened it, and nobody else's.
  return new Client({ ...account, dangerouslyAllowBrowser: true, ...(http && { http }) });
}

const objectOf = (given: Map<Param, Value>): object => Object.fromEntries([...given].map(([param, value]) => [param.name, value]));

/** The signed request; throws what is wrong with parameters. */
export function request(account: Account, name: string, given: Map<Param, Value>): SignedRequest {
  return (clientOf(account).request as (name: string, params: object) => SignedRequest)(name, objectOf(given));
}

/** Sends it with this executor, once, and tells all. */
async function send(account: Account, http: HttpExecutor | undefined, name: string, params: object): Promise<Outcome> {
  let status: number | undefined;
  let raw: string | undefined;
  const send: HttpExecutor = http ?? ((request) => fetch(request.url, request as RequestInit));
  let isSent = false;
  const watched: HttpExecutor = async (request) => {
    isSent = true;
    const answer = (await send(request)) as { status: number; headers: Headers; body?: unknown };
    status = answer.status;
    raw = await textOf(answer);
    return { status, headers: answer.headers, body: raw } as Awaited<ReturnType<HttpExecutor>>;
  };
  const client = clientOf(account, watched);
  try {
    const { data, departures } = await (client.call as unknown as Call).call(client, name, params, { attempts: 1 }).withDetails();
    return { isOk: true, data, words: "", departures, status, raw };
  } catch (error) {
    const fields = error as { code?: number; departures?: Outcome["departures"]; toJSON?: () => unknown };
    return { isOk: false, data: undefined, words: (error as Error).message, code: fields.code, departures: fields.departures ?? [], isSent, status, raw };
  }
}

async function textOf(answer: { text?: () => Promise<string>; body?: unknown }): Promise<string> {
  if (typeof answer.body === "string") return answer.body;
  if (typeof answer.text === "function") return answer.text();
  return new TextDecoder().decode(answer.body as Uint8Array);
}

let mock: Mock | undefined;

/** The one of this page: it keeps its state. Its callbacks stay in the page. */
export async function theMock(): Promise<Mock> {
  mock ??= createMock({ rate: 0, post: async () => ({ status: 200, body: '{"code":0,"msg":""}' }) });
  await mock.ready();
  return mock;
}

export async function runOnMock(name: string, given: Map<Param, Value>): Promise<Outcome> {
  const mock = await theMock();
  const came = await send(mock.account, mock.executor as HttpExecutor, name, objectOf(given));
  seen(came.data);
  return came;
}

export function runAt(account: Account, address: string, name: string, given: Map<Param, Value>): Promise<Outcome> {
  return send({ ...account, domain: address || account.domain }, undefined, name, objectOf(given));
}

/** Reads a pasted answer as one of the operation. To get so far, a call must give what is required. */
export function straighten(operation: Operation, data: Data, status: number, body: string): Promise<Outcome> {
  const pasted = async () => ({ status, headers: {}, body });
  const params = objectOf(given(operation, data, sampled(operation, data, new Map())));
  return send({ domain: "https://pasted.invalid", partnerId: "1", partnerKey: "none" }, pasted as unknown as HttpExecutor, operation.name, params);
}

export function callbacks(account: Account): Client["callbacks"] {
  return clientOf(account).callbacks;
}
