package baijiayun

import java.util.logging.Level
import java.util.logging.Logger

/** Only to be reached on the JVM: Android does not have what it uses. `mvn verify` does not look for it there. */
@Retention(AnnotationRetention.BINARY)
@Target(AnnotationTarget.CLASS, AnnotationTarget.FUNCTION, AnnotationTarget.CONSTRUCTOR, AnnotationTarget.FILE, AnnotationTarget.PROPERTY_GETTER)
internal annotation class OnTheJvm

/** What this package says besides its answers: nothing of what is sent, and no address. */
internal abstract class Log {
    fun warn(message: String, error: Throwable? = null): Unit = quietly { writeWarning(message, error) }

    fun debug(message: () -> String): Unit = quietly { writeDebug(message) }

    protected abstract fun writeWarning(message: String, error: Throwable?)

    protected abstract fun writeDebug(message: () -> String)

    /** Loggers are the host's, and no call fails for them. */
    private inline fun quietly(write: () -> Unit) {
        try {
            write()
        } catch (_: Throwable) {
            // There is nobody left to tell.
        }
    }

    companion object {
        val it: Log by lazy { if (Platform.isAndroid) OldLog() else SystemLog() }
    }
}

/** The JVM's own logging, which frameworks lead into theirs. */
@OnTheJvm
private class SystemLog : Log() {
    private val logger: System.Logger = System.getLogger("baijiayun")

    override fun writeWarning(message: String, error: Throwable?): Unit = logger.log(System.Logger.Level.WARNING, message, error)

    override fun writeDebug(message: () -> String) {
        if (logger.isLoggable(System.Logger.Level.DEBUG)) logger.log(System.Logger.Level.DEBUG, message())
    }
}

/** What Android has too; it leads to logcat there. */
private class OldLog : Log() {
    private val logger: Logger = Logger.getLogger("baijiayun")

    override fun writeWarning(message: String, error: Throwable?): Unit = logger.log(Level.WARNING, message, error)

    override fun writeDebug(message: () -> String) {
        if (logger.isLoggable(Level.FINE)) logger.log(Level.FINE, message())
    }
}
