const upload = require("baijiayun/upload");

import("./exercise-upload.mjs")
  .then(({ exerciseUpload }) => exerciseUpload(upload, JSON.parse(process.env.ACCOUNT)))
  .then((report) => console.log(JSON.stringify(report)));
