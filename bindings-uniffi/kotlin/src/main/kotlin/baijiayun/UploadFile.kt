package baijiayun

import java.io.ByteArrayInputStream
import java.io.File
import java.io.FileInputStream
import java.io.IOException
import java.io.InputStream
import java.nio.file.Files
import java.nio.file.Path

/** Is told how many bytes went out so far (of a video: how many the service has), and the size. What it throws ends the call. */
fun interface Progress {
    fun sent(bytes: Long, size: Long)
}

/** A file to send. A path is opened when it is sent, and read bit by bit. */
class UploadFile private constructor(
    /** What the service is told that the file is called. It often goes by its ending. */
    val name: String,
    /** How many bytes it has. */
    val size: Long,
    /** Its media type; null for the one that the ending of the name stands for. */
    val contentType: String?,
    @get:JvmSynthetic internal val progress: Progress?,
    private val source: (offset: Long) -> InputStream,
) {
    init {
        if (contentType != null && contentType.any { it.isISOControl() || it.code > 126 }) {
            throw failure(ErrorKind.INVALID_PARAMETERS, "", "the content type of a file holds what cannot stand in a header")
        }
    }

    /** @throws FileException It cannot be read. */
    @JvmOverloads
    constructor(
        file: File,
        name: String = file.name.ifEmpty { "file" },
        contentType: String? = null,
        progress: Progress? = null,
    ) : this(name, sizeOf(file), contentType, progress, { offset -> open(file, offset) })

    /** @throws FileException It cannot be read. */
    @OnTheJvm
    @JvmOverloads
    constructor(
        path: Path,
        name: String = path.fileName?.toString() ?: "file",
        contentType: String? = null,
        progress: Progress? = null,
    ) : this(name, Paths.sizeOf(path), contentType, progress, { offset -> Paths.open(path, offset) })

    @JvmOverloads
    constructor(content: ByteArray, name: String, contentType: String? = null, progress: Progress? = null) : this(
        name,
        content.size.toLong(),
        contentType,
        progress,
        { offset -> ByteArrayInputStream(content, offset.toInt(), content.size) },
    )

    /** The content from there on. */
    internal fun open(offset: Long): InputStream = source(offset)

    /** The same file with another listener. */
    internal fun with(progress: Progress?): UploadFile = UploadFile(name, size, contentType, progress, source)

    override fun toString(): String = "UploadFile($name, $size bytes)"

    private companion object {
        fun sizeOf(file: File): Long {
            val why = when {
                !file.exists() -> "it is not there"
                !file.isFile -> "it is no file"
                !file.canRead() -> "there is no permission to read it"
                else -> return file.length()
            }
            throw failure(ErrorKind.FILE, "", "cannot read $file: $why")
        }

        fun open(file: File, offset: Long): InputStream = FileInputStream(file).also { it.channel.position(offset) }
    }
}

/** Files of java.nio, which Android has from 26 on. */
@OnTheJvm
private object Paths {
    fun sizeOf(path: Path): Long {
        val why = try {
            when {
                !Files.exists(path) -> "it is not there"
                !Files.isRegularFile(path) -> "it is no file"
                !Files.isReadable(path) -> "there is no permission to read it"
                else -> return Files.size(path)
            }
        } catch (error: IOException) {
            words(error)
        }
        throw failure(ErrorKind.FILE, "", "cannot read $path: $why")
    }

    fun open(path: Path, offset: Long): InputStream {
        val channel = Files.newByteChannel(path)
        channel.position(offset)
        return java.nio.channels.Channels.newInputStream(channel)
    }
}
