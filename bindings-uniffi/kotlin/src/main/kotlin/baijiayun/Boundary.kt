package baijiayun

import java.lang.ref.PhantomReference
import java.lang.ref.ReferenceQueue
import java.time.Duration
import java.util.concurrent.ConcurrentHashMap
import kotlin.random.Random

// What crosses the boundary to the engine. `core/src/host.rs` describes it.

/** What the engine writes. */
private object Told : Types(
    """
    Step step:s call:l timeout:l max_answer:l method:s url:s headers:{s form:s? parts:[Part chunk:Chunk? received:l? time:l why:s failed:Failed? keys:[s
        args:[l text:s trace:Trace? msg:s ts:l? departures:[Departure page:Page? data:r? error:Error? video_id:l?
    Part name:s value:s? file:s? type:s? source:s?
    Chunk source:s offset:l length:l
    Failed kind:s code:l?
    Page list:s total:l? repeated:b next:s?
    Trace attempts:l waited:l store_down:b budget_exhausted:b
    Departure path:s expected:s found:s
    Error kind:s text:s operation:s message:s? hint:s? code:l? ts:l? status:l? faults:[Fault body:s?
        departures:[Departure data:a? retry_after:l?
    Fault parameter:s kind:s message:s
    Uploaded video_id:l status:l? resumes:l
    Posted event:Event? data:r? error:Error?
    Event name:s? qid:s timestamp:l signature:s hold:l key:l departures:[Departure
    Link url:s sign:s? error:Error?
    Found domain:s? partner_id:s? partner_key:s?! paths:{s notes:[s error:Error?
    Signed body:s content_type:s error:Error?
    """,
) {
    override fun make(record: Record, values: Array<Any?>): Any = Members(values).run {
        when (record.type) {
            0 -> Step(this)
            1 -> Part(at(0), at(1), at(2), at(3), at(4))
            2 -> Chunk(at(0), at(1), at(2))
            3 -> Failed(at(0), at(1))
            4 -> PageInfo(at(0), at(1), at(2), at(3))
            5 -> Trace(at<Long>(0).toInt(), at(1), at(2), at(3))
            6 -> Departure(at(0), at(1), at(2))
            7 -> {
                val kind = ErrorKind.named(at(0))
                ErrorDetails(kind, ours(at(1)), at(2), ours(at(3) ?: at(1)), at<String?>(4)?.let(::ours), at(5), at(6), at<Long?>(7)?.toInt(), at(8), at(9), at(10), at(11), at<Long?>(12)?.let(Duration::ofMillis))
            }
            8 -> Fault(at(0), at(1), at(2))
            9 -> UploadedVideo(at(0), at(1), at<Long>(2).toInt())
            10 -> Posted(at(0), at(1), at(2))
            11 -> CallbackMeta(at(0), at(1), at(2), at(3), at(4), at<Long>(5).toInt(), at(6))
            12 -> Made(at(0), at(1), at(2))
            13 -> Found(at(0), at(1), at(2), at(3), at(5))
            else -> Signed(at(0), at(1), at(2))
        }
    }

    val step = of<Step>("Step")
    val error = of<ErrorDetails>("Error")
    val uploaded = of<UploadedVideo>("Uploaded")
    val posted = of<Posted>("Posted")
    val link = of<Made>("Link")
    val found = of<Found>("Found")
    val signed = of<Signed>("Signed")

    /** Words about settings, as these are called here. */
    private fun ours(words: String): String =
        if ('_' in words) Native.inCamelCase(words.encodeToByteArray()).decodeToString() else words
}

internal class Members(private val values: Array<Any?>) {
    // The table says of which type it is.
    @Suppress("UNCHECKED_CAST")
    fun <T> at(index: Int): T = values[index] as T
}

internal fun readStep(written: ByteArray): Step = Told.step.read(Cursor(written))

internal fun readPosted(written: ByteArray): Posted = Told.posted.read(Cursor(written))

internal fun readLink(written: ByteArray): Made = Told.link.read(Cursor(written))

internal fun readFound(written: ByteArray): Found = Told.found.read(Cursor(written))

internal fun readSigned(written: ByteArray): Signed = Told.signed.read(Cursor(written))

/** The data at the end of an upload. */
internal val uploadedVideo: Kind<UploadedVideo> get() = Told.uploaded

/** What is to be done next, whichever it is: `send`, `wait`, `store`, `sign`, `address`, `done` or `failed`. */
internal class Step(private val members: Members) {
    val step: String get() = members.at(0)
    val call: Long get() = members.at(1)

    // send
    val timeout: Long get() = members.at(2)
    val maxAnswer: Long get() = members.at(3)
    val method: String get() = members.at(4)
    val url: String get() = members.at(5)
    val headers: Map<String, String> get() = members.at(6)
    val form: String? get() = members.at(7)
    val parts: List<Part> get() = members.at(8)
    val chunk: Chunk? get() = members.at(9)

    /** Only the posts of an upload have it: how many bytes of the file the service has. */
    val received: Long? get() = members.at(10)

    // wait
    val time: Long get() = members.at(11)
    val why: String get() = members.at(12)
    val failed: Failed? get() = members.at(13)

    // store
    val keys: List<String> get() = members.at(14)
    val args: List<Long> get() = members.at(15)

    // sign
    val text: String get() = members.at(16)

    // done and failed
    val trace: Trace? get() = members.at(17)
    val msg: String get() = members.at(18)
    val ts: Long? get() = members.at(19)
    val departures: List<Departure> get() = members.at(20)
    val page: PageInfo? get() = members.at(21)
    val data: Rest? get() = members.at(22)
    val error: ErrorDetails? get() = members.at(23)
    val videoId: Long? get() = members.at(24)
}

/** A part of a form with files: a text, or a file. */
internal class Part(
    val name: String,
    val value: String?,
    val file: String?,
    /** The content type that the ending of its name stands for. */
    val type: String?,
    val source: String?,
)

/** So many bytes of a file from [offset] on, as they are. */
internal class Chunk(val source: String, val offset: Long, val length: Long)

/** What failed in the attempt that is tried again. */
internal class Failed(val kind: String, val code: Long?)

/** What the engine knows about a page of a list. */
internal class PageInfo(val list: String, val total: Long?, val repeated: Boolean, val next: String?)

/** A callback that was checked, or why it is none. */
internal class Posted(val event: CallbackMeta?, val data: Rest?, val error: ErrorDetails?)

/** A link, or the text to sign for it. */
internal class Made(val url: String, val sign: String?, val error: ErrorDetails?)

/** The account that was found in the environment and in files. */
internal class Found(
    val domain: String?,
    val partnerId: String?,
    val partnerKey: String?,
    val paths: Map<String, String>,
    val error: ErrorDetails?,
)

/** A callback as the service would post it. */
internal class Signed(val body: String, val contentType: String, val error: ErrorDetails?)

/** What became of a step, if it was no answer. */
internal class Event(
    private val event: String,
    val kind: String? = null,
    val message: String? = null,
    private val wait: Long? = null,
    private val signature: String? = null,
    private val data: UploadAddress? = null,
    val status: Int? = null,
    private val location: String? = null,
) {
    /** Why a request had no answer, in the words of [CallEvent.why]. */
    val why: String?
        get() = when (event) {
            "redirect" -> null
            "late" -> "timeout"
            "no_memory" -> "too_large"
            "broken" -> if (kind == "tls" || kind == "unsendable") "connect" else kind
            else -> event
        }

    /** As the engine takes it. */
    val json: String
        get() {
            val members = mapOf(
                "event" to event, "kind" to kind, "message" to message, "wait" to wait, "signature" to signature,
                "data" to data?.written(), "status" to status, "location" to location,
            )
            return jsonOf("", members)
        }
}

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
    private val engine = opened(config)

    init {
        Watch.over(this, engine)
    }

    val calls: Long get() = Native.calls(engine)

    fun begin(call: ByteArray): ByteArray = Native.begin(engine, call, clock.unix(), clock.ticks(), random())

    fun request(call: ByteArray): ByteArray = Native.request(engine, call, clock.unix())

    fun answer(call: Long, status: Int, retryAfter: Long, body: ByteArray): ByteArray =
        Native.answer(engine, call, status, retryAfter, body, clock.unix(), clock.ticks(), random())

    fun resume(call: Long, event: Event): ByteArray =
        Native.resume(engine, call, event.json.encodeToByteArray(), clock.unix(), clock.ticks(), random())

    /** Sends nothing from now on. */
    fun stopSending(): Unit = Native.stopSending(engine)

    fun cancel(call: Long): Unit = Native.cancel(engine, call)

    fun callback(posted: ByteArray): ByteArray = Native.callback(engine, posted, clock.unix())

    fun signedCallback(asked: String): ByteArray = Native.signedCallback(engine, asked.encodeToByteArray())

    fun link(link: String): ByteArray = Native.link(engine, link.encodeToByteArray())

    /** For waits of random length. */
    private fun random(): Long = Random.nextLong(1L shl 53)
}

private fun opened(config: String): Long {
    NativeLibrary.need()
    val engine = LongArray(1)
    Native.open(config.encodeToByteArray(), engine)?.let { refusal -> throw Told.error.read(Cursor(refusal)).exception() }
    return engine[0]
}

/**
 * Drops the engine of a client that nobody has any more. That is looked after when another one is made, which takes no thread
 * that would keep the class loader.
 */
internal class Watch private constructor(core: Core, private val engine: Long) : PhantomReference<Core>(core, gone) {
    companion object {
        private val gone = ReferenceQueue<Core>()
        private val watches: MutableSet<Watch> = ConcurrentHashMap.newKeySet()

        /** How many engines there are. */
        val count: Int get() = watches.size

        fun over(core: Core, engine: Long) {
            generateSequence { gone.poll() as Watch? }.forEach {
                watches -= it
                Native.drop(it.engine)
            }
            watches += Watch(core, engine)
        }
    }
}

/** The header `retry-after` in milliseconds; less than 0 if it says nothing that is understood. */
internal fun retryAfter(header: String?, unix: Long): Long =
    if (header == null) -1 else Native.retryAfter(header.encodeToByteArray(), unix)
