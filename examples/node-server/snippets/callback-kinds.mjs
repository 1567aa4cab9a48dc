/** @param {import("baijiayun").Callback} callback */
export function describe(callback) {
  switch (callback.name) {
    case "class_event":
      return `${callback.data.room_id}: ${callback.data.op}`; // "start" or "end"
    case "transcode_callback":
      return `${callback.data.video_id}: ${callback.data.status}`;
    case null:
      return `not in the documents: ${Object.keys(callback.data)}`;
    default:
      return callback.name;
  }
}
