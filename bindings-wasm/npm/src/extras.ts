// What a call is asked with besides its parameters, as the engine reads it.
import type { FileSource } from "./files.js";
import type { Meter } from "./meter.js";
import { plain, said } from "./options.js";
import type { AskedOptions } from "./options.js";

/** What some calls need besides parameters and options. */
export interface CallExtras {
  /** Which page of a list: empty for the first, else what the one before named as next. */
  page?: string;
  /** The upload of a video: the file, and how it goes on. */
  upload?: {
    file: FileSource;
    video_id?: string;
    resumes?: number | undefined;
    transcoding?: number | undefined;
    chunk_size?: number | undefined;
    use_https?: boolean | undefined;
  };
  meter?: Meter;
}

/** The name by which the engine asks for the file of an upload. */
export const UPLOADED = "0";

export function writeOptions(
  options: AskedOptions | undefined,
  also: CallExtras | undefined,
  files: Map<string, FileSource> | undefined,
): string {
  const upload = also?.upload;
  // What can be read only once cannot be sent again.
  const once = files && !upload && Array.from(files.values()).some((file) => !file.reopens);
  const json = JSON.stringify({
    retry: plain(options?.retry) ?? (once ? "never" : undefined),
    attempts: said(options?.attempts),
    attempt_timeout: said(options?.attemptTimeout),
    deadline: said(options?.deadline),
    max_answer: said(options?.maxAnswer),
    strict: plain(options?.strict),
    priority: plain(options?.priority),
    page: also?.page,
    upload: upload && {
      ...upload,
      resumes: said(upload.resumes),
      transcoding: said(upload.transcoding),
      chunk_size: said(upload.chunk_size),
      use_https: plain(upload.use_https),
      file: { name: upload.file.name, size: upload.file.size, source: UPLOADED },
    },
  });
  // It is JSON already.
  return options?.extra === undefined ? json : `${json.slice(0, -1)}${json === "{}" ? "" : ","}"extra":${options.extra}}`;
}
