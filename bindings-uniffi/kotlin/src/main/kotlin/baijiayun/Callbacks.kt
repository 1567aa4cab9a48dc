package baijiayun

import java.time.Duration
import java.util.UUID
import kotlinx.serialization.SerializationException
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive

/** The reply that the service takes for success. */
const val CALLBACK_SUCCESS: String = """{"code":0,"msg":""}"""

/** The reply that has most callbacks posted again. */
fun callbackFailure(msg: String): String =
    JsonObject(mapOf("code" to JsonPrimitive(1), "msg" to JsonPrimitive(msg))).toString()

/** What is known about a callback besides its data. */
internal class CallbackMeta(
    val name: String? = null,
    val qid: String = "",
    val timestamp: Long = 0,
    val signature: String = "",
    val hold: Long = 0,
    val key: Int = 0,
    val departures: List<Departure> = emptyList(),
)

/** A callback that the service posted, checked and recognised: `when` tells which. */
sealed class Callback(about: CallbackMeta) {
    /** Its name, for example `class_event`; null if no document describes it. */
    val name: String? = about.name

    /** Its unique id; a repetition has the same. */
    val qid: String = about.qid

    /** When the service signed it, unix seconds. */
    val timestamp: Long = about.timestamp

    /** Its signature. A post with the same one is the same post, whatever its [qid]. */
    val signature: String = about.signature

    /** For how many seconds a claim of it holds: until its timestamp is refused, and at least 600. */
    val hold: Long = about.hold

    /** Which key signed it: 0 for partner_key, 1 for the first of [Settings.callbackKeys]. */
    val key: Int = about.key

    /** Values that are not what the documents describe, and so are not in the data. */
    val departures: List<Departure> = about.departures

    override fun toString(): String = "${javaClass.simpleName}(qid=$qid)"
}

/** A callback that no document describes: all its fields. */
class UnknownCallback internal constructor(
    about: CallbackMeta,
    /** The fields as they were posted. */
    val data: JsonObject,
) : Callback(about) {
    /** The same as texts, numbers, lists and maps: see [Answer.plain]. */
    val plain: Map<String, Any?> get() = data.mapValues { Plain.of(it.value) }
}

/** A callback as it is posted. */
class PostedCallback internal constructor(
    val body: ByteArray,
    /** The header content-type. */
    val contentType: String,
) {
    override fun toString(): String = "PostedCallback($contentType, ${body.size} bytes)"
}

/** Checks and reads what the service posts, and takes each callback once. */
class Callbacks internal constructor(private val runner: Runner, storePrefix: String?) {
    private val claims = Claims(runner, storePrefix ?: "baijiayun")

    /**
     * Claims a callback: true for the first to do so, in this process, or among all that share the store.
     *
     * The service posts a callback again when it heard no success. Claim before the work, and [release] when the work
     * fails, or the repetition is lost. It is claimed by its [Callback.qid] and by its [Callback.signature]: whoever has
     * seen a post can give it another `qid` by cutting its fields differently, but not another signature.
     *
     * A claim that is cancelled while the store is asked is given back. Null, and what has no qid, is nobody's.
     */
    suspend fun claim(callback: Callback?): Boolean =
        callback != null && callback.qid.isNotEmpty() && claims.claim(callback.qid, callback.signature, callback.hold)

    /**
     * A callback as the service would post it, signed with the client's key: for tests of what receives them.
     *
     * @param name Which it is (see [CallbackName]); null for one that no document describes.
     * @param data Its fields, by the names of the wire.
     * @param json Whether it is posted as JSON; null for the way that is documented, else a form.
     * @param qid Its id; a new one if nothing is said.
     * @param timestamp When it was signed, unix seconds; now if nothing is said.
     * @throws CallbackException There is no key to sign with.
     */
    @JvmOverloads
    fun signed(
        name: String?,
        data: Map<String, Any?>,
        json: Boolean? = null,
        qid: String? = null,
        timestamp: Long? = null,
    ): PostedCallback {
        val asked = mapOf(
            "name" to name,
            "data" to data,
            "json" to json,
            "qid" to (qid ?: UUID.randomUUID().toString().replace("-", "")),
            "timestamp" to (timestamp ?: runner.core.clock.unix()),
        )
        val signed = readSigned(runner.core.signedCallback(jsonOf(name.orEmpty(), asked)))
        signed.error?.let { throw it.exception() }
        return PostedCallback(signed.body.encodeToByteArray(), signed.contentType)
    }

    /** Gives a callback back whose work failed, so that its repetition is taken. */
    suspend fun release(callback: Callback): Unit = claims.release(callback.qid, callback.signature)

    /**
     * Checks the signature of a post and reads it.
     *
     * @param body The body as it came, byte for byte, before any framework parsed it.
     * @param contentType The header of that name. It only helps to explain errors.
     * @param name Which callback it is (see [CallbackName]), if it came to an address of its own. Otherwise it is told by
     *   its fields.
     * @param tolerance How much its timestamp may differ from this machine's clock, either way; null if the clock does
     *   not matter.
     * @throws CallbackException It was not posted by the service, or was changed on the way. Refuse it.
     */
    @JvmOverloads
    fun parse(
        body: ByteArray,
        contentType: String? = null,
        name: String? = null,
        tolerance: Duration? = Duration.ofMinutes(5),
    ): Callback {
        val options = jsonOf("", mapOf("name" to name, "tolerance" to tolerance?.seconds, "clock" to (tolerance != null)))
        val head = "${contentType.orEmpty().replace('\n', ' ')}\n$options\n"
        val posted = readPosted(runner.core.callback(head.encodeToByteArray() + body))
        posted.error?.let { throw it.exception() }
        val about = posted.event ?: throw failure(ErrorKind.MISUSE, "", "the engine gave no event")
        val data = posted.data ?: throw failure(ErrorKind.MISUSE, "", "the engine gave no data")
        return try {
            knownCallback(about, data) ?: UnknownCallback(about, data.read(Kind.Element) as? JsonObject ?: JsonObject(emptyMap()))
        } catch (unfit: SerializationException) {
            throw undecodable(about.name.orEmpty(), unfit, data)
        }
    }
}
