package baijiayun

import java.io.EOFException
import java.net.NoRouteToHostException
import java.net.SocketTimeoutException
import java.net.URI
import java.net.URISyntaxException
import java.net.UnknownHostException
import java.nio.channels.UnresolvedAddressException
import javax.net.ssl.SSLException
import javax.net.ssl.SSLHandshakeException
import javax.net.ssl.SSLPeerUnverifiedException
import kotlinx.coroutines.TimeoutCancellationException

/** What became of a request for which an executor threw something. */
internal fun broken(error: Throwable, request: HttpRequest): Event {
    val own = error as? BaijiayunException
    if (own != null && own !is TransportException && own !is FileException) throw own
    val kind = (request.body as? StreamedBody)?.fileFailure?.let { "file" } ?: causes(error).firstNotNullOfOrNull(::kindOf)
    val message = if (quotes(error, request)) "${error.javaClass.simpleName}, which quotes the address" else said(error, request)
    return Event("broken", kind = kind ?: "transport", message = message)
}

/** With the host, which Java's own client leaves out. */
private fun said(error: Throwable, request: HttpRequest): String {
    val host = request.host
    return when (val cause = causes(error).firstOrNull(::isOfConnection)) {
        null -> words(error)
        is UnknownHostException, is UnresolvedAddressException -> "the host $host is not known"
        is SSLException -> "no TLS connection to $host: ${words(cause)}"
        else -> if (isNamed(cause, CONNECT_TIMEOUT)) "no connection to $host in time" else "no connection to $host: ${words(causes(cause).last())}"
    }
}

private fun isOfConnection(error: Throwable): Boolean = error !is BaijiayunException && kindOf(error) in setOf("connect", "tls")

private fun kindOf(error: Throwable): String? =
    when (error) {
        is BaijiayunException -> error.kind.wireName
        is UnknownHostException, is UnresolvedAddressException -> "connect"
        // Java's own client has the reason as the cause, and only that tells a name that is not known.
        is java.net.ConnectException, is NoRouteToHostException -> "connect".takeIf { causes(error).none(::isUnknown) }
        is SSLException -> ofTls(error)
        is URISyntaxException -> "unsendable"
        is SocketTimeoutException, is TimeoutCancellationException, is java.util.concurrent.TimeoutException -> "timeout"
        else -> if (isNamed(error, CONNECT_TIMEOUT) || isOfProxy(error)) "connect" else "timeout".takeIf { isNamed(error, TIMEOUT) }
    }

private const val TIMEOUT = "java.net.http.HttpTimeoutException"
private const val CONNECT_TIMEOUT = "java.net.http.HttpConnectTimeoutException"

/** Whether a proxy refused the way to the service. Java's own client (the first) and OkHttp have nothing but words for it. */
private fun isOfProxy(error: Throwable): Boolean =
    arrayOf("Tunnel failed", "Unexpected response code for CONNECT", "Failed to authenticate with proxy").any { words(error).startsWith(it) }

/** Whether it is of the class of that name, which Android does not have. */
private fun isNamed(error: Throwable, name: String): Boolean =
    generateSequence<Class<*>>(error.javaClass) { it.superclass }.any { it.name == name }

private fun ofTls(error: SSLException): String? =
    when {
        // It may go better the next time.
        causes(error).any { it is EOFException } -> "connect".takeIf { error is SSLHandshakeException }
        error is SSLHandshakeException || error is SSLPeerUnverifiedException -> "tls"
        // The other side speaks no TLS at all.
        else -> "tls".takeIf { "SSL message" in error.message.orEmpty() }
    }

private fun isUnknown(error: Throwable): Boolean = error is UnknownHostException || error is UnresolvedAddressException

private val SIGNATURE = Regex("""\bsign=([0-9a-fA-F]{8,})""")

/** Whether an exception, or what caused it, shows the signature of a request. */
internal fun quotes(error: Throwable, request: HttpRequest): Boolean {
    val sent = if (request.body == null) request.url else (request.body as? Form)?.text.orEmpty()
    val signature = SIGNATURE.find(sent)?.groupValues?.get(1) ?: return false
    return causes(error).any { cause -> signature in shown(cause) || cause.suppressed.any { signature in shown(it) } }
}

private fun causes(error: Throwable): Sequence<Throwable> = generateSequence(error) { attempted { it.cause } }.take(20)

/** An exception in words. */
internal fun words(error: Throwable): String = attempted { error.message }?.ifEmpty { null } ?: error.javaClass.name.substringAfterLast('.')

/** An exception with its class. */
internal fun shown(error: Throwable): String = attempted { error.toString() } ?: error.javaClass.name

/** What somebody else's exception says of itself; null if that throws. */
private inline fun <T> attempted(ask: () -> T): T? =
    try {
        ask()
    } catch (_: Throwable) {
        null
    }

/** Where it goes to. */
private val HttpRequest.host: String get() = URI(url).run { if (port < 0) host.orEmpty() else "$host:$port" }
