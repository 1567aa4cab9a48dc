// What the package `baijiayun-mock` has.
export { Mock, createMock } from "./mock.js";
export type {
  Answer,
  Behaviour,
  Delivery,
  Executor,
  MockOptions,
  Posted,
  PostedAnswer,
  PostedResponse,
  Received,
  Request,
  Response,
} from "./types.js";
export type { Body, Listening } from "./platform.js";
