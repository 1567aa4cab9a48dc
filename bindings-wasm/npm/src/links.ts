// Links into rooms and to recordings.
import type { Driver } from "./engine.js";
import { SigningError, errorOf } from "./errors.js";
import type { ErrorFields } from "./errors.js";
import { writeJson } from "./params.js";
import type { IdInput } from "./ids.js";
import { needReady, ready } from "./wasm.js";

/** Who enters which room. */
export interface EnterRoomParams {
  /** The room. */
  room_id: IdInput;
  /** The number of the user in your own system; not 0. Without one the service gives the user one. */
  user_number?: IdInput | undefined;
  /** The name that the others see. */
  user_name: string;
  /** 0 student (the default), 1 teacher, 2 assistant. */
  user_role?: 0 | 1 | 2 | undefined;
  /** The address of the user's picture. */
  user_avatar?: string | undefined;
  /**
   * Parameters that stand behind the signature and are not signed, so that anybody can change them: public code adds
   * `status`, `customstr`, `share_url`, `meeting_id` and `pay_channel`.
   */
  extra?: Record<string, string | number> | undefined;
}

/** A room in a page of yours. */
export interface CodePlayerParams {
  /** The join code (参加码). */
  code: string;
  /** The name that the others see. */
  user_name: string;
  /** The number of the user in your own system. */
  user_number?: IdInput | undefined;
  /** Width in pixels. */
  width?: number | undefined;
  /** Height in pixels. */
  height?: number | undefined;
  /** Whether the player has controls. */
  show_controls?: boolean | undefined;
}

type Link = { url: string } | { sign: string } | { error: ErrorFields };

/** How long the signer of a link is waited for, in milliseconds: as long as one of a call. */
const DEADLINE = 120_000;

/**
 * Links into rooms and to recordings, which people open in a browser. Nothing is sent to make one.
 *
 * The documents leave them out: the rules are from public material. A text that could be read as another field of a
 * link (it holds `&`, or `=` in a name) is refused with {@link InvalidParametersError}: a nickname such as
 * `x&user_role=1` would make a teacher's link of a student's.
 */
export class Links {
  readonly #driver: Driver;
  readonly #deadline: number;

  constructor(driver: Driver, deadline = DEADLINE) {
    this.#driver = driver;
    this.#deadline = deadline;
  }

  /**
   * A link that lets one user into a room without a code. It does not expire: hand it to that user only.
   *
   * It is signed with the account's key. If that is not here, {@link Links.enterRoomAsync} has it signed.
   */
  enterRoom(params: EnterRoomParams): string {
    const link = this.#link("enter_room", params);
    if ("url" in link) return link.url;
    throw new SigningError({
      kind: "signing",
      operation: "enter_room",
      message: "the account has no key here",
      hint: "`await client.links.enterRoomAsync(...)` has the link signed by the client's signer",
    });
  }

  /** The same link, signed with the account's key or by the client's signer. */
  async enterRoomAsync(params: EnterRoomParams): Promise<string> {
    await ready();
    const link = this.#link("enter_room", params);
    if ("url" in link) return link.url;
    const signature = await this.#driver.signature(link.sign, this.#deadline);
    return this.#url("enter_room", { ...params, signature });
  }

  /** The vendor's share link: the page asks for a name, and for the join code (参加码) if the link has none. */
  prepare(params: { room_id: IdInput; code?: string | undefined }): string {
    return this.#url("prepare", params);
  }

  /** A link by which whoever has it enters under that name with a join code (参加码). */
  quickEnter(params: { code: string; user_name: string }): string {
    return this.#url("quick_enter", params);
  }

  /** A room in a page of yours: the address for an iframe. One public project has it. */
  codePlayer(params: CodePlayerParams): string {
    return this.#url("code_player", params);
  }

  /** The player of a video. The token is that of `client.video.getPlayerToken`. */
  videoPlayer(params: { video_id: IdInput; token: string }): string {
    return this.#url("video_player", params);
  }

  /** The player of a video for phones. */
  mobileVideoPlayer(params: { video_id: IdInput; token: string }): string {
    return this.#url("mobile_video_player", params);
  }

  /**
   * The playback of a class. The token is that of `client.playback.getPlayerToken`. A room that was used for several
   * classes has a playback for each: name the session then.
   */
  playback(params: { room_id: IdInput; session_id?: IdInput | undefined; token: string }): string {
    return this.#url("playback", params);
  }

  /** The same link for the vendor's desktop client (云端课堂), which the system opens if it is installed. */
  inDesktopClient(link: string): string {
    return this.#url("desktop_client", { link });
  }

  #url(kind: string, params: object): string {
    return (this.#link(kind, params) as { url: string }).url;
  }

  #link(kind: string, params: object): { url: string } | { sign: string } {
    needReady("a function of client.links");
    const link = JSON.parse(this.#driver.engine().link(kind, writeJson(kind, params, false, "the parameters are").text)) as Link;
    if ("error" in link) throw errorOf(link.error);
    return link;
  }
}
