package baijiayun

import java.io.ByteArrayInputStream
import java.io.IOException
import java.io.InputStream
import java.io.SequenceInputStream
import java.net.SocketTimeoutException
import java.time.Duration
import java.util.Collections
import java.util.UUID
import kotlinx.coroutines.delay

/** A form with files (multipart/form-data), as browsers write it. Files are read bit by bit while they are sent. */
internal class Multipart(parts: List<Part>, files: Map<String, UploadFile>, private val stallTimeout: Duration) : HttpBody {
    private val boundary = "baijiayun-${UUID.randomUUID()}"
    private val segments: List<Segment> = parts.flatMap { segments(it, files) } + Segment.Text("--$boundary--\r\n")

    val contentType: String = "multipart/form-data; boundary=$boundary"

    /** Why a file could not be read. */
    @Volatile
    var fileFailure: IOException? = null

    /** What a listener threw. */
    @Volatile
    var progressFailure: Exception? = null

    /** When something went out last; null once all of it did. */
    @Volatile
    private var moved: Long? = System.nanoTime()

    override val length: Long = segments.sumOf { it.length }

    override fun open(): InputStream =
        SequenceInputStream(
            Collections.enumeration(
                segments.map { segment ->
                    when (segment) {
                        is Segment.Text -> ByteArrayInputStream(segment.bytes)
                        is Segment.Content -> Content(segment.file, segment.offset)
                    }
                },
            ),
        )

    /** Returns when all of it went out, and throws if nothing moves any more. */
    suspend fun watch() {
        while (true) {
            val idle = (System.nanoTime() - (moved ?: return)) / 1_000_000
            if (idle >= stallTimeout.toMillis()) throw SocketTimeoutException("nothing was sent for $idle ms")
            delay(stallTimeout.toMillis() - idle)
        }
    }

    private fun segments(part: Part, files: Map<String, UploadFile>): List<Segment> {
        val head = "--$boundary\r\nContent-Disposition: form-data; name=\"${quoted(part.name)}\""
        if (part.source == null) return listOf(Segment.Text("$head\r\n\r\n${part.value.orEmpty()}\r\n"))
        val file = files[part.source] ?: throw failure(ErrorKind.FILE, "", "${part.file} is not there any more")
        val name = quoted(part.file ?: file.name)
        return listOf(
            Segment.Text("$head; filename=\"$name\"\r\nContent-Type: ${file.contentType}\r\n\r\n"),
            Segment.Content(file, part.offset),
            Segment.Text("\r\n"),
        )
    }

    private fun quoted(name: String): String = name.replace("\"", "%22").replace("\r", "%0D").replace("\n", "%0A")

    private sealed class Segment(val length: Long) {
        class Text private constructor(val bytes: ByteArray) : Segment(bytes.size.toLong()) {
            constructor(text: String) : this(text.encodeToByteArray())
        }

        class Content(val file: UploadFile, val offset: Long) : Segment(file.size - offset)
    }

    /** A file as it goes out. It is opened when its turn comes. */
    private inner class Content(private val file: UploadFile, private var sent: Long) : InputStream() {
        private var stream: InputStream? = null

        override fun read(): Int {
            val one = ByteArray(1)
            return if (read(one, 0, 1) < 0) -1 else one[0].toInt() and 0xff
        }

        override fun read(bytes: ByteArray, offset: Int, length: Int): Int {
            if (length == 0) return 0
            tell()
            val read = try {
                val open = stream ?: file.open(sent).also { stream = it }
                open.read(bytes, offset, length).also(::check)
            } catch (error: IOException) {
                fileFailure = error
                throw error
            }
            if (read > 0) sent += read
            // What follows a file is no more than a few bytes.
            moved = if (sent == file.size) null else System.nanoTime()
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
            } catch (error: Exception) {
                progressFailure = error
                throw IOException("the listener of the progress failed", error)
            }
        }

        private fun check(read: Int) {
            val isWhole = if (read < 0) sent == file.size else sent + read <= file.size
            if (!isWhole) throw IOException("${file.name} changed while it was sent: it had ${file.size} bytes")
        }
    }
}
