package baijiayun

import java.io.ByteArrayInputStream
import java.io.IOException
import java.io.InputStream
import java.io.SequenceInputStream
import java.net.SocketTimeoutException
import java.time.Duration
import java.util.Collections
import kotlinx.coroutines.delay

/** How long nothing may move while a body is sent. */
internal class StallLimits(
    val timeout: Duration,
    /** Also when all of it was sent, until the answer comes: for posts after which the service can be asked what it has. */
    val untilAnswered: Boolean,
)

/** A body with files, which are read bit by bit while they are sent. */
internal abstract class StreamedBody(private val segments: List<Segment>, private val limits: StallLimits) : HttpBody {
    /** Why a file could not be read. */
    @Volatile
    var fileFailure: IOException? = null

    /** What a listener threw. */
    @Volatile
    var progressFailure: Throwable? = null

    /** When something went out last; null once nothing more has to. */
    @Volatile
    private var moved: Long? = System.nanoTime()

    final override val length: Long = segments.sumOf { it.length }

    final override fun open(): InputStream =
        SequenceInputStream(
            Collections.enumeration(
                segments.map { segment ->
                    when (segment) {
                        is Segment.Text -> ByteArrayInputStream(segment.bytes)
                        is Segment.Content -> Content(segment.file, segment.offset, segment.offset + segment.length)
                    }
                },
            ),
        )

    /** Returns when all of it went out, and throws if nothing moves any more. */
    suspend fun watch() {
        while (true) {
            val idle = (System.nanoTime() - (moved ?: return)) / 1_000_000
            if (idle >= limits.timeout.toMillis()) throw SocketTimeoutException("nothing was sent for $idle ms")
            delay(limits.timeout.toMillis() - idle)
        }
    }

    internal sealed class Segment(val length: Long) {
        class Text private constructor(val bytes: ByteArray) : Segment(bytes.size.toLong()) {
            constructor(text: String) : this(text.encodeToByteArray())
        }

        class Content(val file: UploadFile, val offset: Long, length: Long) : Segment(length)
    }

    /** What is sent of a file, as it goes out. It is opened when its turn comes. */
    private inner class Content(private val file: UploadFile, private var sent: Long, private val end: Long) : InputStream() {
        private var stream: InputStream? = null

        override fun read(): Int {
            val one = ByteArray(1)
            return if (read(one, 0, 1) < 0) -1 else one[0].toInt() and 0xff
        }

        override fun read(bytes: ByteArray, offset: Int, length: Int): Int {
            if (length == 0) return 0
            tell()
            // A chunk ends before the file does; a file that grew shows by what follows its end.
            val wanted = if (end < file.size) minOf(length.toLong(), end - sent).toInt() else length
            if (wanted == 0) return -1
            val read = try {
                val open = stream ?: file.open(sent).also { stream = it }
                open.read(bytes, offset, wanted).also(::check)
            } catch (error: IOException) {
                fileFailure = error
                throw error
            }
            if (read > 0) sent += read
            // What follows a file in its body is no more than a few bytes.
            moved = if (sent == end && !limits.untilAnswered) null else System.nanoTime()
            return read
        }

        override fun close() {
            stream?.close()
        }

        /** More is asked for when what was read before went out. */
        private fun tell() {
            if (stream == null) return
            try {
                file.progress?.sent(sent, file.size)
            } catch (error: Throwable) {
                progressFailure = error
                throw IOException("the listener of the progress failed", error)
            }
        }

        private fun check(read: Int) {
            val isWhole = if (read < 0) sent == end else sent + read <= end
            if (!isWhole) throw IOException("${file.name} changed while it was sent: it had ${file.size} bytes")
        }
    }
}
