package baijiayun

import java.net.NoRouteToHostException
import java.net.SocketTimeoutException
import java.net.UnknownHostException
import java.net.http.HttpConnectTimeoutException
import java.net.http.HttpTimeoutException
import java.nio.channels.UnresolvedAddressException
import java.time.ZonedDateTime
import java.time.format.DateTimeFormatter
import java.time.format.DateTimeParseException
import kotlinx.coroutines.TimeoutCancellationException
import kotlin.math.max
import kotlin.math.roundToLong

/** What became of a request for which an executor threw something. */
internal fun broken(error: Exception, request: HttpRequest): Event {
    // The address of a GET is signed.
    val message = words(error).replace(request.url, "the address")
    val own = error as? BaijiayunException
    if (own != null && own !is TransportException && own !is FileException) throw own
    val causes = generateSequence<Throwable>(error) { it.cause }
    val kind = (request.body as? StreamedBody)?.fileFailure?.let { "file" } ?: causes.firstNotNullOfOrNull(::kindOf)
    return Event("broken", kind = kind ?: "transport", message = message)
}

private fun kindOf(error: Throwable): String? =
    when (error) {
        is BaijiayunException -> error.kind.wireName
        is java.net.ConnectException, is NoRouteToHostException, is UnknownHostException -> "connect"
        is HttpConnectTimeoutException, is UnresolvedAddressException -> "connect"
        is HttpTimeoutException, is SocketTimeoutException, is TimeoutCancellationException -> "timeout"
        is java.util.concurrent.TimeoutException -> "timeout"
        else -> null
    }

/** An exception in words. */
internal fun words(error: Throwable): String = error.message?.ifEmpty { null } ?: error.javaClass.simpleName

/** The header `retry-after` in milliseconds; it names seconds or a date. Less than 0 if it is not there. */
internal fun retryAfter(value: String?, unix: Long): Long {
    val text = value?.trim() ?: return -1
    text.toDoubleOrNull()?.let { return if (it.isNaN()) -1 else max(-1, (it * 1000).roundToLong()) }
    return try {
        val date = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant()
        max(0, (date.epochSecond - unix) * 1000)
    } catch (_: DateTimeParseException) {
        -1
    }
}
