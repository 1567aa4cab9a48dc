package baijiayun

import java.time.DateTimeException
import java.time.Instant
import java.time.LocalDate
import java.time.LocalDateTime
import java.time.OffsetDateTime
import java.time.ZoneOffset
import java.time.ZonedDateTime
import java.time.format.DateTimeFormatter
import java.time.temporal.ChronoUnit

// Times of java.time.

/** The unix time of a point in time; null for anything else. */
internal fun millisOf(time: Any): Long? =
    when (time) {
        is Instant -> millis(time)
        is OffsetDateTime -> millis(time.toInstant())
        is ZonedDateTime -> millis(time.toInstant())
        else -> null
    }

private fun millis(time: Instant): Long =
    try {
        time.toEpochMilli()
    } catch (beyond: ArithmeticException) {
        throw IllegalArgumentException("is a time beyond all calendars", beyond)
    }

/** A day, or a time of day on it, without a time zone; null for anything else. */
internal fun localTime(time: Any): String? =
    when (time) {
        is LocalDateTime -> time.truncatedTo(ChronoUnit.SECONDS).format(DateTimeFormatter.ISO_LOCAL_DATE_TIME)
        is LocalDate -> time.toString()
        else -> null
    }

/** As the service writes points in time as text: in Beijing. */
private val TEXT: DateTimeFormatter = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(ZoneOffset.ofHours(8))

internal fun Instant.written(): String = TEXT.format(this)

/** A point in time that the service wrote; null for none, and for what is no time. */
internal fun instant(written: Any?): Instant? =
    when (written) {
        is Long -> if (written > 0) Instant.ofEpochSecond(written) else null
        is String ->
            try {
                TEXT.parse(written, Instant::from)
            } catch (_: DateTimeException) {
                null
            }
        else -> null
    }
