package baijiayun

import java.util.UUID

/** A form with files (multipart/form-data), as browsers write it. The engine has made the names safe. */
internal class Multipart private constructor(
    private val boundary: String,
    parts: List<Part>,
    files: Map<String, UploadFile>,
    limits: StallLimits,
) : StreamedBody(parts.flatMap { segments(boundary, it, files) } + Segment.Text("--$boundary--\r\n"), limits) {
    constructor(parts: List<Part>, files: Map<String, UploadFile>, limits: StallLimits) :
        this("baijiayun-${UUID.randomUUID()}", parts, files, limits)

    val contentType: String = "multipart/form-data; boundary=$boundary"

    private companion object {
        fun segments(boundary: String, part: Part, files: Map<String, UploadFile>): List<Segment> {
            val head = "--$boundary\r\nContent-Disposition: form-data; name=\"${part.name}\""
            if (part.source == null) return listOf(Segment.Text("$head\r\n\r\n${part.value.orEmpty()}\r\n"))
            val file = files[part.source] ?: throw failure(ErrorKind.FILE, "", "${part.file} is not there any more")
            return listOf(
                Segment.Text("$head; filename=\"${part.file.orEmpty()}\"\r\nContent-Type: ${file.contentType ?: part.type}\r\n\r\n"),
                Segment.Content(file, 0, file.size),
                Segment.Text("\r\n"),
            )
        }
    }
}

/** A chunk of a file, as it is. */
internal class ChunkBody(chunk: Chunk, files: Map<String, UploadFile>, limits: StallLimits) :
    StreamedBody(listOf(Segment.Content(files.getValue(chunk.source), chunk.offset, chunk.length)), limits)
