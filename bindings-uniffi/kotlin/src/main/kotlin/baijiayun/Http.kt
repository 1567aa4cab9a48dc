package baijiayun

import java.io.ByteArrayOutputStream
import java.io.IOException
import java.io.InputStream
import java.time.Duration

/**
 * Sends requests: with Java's own HTTP client, unless you give the client another executor.
 *
 * What it throws means that there was no answer: [java.net.ConnectException], [javax.net.ssl.SSLHandshakeException] and the
 * like say that the request never left, [java.net.SocketTimeoutException] and the like that time was up, anything else that
 * nobody knows. After [HttpRequest.timeout] nobody waits for it any more: the coroutine is cancelled, and the request should
 * be given up. It runs on threads of its own and may block them.
 */
fun interface HttpExecutor {
    /** Sends a request, once, and waits for the answer. It follows no redirects, and unpacks what is packed. */
    suspend fun execute(request: HttpRequest): HttpResponse
}

/** A signed request. It may hold passwords: do not log it. */
class HttpRequest internal constructor(
    /** `GET` or `POST`. */
    val method: String,
    /** The address. That of a GET is signed. */
    val url: String,
    /** The headers, content-type among them. */
    val headers: Map<String, String>,
    /** What is sent; null for a GET. */
    val body: HttpBody?,
    /** How long to wait for the whole answer. */
    val timeout: Duration,
    /** How many bytes of the answer, unpacked, to read at most. One that is longer is refused in any case. */
    val maxAnswer: Long,
) {
    override fun toString(): String = "$method ${url.substringBefore('?')}"
}

/** What a request sends. */
interface HttpBody {
    /** How many bytes it has. */
    val length: Long

    /** Its bytes, anew each time. Files are read bit by bit. */
    fun open(): InputStream

    /** All of it at once. */
    fun bytes(): ByteArray = open().use { it.readBytes() }
}

/** What was answered. */
class HttpResponse @JvmOverloads constructor(
    val status: Int,
    val body: ByteArray,
    /** The header `retry-after`, the one that matters. */
    val retryAfter: String? = null,
    /** The header `location`, of a redirect. */
    val location: String? = null,
) {
    /** With all headers that came, as Java's and other clients have them. Their names may be in any case. */
    constructor(status: Int, body: ByteArray, headers: Map<String, List<String>>) :
        this(status, body, header(headers, "retry-after"), header(headers, "location"))

    override fun toString(): String = "$status, ${body.size} bytes"

    private companion object {
        fun header(headers: Map<String, List<String>>, name: String): String? =
            headers.entries.firstOrNull { name.equals(it.key, ignoreCase = true) }?.value?.firstOrNull()
    }
}

/** A form without files. */
internal class Form(val text: String) : HttpBody {
    private val bytes = text.encodeToByteArray()

    override val length: Long get() = bytes.size.toLong()

    override fun open(): InputStream = bytes.inputStream()
}

/** An answer is longer than it may be. The engine says so in words. */
internal class TooLarge : IOException("the answer is longer than maxAnswer")

/** There is no memory for an answer. */
internal fun noMemory(operation: String): BaijiayunException =
    ErrorDetails(
        ErrorKind.TOO_LARGE,
        "${operation.ifEmpty { "the call" }}: there is no memory for the answer [set max_answer to what there is memory for]",
        operation,
        "there is no memory for the answer",
        "set maxAnswer to what there is memory for, for all calls under way at once",
    ).exception()

/** A body as it comes, of that length if it is not less than 0. It breaks off where it is too long. */
internal fun readAnswer(stream: InputStream, length: Long, most: Long): ByteArray {
    if (length > most) throw TooLarge()
    try {
        val body = ByteArrayOutputStream(if (length >= 0) length.toInt() else PIECE)
        val piece = ByteArray(PIECE)
        while (true) {
            val read = stream.read(piece)
            if (read < 0) return body.toByteArray()
            if (body.size() + read > most) throw TooLarge()
            body.write(piece, 0, read)
        }
    } catch (_: OutOfMemoryError) {
        throw noMemory("")
    }
}

private const val PIECE = 8192
