//! The kinds of errors, their names, and what to do about each.

use std::fmt;

/// The kinds of errors, by direction: building the request, sending it,
/// and what was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The account's domain, partner_id or key cannot be right.
    InvalidAccount,
    /// There is no operation of that name.
    UnknownOperation,
    /// Parameters are missing, unknown or wrong; [`Error::faults`](crate::Error::faults) names all of them.
    InvalidParameters,
    /// The signer gave no signature.
    Signing,
    /// A file to send cannot be read, or is not what it was.
    File,
    /// No connection could be made: the request was not sent.
    Connect,
    /// No answer came in time.
    Timeout,
    /// The connection broke while the request was under way, or the executor failed.
    Transport,
    /// 404: the service has no such path.
    PathNotFound,
    /// 1001 参数错误: the service refuses a parameter.
    ParameterRejected,
    /// 1002 签名计算错误: the service computes another signature.
    SignatureRejected,
    /// 2001 账号不存在: there is no such account.
    AccountNotFound,
    /// 2002 账号权限错误: the account lacks the permission.
    PermissionDenied,
    /// 2003 直播账号未开或服务停止: the live account is not open, or stopped.
    LiveNotOpen,
    /// 3001 房间号不存在: there is no such room.
    RoomNotFound,
    /// 3002 该房间已删除: the room was deleted.
    RoomDeleted,
    /// 4001 文件上传失败: the upload failed.
    UploadFailed,
    /// 5002 视频不存在或已删除: the video does not exist or was deleted. The code is seen in public code, in no document.
    VideoNotFound,
    /// 1: an error without a code of its own; the message has the reason.
    General,
    /// A code that the documents do not name.
    Service,
    /// Too many requests: HTTP 429, or 429 as the answer's own code with any HTTP status.
    Throttled,
    /// An HTTP status that means failure, without an answer of the service.
    HttpStatus,
    /// The answer is JSON, but not the service's envelope.
    NotEnvelope,
    /// The answer is not JSON.
    NotJson,
    /// The answer is larger or deeper than this SDK reads.
    TooLarge,
    /// The data do not fit the type that was asked for.
    Decode,
    /// The answer to a call that was carried out, or a callback, departs from the documents, and the caller is strict:
    /// [`Error::departures`] names the places, and [`Error::data`] is what there is.
    ///
    /// [`Error::departures`]: crate::Error::departures
    /// [`Error::data`]: crate::Error::data
    Departures,
    /// The body of a callback is not what the service posted.
    CallbackMalformed,
    /// A callback was not signed with the account's key.
    CallbackSignature,
    /// A callback is too old, or ahead of this machine's clock.
    CallbackClock,
    /// The client was closed: before the call was sent, or while it was under way (the message says which).
    Closed,
    /// The host drove the engine wrongly, or went on with a call that had ended.
    Misuse,
}

impl ErrorKind {
    /// Its name in snake_case, as the command line tool and the other languages show it.
    pub fn as_str(self) -> &'static str {
        use ErrorKind::*;
        match self {
            InvalidAccount => "invalid_account",
            UnknownOperation => "unknown_operation",
            InvalidParameters => "invalid_parameters",
            Signing => "signing",
            File => "file",
            Connect => "connect",
            Timeout => "timeout",
            Transport => "transport",
            PathNotFound => "path_not_found",
            ParameterRejected => "parameter_rejected",
            SignatureRejected => "signature_rejected",
            AccountNotFound => "account_not_found",
            PermissionDenied => "permission_denied",
            LiveNotOpen => "live_not_open",
            RoomNotFound => "room_not_found",
            RoomDeleted => "room_deleted",
            UploadFailed => "upload_failed",
            VideoNotFound => "video_not_found",
            General => "general",
            Service => "service",
            Throttled => "throttled",
            HttpStatus => "http_status",
            NotEnvelope => "not_envelope",
            NotJson => "not_json",
            TooLarge => "too_large",
            Decode => "decode",
            Departures => "departures",
            CallbackMalformed => "callback_malformed",
            CallbackSignature => "callback_signature",
            CallbackClock => "callback_clock",
            Closed => "closed",
            Misuse => "misuse",
        }
    }

    /// The kind of a code that is not success.
    pub(crate) fn of_code(code: i64) -> ErrorKind {
        match code {
            1 => ErrorKind::General,
            404 => ErrorKind::PathNotFound,
            429 => ErrorKind::Throttled,
            1001 => ErrorKind::ParameterRejected,
            1002 => ErrorKind::SignatureRejected,
            2001 => ErrorKind::AccountNotFound,
            2002 => ErrorKind::PermissionDenied,
            2003 => ErrorKind::LiveNotOpen,
            3001 => ErrorKind::RoomNotFound,
            3002 => ErrorKind::RoomDeleted,
            4001 => ErrorKind::UploadFailed,
            5002 => ErrorKind::VideoNotFound,
            _ => ErrorKind::Service,
        }
    }

    pub(super) fn hint(self) -> Option<&'static str> {
        use ErrorKind::*;
        Some(match self {
            InvalidParameters => {
                "compare it with the parameters that the operation is documented with; send what they lack as extra"
            }
            File => "check the path, and that nothing writes to the file while it is sent",
            Connect => "check the domain and the network; the request was not sent, so it is safe to try again",
            Timeout => "the service may have carried out the call; look before you repeat one that changes something",
            Transport => "the service may have carried out the call; look before you repeat one that changes something",
            PathNotFound => "the service does not know this path; check the domain",
            ParameterRejected => "the message names the parameter; compare it with the reference page",
            SignatureRejected => "check partner_id, partner_key (no stray blanks or newlines) and this machine's clock",
            AccountNotFound => "check partner_id and the domain: they belong together",
            PermissionDenied => "ask your BaijiaYun account manager to open this feature for the account",
            LiveNotOpen => "ask your BaijiaYun account manager whether the live service is open and paid for",
            RoomNotFound => "check the room id, and that the room belongs to this account",
            RoomDeleted => "the room is gone; create another one",
            UploadFailed => "check the file's type and size, and upload it again",
            VideoNotFound => {
                "check the video id, and that the video belongs to this account; if it was deleted, upload it again"
            }
            Throttled => {
                "at most 200 requests in 10 s per account, and per server address after the vendor's page of 2026; wait, and copy data into your own database instead of polling"
            }
            HttpStatus => "this answer is not from the API itself but from something in front of it; try again later",
            NotEnvelope | NotJson => {
                "the answer is kept in the error; a proxy or a wrong domain often answers like this"
            }
            TooLarge => "ask for fewer rows at a time; no answer of the API itself is nested deeply",
            Decode => "the answer is kept: read it as JSON, and please report the difference",
            Departures => {
                "what was asked for was done: the error has the data and names what departs; without strict they would have been given"
            }
            CallbackMalformed => {
                "pass the body byte for byte as it came over the wire, before any framework parses it (express.raw, request.get_data(), HttpServletRequest.getInputStream(), axum's Bytes)"
            }
            CallbackSignature => "pass the body byte for byte; check partner_key (no blanks or line breaks around it)",
            CallbackClock => {
                "check this machine's clock; a callback that was recorded and posted again is refused rightly; a test with an old example needs no clock"
            }
            InvalidAccount | UnknownOperation | Signing | General | Service | Closed | Misuse => return None,
        })
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
