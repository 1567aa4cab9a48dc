@file:OnTheJvm

package baijiayun

import java.io.ByteArrayInputStream
import java.io.IOException
import java.io.InputStream
import java.net.http.HttpHeaders
import java.net.http.HttpResponse.BodyHandler
import java.net.http.HttpResponse.BodySubscriber
import java.nio.ByteBuffer
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CompletionStage
import java.util.concurrent.Flow.Subscription
import java.util.zip.GZIPInputStream
import java.util.zip.Inflater
import java.util.zip.InflaterInputStream

// Bodies of answers, no longer than they may be, as they come and unpacked.

/** What is asked for. Anything else, and two of them, one in the other, are refused. */
internal const val CODINGS: String = "gzip, deflate"

/** A body that may be as long as this. One that says that it is longer is not read at all. */
internal fun answers(most: Long): BodyHandler<ByteArray> = BodyHandler { info ->
    val length = info.headers().firstValue("content-length").map { it.trim().toLongOrNull() ?: -1 }.orElse(-1)
    LimitedBody(most, length)
}

/** A body as it comes, whose memory is taken before it is read. It breaks off where it is too long. */
@OnTheJvm
private class LimitedBody(private val most: Long, private val length: Long) : BodySubscriber<ByteArray> {
    private val body = CompletableFuture<ByteArray>()
    private var subscription: Subscription? = null
    private var bytes = ByteArray(0)
    private var there = 0

    override fun getBody(): CompletionStage<ByteArray> = body

    override fun onSubscribe(subscription: Subscription) {
        this.subscription = subscription
        reading {
            if (length > most) throw TooLarge()
            bytes = ByteArray(if (length >= 0) length.toInt() else FIRST.coerceAtMost(most).toInt())
            subscription.request(Long.MAX_VALUE)
        }
    }

    override fun onNext(buffers: List<ByteBuffer>): Unit =
        reading {
            for (buffer in buffers) {
                val size = there.toLong() + buffer.remaining()
                if (size > most) throw TooLarge()
                if (size > bytes.size) bytes = bytes.copyOf(maxOf(size, 2L * bytes.size).coerceAtMost(most).toInt())
                val length = buffer.remaining()
                buffer.get(bytes, there, length)
                there += length
            }
        }

    override fun onError(error: Throwable) {
        body.completeExceptionally(error)
    }

    override fun onComplete() {
        reading { body.complete(if (there == bytes.size) bytes else bytes.copyOf(there)) }
    }

    private fun reading(read: () -> Unit) {
        if (body.isDone) return
        try {
            read()
        } catch (error: TooLarge) {
            end(error)
        } catch (_: OutOfMemoryError) {
            end(noMemory(""))
        }
    }

    private fun end(error: Exception) {
        bytes = ByteArray(0)
        subscription?.cancel()
        body.completeExceptionally(error)
    }

    private companion object {
        const val FIRST = 8192L
    }
}

/** The body as it was before it was packed. The limit holds while it is unpacked. */
internal fun unpacked(body: ByteArray, headers: HttpHeaders, most: Long): ByteArray {
    val codings = headers.allValues("content-encoding").flatMap { it.split(',') }.map { it.trim().lowercase() }
    val packed = codings.filterNot { it.isEmpty() || it == "identity" }
    if (packed.isEmpty() || body.isEmpty()) return body
    val stream = when (packed.singleOrNull()) {
        "gzip", "x-gzip" -> { bytes: InputStream -> GZIPInputStream(bytes, PIECE) }
        "deflate" -> { bytes: InputStream -> InflaterInputStream(bytes, Inflater(!isZlib(body)), PIECE) }
        else -> throw IOException("the answer came in the coding ${packed.joinToString().take(40)}, and only $CODINGS were asked for")
    }
    return try {
        stream(ByteArrayInputStream(body)).use { readAnswer(it, -1, most) }
    } catch (_: OutOfMemoryError) {
        throw noMemory("")
    } catch (error: TooLarge) {
        throw error
    } catch (error: IOException) {
        throw IOException("the answer cannot be unpacked from ${packed.single()}: ${words(error)}", error)
    }
}

private const val PIECE = 8192


/** Servers mean two things by deflate: with the head that the standard asks for, and without. */
private fun isZlib(body: ByteArray): Boolean {
    if (body.size < 2) return true
    val (first, second) = body.take(2).map { it.toInt() and 0xff }
    return first and 0x0f == 8 && (first * 256 + second) % 31 == 0
}
