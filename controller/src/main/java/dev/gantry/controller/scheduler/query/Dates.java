package dev.gantry.controller.scheduler.query;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/**
 * Reads the dates of the query language: a day, or a time with or without an offset; UTC where none
 * is given.
 */
final class Dates {

    private Dates() {}

    static Instant read(String text, int position) {
        try {
            if (text.indexOf('T') < 0) {
                return LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
            }
            boolean hasOffset =
                    text.endsWith("Z") || text.indexOf('+') > 0 || text.lastIndexOf('-') > text.indexOf('T');
            return hasOffset
                    ? OffsetDateTime.parse(text).toInstant()
                    : LocalDateTime.parse(text).toInstant(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            throw new QueryException(
                    position,
                    "expected a date such as 2018-06-18T22:28:28+00:00 or 2018-06-18, found \"" + text + "\"");
        }
    }
}
