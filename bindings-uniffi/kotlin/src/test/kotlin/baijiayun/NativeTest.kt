package baijiayun

import com.sun.net.httpserver.HttpServer
import java.io.File
import java.lang.ref.WeakReference
import java.net.InetAddress
import java.net.InetSocketAddress
import java.net.URLClassLoader
import java.nio.file.Files
import java.util.concurrent.TimeUnit
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotSame
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** How the library of the engine comes into a process, and what becomes of its engines. */
class NativeTest {
    @Test
    fun `an engine that is no more is an exception`() {
        for (call in listOf({ Native.calls(-1) }, { Native.begin(0, ByteArray(0), 0, 0, 0) }, { Native.cancel(1 shl 30, 1) }, { Native.link(-1, ByteArray(0)) })) {
            assertThrows(IllegalStateException::class.java) { call() }
        }
        Native.drop(-1)
    }

    @Test
    fun `nonsense is answered`() {
        val engine = LongArray(1)
        assertTrue("invalid_account" in Native.open("nonsense".encodeToByteArray(), engine)!!.decodeToString())
        assertEquals(0L, engine[0])
        val core = clientWith(Fake.of(envelope())).runner.core
        assertTrue("unknown_operation" in core.begin(ByteArray(0)).decodeToString())
        assertTrue("misuse" in core.answer(99, -5, -1, ByteArray(0)).decodeToString())
    }

    @Test
    fun `engines of clients that are gone are dropped`() {
        val made = 2_000
        repeat(made) { clientWith(Fake.of(envelope())) }
        val end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20)
        // Java says when it collects, and only then can they go.
        while (Watch.count > made / 10 && System.nanoTime() < end) {
            System.gc()
            clientWith(Fake.of(envelope()))
        }
        assertTrue(Watch.count <= made / 10) { "${Watch.count} are there" }
    }

    @Test
    fun `each class loader has its own`() {
        val places = System.getProperty("java.class.path").split(File.pathSeparator).map { File(it).toURI().toURL() }.toTypedArray()
        val loaders = List(2) { URLClassLoader(places, ClassLoader.getPlatformClassLoader()) }
        val classes = loaders.map { loader ->
            val made = loader.loadClass("baijiayun.BlockingClient").getConstructor(String::class.java, String::class.java, String::class.java)
            made.newInstance("demo", "1", KEY).also { assertEquals("BlockingClient(demo, 1)", it.toString()) }.javaClass
        }
        assertNotSame(classes[0], classes[1])
        loaders.forEach(URLClassLoader::close)
    }

    @Test
    fun `a class loader whose client was closed can go`() {
        val server = HttpServer.create(InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0)
        server.createContext("/") { exchange ->
            exchange.requestBody.readAllBytes()
            val body = """{"code":0,"data":{"room_id":"17"},"msg":"","ts":7}""".encodeToByteArray()
            exchange.sendResponseHeaders(200, body.size.toLong())
            exchange.responseBody.use { it.write(body) }
        }
        server.start()
        val loaders = List(2) { WeakReference(used("http://127.0.0.1:${server.address.port}")) }
        server.stop(0)
        // Java's HTTP client ends its threads some seconds after it was collected, and Java says when that is.
        val end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60)
        while (loaders.any { it.get() != null } && System.nanoTime() < end) {
            System.gc()
        }
        assertEquals(listOf(null, null), loaders.map { it.get() })
    }

    /** A class loader in which a client made a call and was closed. */
    private fun used(url: String): ClassLoader {
        val places = System.getProperty("java.class.path").split(File.pathSeparator).map { File(it).toURI().toURL() }.toTypedArray()
        val loader = URLClassLoader(places, ClassLoader.getPlatformClassLoader())
        val made = loader.loadClass("baijiayun.BlockingClient").getConstructor(String::class.java, String::class.java, String::class.java)
        val client = made.newInstance(url, "1", KEY) as AutoCloseable
        client.use {
            val answer = client.javaClass.getMethod("call", String::class.java, Map::class.java).invoke(client, "room.info", mapOf("room_id" to 17))
            assertTrue("ts=7" in answer.toString()) { "$answer" }
        }
        loader.close()
        return loader
    }

    @Test
    fun `the first use says why there is no library, and what to set`() {
        fun first(vararg options: String): String {
            val java = File(System.getProperty("java.home"), "bin/java").path
            val process = ProcessBuilder(java, *options, "-cp", System.getProperty("java.class.path"), "baijiayun.FirstUse").redirectErrorStream(true).start()
            return process.inputStream.bufferedReader().readText().also { process.waitFor() }
        }
        assertEquals("Client(demo, 1)", first().trim())
        val folder = Files.createTempDirectory("baijiayun-test").toFile()
        try {
            assertEquals("Client(demo, 1)", first("-Dbaijiayun.tmpdir=$folder").trim())
            // Windows lets no library be deleted that a process has: one that begins an hour later does.
            if (File.separatorChar == '/') assertEquals(emptyList<String>(), folder.list()!!.toList())
        } finally {
            folder.deleteRecursively()
        }
        for ((option, said) in mapOf(
            "-Dos.arch=riscv64" to "the package has none for Linux on riscv64",
            "-Dos.name=Plan9" to "the package has none for Plan9 on",
            "-Dbaijiayun.tmpdir=$folder/none" to "it cannot be unpacked into $folder/none",
            "-Dbaijiayun.library=${File(System.getProperty("java.home"), "lib/libjsig.so")}" to
                "${System.getProperty("java.home")}/lib/libjsig.so, which the system property baijiayun.library names: it has none of the functions",
            "-Dbaijiayun.library=/etc/hostname" to "/etc/hostname, which the system property baijiayun.library names",
        )) {
            val text = first(option)
            assertTrue("NativeLibraryException" in text && "the native library of baijiayun cannot be loaded: $said" in text && ("set " in text || "take " in text), text)
        }
    }
}

/** Makes a client in a process of its own, twice. */
object FirstUse {
    @JvmStatic
    fun main(args: Array<String>) {
        try {
            println(Client("demo", "1", KEY))
        } catch (error: BaijiayunException) {
            println(error)
            runBlocking { check(runCatching { Client("demo", "1", KEY) }.exceptionOrNull() is NativeLibraryException) }
        }
    }
}
