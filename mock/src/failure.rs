//! The failures of the service: the codes of the documents, in the vendor's words.

/// Why a call is refused.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The HTTP status.
    pub status: u16,
    pub code: i64,
    pub msg: String,
}

impl Failure {
    fn new(code: i64, msg: impl Into<String>) -> Failure {
        Failure { status: 200, code, msg: msg.into() }
    }

    /// An error without a code of its own.
    pub fn general(msg: impl Into<String>) -> Failure {
        Failure::new(1, msg)
    }

    /// One that the mock was told to answer.
    pub fn told(code: i64, msg: String) -> Failure {
        Failure::new(code, msg)
    }

    pub fn path() -> Failure {
        Failure::new(404, "请求路径不存在")
    }

    pub fn parameter(what: impl std::fmt::Display) -> Failure {
        Failure::new(1001, format!("参数错误: {what}"))
    }

    pub fn signature() -> Failure {
        Failure::new(1002, "签名计算错误")
    }

    pub fn account() -> Failure {
        Failure::new(2001, "账号不存在")
    }

    pub fn room_unknown() -> Failure {
        Failure::new(3001, "房间号不存在")
    }

    pub fn room_deleted() -> Failure {
        Failure::new(3002, "该房间已删除")
    }

    pub fn upload(why: impl std::fmt::Display) -> Failure {
        Failure::new(4001, format!("文件上传失败: {why}"))
    }

    /// Seen in public code, in no document.
    pub fn video_unknown() -> Failure {
        Failure::new(5002, "视频不存在或已删除")
    }

    pub fn throttled() -> Failure {
        Failure { status: 429, ..Failure::new(429, "请求过于频繁") }
    }

    pub fn too_large() -> Failure {
        Failure { status: 413, ..Failure::general("请求体过大") }
    }
}
