package baijiayun

import baijiayun.ffi.Engine
import com.sun.jna.Memory
import java.lang.ref.Reference
import java.nio.ByteBuffer
import java.util.concurrent.ArrayBlockingQueue
import java.util.concurrent.atomic.AtomicInteger
import kotlinx.serialization.SerialName
import kotlinx.serialization.Serializable
import kotlinx.serialization.json.Json
import kotlin.random.Random
import baijiayun.ffi.ConfigException as EngineRefusal

// What crosses the boundary to the engine. `core/src/host.rs` describes it.

/** Reads what the engine writes. What an answer has beyond its description is left to [Client.call]. */
internal val engineJson: Json = Json { ignoreUnknownKeys = true }

/** What is to be done next, whichever it is: `send`, `wait`, `store`, `sign`, `address`, `done` or `failed`. */
@Serializable
internal class Step<T>(
    val step: String,
    val call: Long = 0,
    // send
    val timeout: Long = 0,
    @SerialName("max_answer") val maxAnswer: Long = 0,
    val method: String = "",
    val url: String = "",
    val headers: Map<String, String> = emptyMap(),
    val form: String? = null,
    val parts: List<Part>? = null,
    val chunk: Chunk? = null,
    /** Only the posts of an upload have it: how many bytes of the file the service has. */
    val received: Long? = null,
    // wait
    val time: Long = 0,
    // store
    val keys: List<String> = emptyList(),
    val args: List<Long> = emptyList(),
    // sign
    val text: String = "",
    // done and failed
    val trace: Trace? = null,
    val msg: String = "",
    val ts: Long? = null,
    val departures: List<Departure> = emptyList(),
    val page: PageInfo? = null,
    val data: T? = null,
    val error: ErrorDetails? = null,
    @SerialName("video_id") val videoId: Long? = null,
)

/** A part of a form with files: a text, or a file. */
@Serializable
internal class Part(
    val name: String,
    val value: String? = null,
    val file: String? = null,
    /** The content type that the ending of its name stands for. */
    val type: String? = null,
    val source: String? = null,
)

/** So many bytes of a file from [offset] on, as they are. */
@Serializable
internal class Chunk(val source: String, val offset: Long, val length: Long)

/** What the engine knows about a page of a list. */
@Serializable
internal class PageInfo(
    val list: String,
    val total: Long? = null,
    val repeated: Boolean = false,
    val next: String? = null,
)

/** What became of a step, if it was no answer. */
@Serializable
internal class Event(
    val event: String,
    val kind: String? = null,
    val message: String? = null,
    val wait: Long? = null,
    val signature: String? = null,
    val data: UploadAddress? = null,
    val status: Int? = null,
    val location: String? = null,
)

/** The time, and how to let it pass. */
internal class Clock(
    val unix: () -> Long = { System.currentTimeMillis() / 1000 },
    val ticks: () -> Long = { (System.nanoTime() - origin) / 1_000_000 },
    val sleep: suspend (Long) -> Unit = { kotlinx.coroutines.delay(it) },
) {
    private companion object {
        // nanoTime alone may be negative.
        val origin = System.nanoTime()
    }
}

/** The engine of one account, with the clock. */
internal class Core(config: String, val clock: Clock) {
    private val engine =
        try {
            lend(config.encodeToByteArray(), ::Engine)
        } catch (refusal: EngineRefusal.Invalid) {
            throw engineJson.decodeFromString<ErrorDetails>(refusal.message.orEmpty()).exception()
        }

    val calls: Long get() = engine.calls().toLong()

    fun begin(call: ByteArray): ByteArray =
        lend(call) { engine.begin(it, clock.unix(), clock.ticks().toULong(), random()) }

    fun request(call: ByteArray): ByteArray = lend(call) { engine.request(it, clock.unix()) }

    fun answer(call: Long, status: Int, retryAfter: Long, body: ByteArray): ByteArray =
        try {
            lend(body) {
                engine.answer(
                    call.toULong(), status.toUShort(), retryAfter, it, clock.unix(), clock.ticks().toULong(), random(),
                )
            }
        } catch (missing: NullPointerException) {
            // Where there is no memory left, JNA writes that to the log and gives null.
            throw OutOfMemoryError("JNA gave null").initCause(missing)
        }

    fun resume(call: Long, event: Event): ByteArray =
        lend(engineJson.encodeToString(Event.serializer(), event).encodeToByteArray()) {
            engine.resume(call.toULong(), it, clock.unix(), clock.ticks().toULong(), random())
        }

    /** Sends nothing from now on. */
    fun stopSending(): Unit = engine.stopSending()

    fun cancel(call: Long): Unit = engine.cancel(call.toULong())

    fun callback(posted: ByteArray): String = lend(posted) { engine.callback(it, clock.unix()) }.decodeToString()

    fun link(link: ByteArray): String = lend(link, engine::link).decodeToString()

    /** For waits of random length. */
    private fun random(): ULong = Random.nextLong(1L shl 53).toULong()
}

/** The header `retry-after` in milliseconds; less than 0 if it says nothing that is understood. */
internal fun retryAfter(header: String?, unix: Long): Long =
    if (header == null) -1 else lend(header.encodeToByteArray()) { baijiayun.ffi.retryAfter(it, unix) }

/** How many bytes most calls and answers have at most. */
private const val SMALL = 64 * 1024

/** Most buffers that are kept. A buffer is only held while the engine works, so more threads than processors need no more. */
private const val KEPT = 64

private val kept = ArrayBlockingQueue<ByteBuffer>(KEPT)
private val made = AtomicInteger()

/** Bytes in memory that the engine can look into while [use] runs. To make such memory costs more than a call. */
private fun <R> lend(bytes: ByteArray, use: (ByteBuffer) -> R): R {
    val buffer = if (bytes.size <= SMALL) keptBuffer() else null
    if (buffer == null) {
        // The memory that Java has for this comes back late, and there is little of it.
        return Memory(bytes.size.coerceAtLeast(1).toLong()).use { memory ->
            memory.write(0, bytes, 0, bytes.size)
            use(memory.getByteBuffer(0, bytes.size.toLong()))
        }
    }
    buffer.clear().put(bytes).flip()
    try {
        return use(buffer)
    } finally {
        // The engine only has the address, which keeps nothing from being collected.
        Reference.reachabilityFence(buffer)
        kept.offer(buffer)
    }
}

/** A buffer that is free; null if all are in use. */
private fun keptBuffer(): ByteBuffer? =
    kept.poll() ?: if (made.get() < KEPT && made.getAndIncrement() < KEPT) ByteBuffer.allocateDirect(SMALL) else null
