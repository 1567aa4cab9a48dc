package baijiayun

import java.io.File
import java.io.IOException
import kotlin.random.Random

/** Where the library of the engine is, and how it comes into this process. */
internal object NativeLibrary {
    private const val NAME = "baijiayun_uniffi"
    private const val LIBRARY = "baijiayun.library"
    private const val FOLDER = "baijiayun.tmpdir"

    /** Milliseconds after which a file that was left behind is nobody's any more. */
    private const val LEFT_BEHIND = 3_600_000L

    /** What renames a package renames its name in texts as well, but not how long it was. */
    private val isRenamed get() = Native::class.java.name.length != 16

    private class Problem(val message: String, val hint: String, val cause: Throwable?)

    /** It is loaded once for each class loader: a library file belongs to one, so each writes its own. */
    private val problem: Problem? by lazy { load() }

    /** Sees to it that the engine is there. */
    fun need() {
        val (message, hint) = problem?.let { it.message to it.hint } ?: return
        val text = "the native library of baijiayun cannot be loaded: $message [$hint]"
        throw NativeLibraryException(ErrorDetails(ErrorKind.MISUSE, text, "", message, hint), problem?.cause)
    }

    private fun load(): Problem? {
        val given = System.getProperty(LIBRARY)
        return when {
            isRenamed -> {
                val what = "the package baijiayun was renamed (relocation): its functions are not found for ${Native::class.java.name}"
                Problem(what, "leave the package baijiayun its name", null)
            }
            given != null -> attempt("$given, which the system property $LIBRARY names", "set it to the library of this platform") {
                System.load(File(given).absolutePath)
            }
            // The system unpacks it, and reads it from nowhere else.
            Platform.isAndroid -> attempt(
                "the app has no lib$NAME.so for ${System.getProperty("os.arch")}",
                "depend on the AAR of this package, which has the libraries, and keep this ABI in the app",
            ) { System.loadLibrary(NAME) }
            else -> unpack()
        }
    }

    private fun unpack(): Problem? {
        val platform = Platform.current
        val file = System.mapLibraryName(NAME)
        val elsewhere = "build it from the sources (bindings-uniffi/kotlin/dev native), and set the system property $LIBRARY to its path"
        // Beside the one class that keeps its name.
        val resource = platform?.let { Native::class.java.getResource("native/$it/$file") }
            ?: return Problem("the package has none for ${Platform.described}", elsewhere, null)
        val folder = File(System.getProperty(FOLDER) ?: System.getProperty("java.io.tmpdir").orEmpty())
        val other = "set the system property $FOLDER to a folder where files can be written and run, or $LIBRARY to the path of the library, unpacked"
        val copy = try {
            sweep(folder)
            created(folder, file).also { copy ->
                copy.deleteOnExit()
                resource.openStream().use { from -> copy.outputStream().use { to -> from.copyTo(to) } }
            }
        } catch (error: IOException) {
            return Problem("it cannot be unpacked into $folder: ${words(error)}", other, error)
        }
        return attempt(if (isNoexec(folder)) "nothing in $folder may be run (noexec)" else "$copy", other) {
            try {
                System.load(copy.path)
            } finally {
                // Its memory stays; Windows keeps the file until the process ends.
                copy.delete()
            }
        }
    }

    /** A new file. Java's own function for that has SecureRandom make the name, which takes a tenth of the time of a first call. */
    private fun created(folder: File, file: String): File =
        generateSequence { File(folder, "$PREFIX${Random.nextLong().toULong()}-$file") }.first(File::createNewFile)

    /** Loads it, and sees whether it has the functions of [Native]. */
    private fun attempt(what: String, hint: String, load: () -> Unit): Problem? {
        try {
            load()
        } catch (error: UnsatisfiedLinkError) {
            return Problem("$what: ${words(error)}", hint, error)
        }
        return try {
            Native.quotaScript()
            null
        } catch (error: UnsatisfiedLinkError) {
            Problem("$what: it has none of the functions that are needed", "take the library of this version of the package", error)
        }
    }

    /** Deletes what processes that have ended had to leave behind. */
    private fun sweep(folder: File) {
        val old = System.currentTimeMillis() - LEFT_BEHIND
        folder.listFiles { file -> file.name.startsWith(PREFIX) && file.lastModified() < old }.orEmpty().forEach(File::delete)
    }

    /** Whether the file system is mounted so that no library in it can be loaded. */
    private fun isNoexec(folder: File): Boolean =
        try {
            val mounts = File("/proc/self/mounts").readLines().map { it.split(' ') }.filter { it.size > 3 }
            val path = folder.canonicalPath
            val mount = mounts.filter { (_, place) -> path == place || path.startsWith(place.trimEnd('/') + "/") }.maxByOrNull { it[1].length }
            mount != null && "noexec" in mount[3].split(',')
        } catch (_: IOException) {
            false
        }

    private const val PREFIX = "baijiayun-"
}

/** What this process runs on. */
internal object Platform {
    private val system = System.getProperty("os.name").orEmpty()
    private val processor = System.getProperty("os.arch").orEmpty()

    val isAndroid: Boolean = "android" in System.getProperty("java.runtime.name").orEmpty().lowercase()

    /** In words. */
    val described: String get() = "$system on $processor"

    /** As the folders of the libraries are called; null for one that nobody builds for. */
    val current: String?
        get() {
            val kind = when {
                system.startsWith("Linux") -> if (isMusl()) "linux-musl" else "linux"
                system.startsWith("Mac") -> "macos"
                system.startsWith("Windows") -> "windows"
                else -> return null
            }
            val machine = when (processor) {
                "amd64", "x86_64" -> "x86-64"
                "aarch64", "arm64" -> "aarch64"
                else -> return null
            }
            return "$kind-$machine"
        }

    /** Alpine's C library, which loads no library that was made for glibc. */
    private fun isMusl(): Boolean =
        try {
            File("/proc/self/maps").useLines { lines -> lines.any { "/ld-musl-" in it } }
        } catch (_: IOException) {
            false
        }
}
