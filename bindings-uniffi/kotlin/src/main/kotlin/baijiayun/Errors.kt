package baijiayun

import java.time.Duration
import kotlinx.serialization.json.JsonElement

/** The kinds of errors, the same in every language of this SDK. */
enum class ErrorKind(@get:JvmSynthetic internal val exception: (ErrorDetails, Throwable?) -> BaijiayunException) {
    INVALID_ACCOUNT(::ConfigException),
    UNKNOWN_OPERATION(::UnknownOperationException),
    INVALID_PARAMETERS(::InvalidParametersException),
    SIGNING(::SigningException),
    FILE(::FileException),
    CONNECT(::ConnectException),
    TIMEOUT(::TimeoutException),
    TRANSPORT(::TransportException),
    PATH_NOT_FOUND(::PathNotFoundException),
    PARAMETER_REJECTED(::ParameterRejectedException),
    SIGNATURE_REJECTED(::SignatureException),
    ACCOUNT_NOT_FOUND(::AccountNotFoundException),
    PERMISSION_DENIED(::PermissionDeniedException),
    LIVE_NOT_OPEN(::LiveNotOpenException),
    ROOM_NOT_FOUND(::RoomNotFoundException),
    ROOM_DELETED(::RoomDeletedException),
    UPLOAD_FAILED(::UploadFailedException),
    VIDEO_NOT_FOUND(::VideoNotFoundException),
    GENERAL(::ApiException),
    SERVICE(::ApiException),
    THROTTLED(::ThrottledException),
    HTTP_STATUS(::AnswerException),
    NOT_ENVELOPE(::AnswerException),
    NOT_JSON(::AnswerException),
    TOO_LARGE(::AnswerException),
    DECODE(::AnswerException),
    DEPARTURES(::DeparturesException),
    CALLBACK_MALFORMED(::CallbackException),
    CALLBACK_SIGNATURE(::CallbackException),
    CALLBACK_CLOCK(::CallbackException),
    CLOSED(::ClosedException),
    MISUSE(::MisuseException);

    /** Its name in the other languages, for example `room_not_found`. */
    val wireName: String get() = name.lowercase()

    internal companion object {
        private val byName = entries.associateBy { it.wireName }

        fun named(wireName: String): ErrorKind = byName[wireName] ?: MISUSE
    }
}

/** One thing that is wrong with the parameters of a call. */
class Fault internal constructor(
    /** The parameter. */
    val parameter: String,
    /** `missing`, `unknown`, `wrong_type` or `out_of_range`. */
    val kind: String,
    /** The same in words. */
    val message: String,
) : Value(), java.io.Serializable {
    override fun members(): List<Pair<String, Any?>> =
        listOf("parameter" to parameter, "kind" to kind, "message" to message)
}

/** What an exception says. */
class ErrorDetails(
    /** What kind of error it is. */
    val kind: ErrorKind,
    /** All of it in words. */
    val text: String,
    /** The operation that was called, for example `room.create`; empty if there was none. */
    val operation: String = "",
    /** What happened; for an error of the service its own `msg`. */
    val message: String = text,
    /** What to do about it. */
    val hint: String? = null,
    /** The service's own code, for example 1002. */
    val code: Long? = null,
    /** When the service answered, unix seconds. */
    val ts: Long? = null,
    /** The HTTP status of the answer. */
    val status: Int? = null,
    /** Everything that is wrong with the parameters. */
    val faults: List<Fault> = emptyList(),
    /** The answer, if there was one. It may hold anything, so it is not part of [text]. */
    val body: String? = null,
    /** The places that are not what the documents describe, for an error of that kind. */
    val departures: List<Departure> = emptyList(),
    /** The data of such an answer. */
    @Transient @get:JvmSynthetic internal val data: JsonElement? = null,
    /** What the answer's header Retry-After says. */
    val retryAfter: Duration? = null,
) : java.io.Serializable {
    internal fun exception(cause: Throwable? = null): BaijiayunException = kind.exception(this, cause)
}

/**
 * What went wrong, in which call, and what to do about it. [message] says all of it, and [details] the same in parts.
 *
 * No exception holds partner_key.
 */
sealed class BaijiayunException(val details: ErrorDetails, cause: Throwable?) : RuntimeException(details.text, cause) {
    /** What kind of error it is. */
    val kind: ErrorKind get() = details.kind

    /** The operation that was called, for example `room.create`; empty if there was none. */
    val operation: String get() = details.operation

    /** The service's own code, for example 1002. */
    val code: Long? get() = details.code

    /** The HTTP status of the answer. */
    val status: Int? get() = details.status

    /** What the answer's header Retry-After says. */
    val retryAfter: Duration? get() = details.retryAfter

    /** What to do about it. */
    val hint: String? get() = details.hint

    /** How the call went before it failed. */
    var trace: Trace? = null
        @JvmSynthetic internal set

    /** The video whose upload broke off: [resumeUpload] goes on with it. */
    var videoId: Long? = null
        @JvmSynthetic internal set
}

/** The domain, partner_id, the key or a setting cannot be right. */
class ConfigException(details: ErrorDetails, cause: Throwable? = null) : BaijiayunException(details, cause)

/** There is no operation of that name. */
class UnknownOperationException(details: ErrorDetails, cause: Throwable? = null) : BaijiayunException(details, cause)

/** Parameters are missing, unknown or wrong; [faults] names all of them. Nothing was sent. */
class InvalidParametersException(details: ErrorDetails, cause: Throwable? = null) : BaijiayunException(details, cause) {
    /** Everything that is wrong with the parameters. */
    val faults: List<Fault> get() = details.faults
}

/** The signer gave no signature; [cause] is what it threw. */
class SigningException(details: ErrorDetails, cause: Throwable? = null) : BaijiayunException(details, cause)

/** A file to send cannot be read, or is not what it was. */
class FileException(details: ErrorDetails, cause: Throwable? = null) : BaijiayunException(details, cause)

/** There was no answer; [cause] is what the HTTP client threw. */
open class TransportException(details: ErrorDetails, cause: Throwable? = null) : BaijiayunException(details, cause)

/** No connection could be made: the request was not sent. */
class ConnectException(details: ErrorDetails, cause: Throwable? = null) : TransportException(details, cause)

/** No answer came in time. */
class TimeoutException(details: ErrorDetails, cause: Throwable? = null) : TransportException(details, cause)

/** The service refused: [code] is its code, and the message of [details] its msg. */
open class ApiException(details: ErrorDetails, cause: Throwable? = null) : BaijiayunException(details, cause)

/** 404: the service has no such path. If the path was a guess, [hint] says so. */
class PathNotFoundException(details: ErrorDetails, cause: Throwable? = null) : ApiException(details, cause)

/** 1001 参数错误: the service refuses a parameter. */
class ParameterRejectedException(details: ErrorDetails, cause: Throwable? = null) : ApiException(details, cause)

/** 1002 签名计算错误: the service computes another signature. */
class SignatureException(details: ErrorDetails, cause: Throwable? = null) : ApiException(details, cause)

/** 2001 账号不存在: there is no such account. */
class AccountNotFoundException(details: ErrorDetails, cause: Throwable? = null) : ApiException(details, cause)

/** 2002 账号权限错误: the account lacks the permission. */
class PermissionDeniedException(details: ErrorDetails, cause: Throwable? = null) : ApiException(details, cause)

/** 2003 直播账号未开或服务停止: the live account is not open, or stopped. */
class LiveNotOpenException(details: ErrorDetails, cause: Throwable? = null) : ApiException(details, cause)

/** 3001 房间号不存在: there is no such room. */
class RoomNotFoundException(details: ErrorDetails, cause: Throwable? = null) : ApiException(details, cause)

/** 3002 该房间已删除: the room was deleted. */
class RoomDeletedException(details: ErrorDetails, cause: Throwable? = null) : ApiException(details, cause)

/** 4001 文件上传失败: the upload failed. */
class UploadFailedException(details: ErrorDetails, cause: Throwable? = null) : ApiException(details, cause)

/** 5002 视频不存在或已删除: the video does not exist or was deleted. The code is seen in public code, in no document. */
class VideoNotFoundException(details: ErrorDetails, cause: Throwable? = null) : ApiException(details, cause)

/** Too many requests: the service said so, or its limits leave no room before the deadline. */
class ThrottledException(details: ErrorDetails, cause: Throwable? = null) : BaijiayunException(details, cause)

/** The answer is not one of the API: [status] and the body of [details] are what came. */
class AnswerException(details: ErrorDetails, cause: Throwable? = null) : BaijiayunException(details, cause)

/**
 * The answer to a call that was carried out, or a callback, departs from the documents, and you are `strict`. [data] is what
 * it says all the same.
 */
class DeparturesException(details: ErrorDetails, cause: Throwable? = null) : BaijiayunException(details, cause) {
    /** The places that are not what the documents describe. */
    val departures: List<Departure> get() = details.departures

    /** The data without them; null once the exception was serialized. */
    val data: JsonElement? get() = details.data

    /** The same as maps, lists, texts and numbers: see [Answer.plain]. */
    val plain: Any? get() = Plain.of(details.data)
}

/** A callback that the service did not post like this: refuse it. */
class CallbackException(details: ErrorDetails, cause: Throwable? = null) : BaijiayunException(details, cause)

/** The client was closed: before the call was sent, or while it was under way ([message] says which). */
class ClosedException(details: ErrorDetails, cause: Throwable? = null) : BaijiayunException(details, cause)

/**
 * The thread that waited for a call of [BlockingClient] was interrupted: its flag is set again, and the call was given up. It
 * may have been carried out.
 */
class InterruptedCallException(details: ErrorDetails, cause: Throwable? = null) : TransportException(details, cause)

/**
 * The library of the engine cannot be loaded: there is none for this platform, or it cannot be unpacked or run. The hint says what
 * to set.
 */
class NativeLibraryException(details: ErrorDetails, cause: Throwable? = null) : MisuseException(details, cause)

/** The package was used in a way that cannot work. */
open class MisuseException(details: ErrorDetails, cause: Throwable? = null) : BaijiayunException(details, cause)

/** An exception that this package throws itself. */
internal fun failure(kind: ErrorKind, operation: String, message: String, cause: Throwable? = null): BaijiayunException {
    val text = if (operation.isEmpty()) message else "$operation: $message"
    return ErrorDetails(kind, text, operation, message).exception(cause)
}
