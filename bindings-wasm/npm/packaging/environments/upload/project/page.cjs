const { BaijiayunError, FileError, uploadVideo } = require("baijiayun/upload");

const { exerciseUpload } = require("./exercise-upload.mjs");

window.exercised = (host) => exerciseUpload({ BaijiayunError, FileError, uploadVideo }, host);
