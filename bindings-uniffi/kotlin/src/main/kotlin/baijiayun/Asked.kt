package baijiayun

import java.time.Duration

/** A call as it is asked for. */
internal class Asked<T>(
    val name: String,
    val result: Kind<T>,
    private val given: Map<String, Any?>,
    private val options: CallOptions?,
    private val more: Map<String, Any?> = emptyMap(),
    val stallTimeout: Duration = STALL_TIMEOUT,
    /** Is told how many bytes of an upload the service has, and of which video. What it throws ends the call. */
    val received: ((bytes: Long, videoId: Long?) -> Unit)? = null,
    /** Where the addresses of an upload come from, if not from the service. */
    val addresses: UploadAddresses? = null,
) {
    val details: Details? get() = options?.details

    /** The files among the parameters, once it is written. */
    lateinit var files: Map<String, UploadFile>
        private set

    /** The name, the options and the parameters, a line each. */
    fun written(): ByteArray {
        // A line break would begin the options. A blank stands in no name either, and is refused.
        val out = StringBuilder(LINE).append(if ('\n' in name) name.replace('\n', ' ') else name).append('\n')
        val written = Written(name, out)
        if (options != null || more.isNotEmpty()) written.members(options?.written().orEmpty() + more)
        out.append('\n')
        files = written.records(given).files
        return out.toString().toByteArray()
    }

    private companion object {
        /** Characters that most calls have at most. */
        const val LINE = 512
    }
}
