package baijiayun

import java.time.Duration
import kotlinx.serialization.KSerializer

/** A call as it is asked for. */
internal class Asked<T>(
    val name: String,
    result: KSerializer<T>,
    given: Map<String, Any?>,
    options: CallOptions?,
    more: Map<String, Any?> = emptyMap(),
    /** The file of an upload, which stands in the options. */
    upload: ((describe: (UploadFile) -> Any) -> Any)? = null,
    val stallTimeout: Duration = STALL_TIMEOUT,
    /** Is told how many bytes of an upload the service has, and of which video. What it throws ends the call. */
    val received: ((bytes: Long, videoId: Long?) -> Unit)? = null,
    /** Where the addresses of an upload come from, if not from the service. */
    val addresses: UploadAddresses? = null,
) {
    val steps: KSerializer<Step<T>> = Step.serializer(result)
    val details: Details? = options?.details
    val files: Map<String, UploadFile>

    /** The name, the options and the parameters, a line each. */
    val line: ByteArray

    init {
        val params = Written(name, given)
        val how = options?.written(name).orEmpty() + more + mapOf("upload" to upload?.invoke(params::describe))
        files = params.files
        // A line break would begin the options. A blank stands in no name either, and is refused.
        line = "${name.replace('\n', ' ')}\n${Written(name, how).json}\n${params.json}".encodeToByteArray()
    }
}
