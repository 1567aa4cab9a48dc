import { BaijiayunError, file, fromPath } from "baijiayun";

import { client } from "./client.mjs";

const path = process.argv[2] ?? "第一课.mp4";

try {
  const video = await client.video.upload(fromPath(path), { definition: [16, 2] }, {
    onProgress: (there, size) => console.log(`${Math.floor((100 * there) / size)} %`),
    waitForTranscoding: 600_000,
  });
  console.log(video.video_id, video.status);
} catch (error) {
  if (!(error instanceof BaijiayunError) || error.videoId === undefined) throw error;
  // Keep videoId: the upload goes on where it broke off, also in another process.
  await client.video.resumeUpload(error.videoId, fromPath(path));
}

// Bytes, Blobs and streams need a name; a File of a browser has one.
const notes = file(new TextEncoder().encode("…"), { name: "notes.pdf", type: "application/pdf" });
console.log((await client.doc.upload({ attachment: notes })).fid);
