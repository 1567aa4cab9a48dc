package baijiayun

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
    override fun toString(): String = "$status, ${body.size} bytes"
}

/** A form without files. */
internal class Form(val text: String) : HttpBody {
    private val bytes = text.encodeToByteArray()

    override val length: Long get() = bytes.size.toLong()

    override fun open(): InputStream = bytes.inputStream()
}
