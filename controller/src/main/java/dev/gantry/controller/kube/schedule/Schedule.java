package dev.gantry.controller.kube.schedule;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Minutes that are picked by five fields: minute, hour, day of the month, month and day of the week.
 *
 * @param anyDay whether the day of the month is left open; if neither day is, one of them is enough
 */
public record Schedule(
        BitSet minutes, BitSet hours, BitSet days, BitSet months, BitSet weekdays, boolean anyDay, boolean anyWeekday) {

    private static final int YEARS_MAX = 5;
    private static final int SUNDAY = 7;
    private static final Map<String, String> NAMED = Map.of(
            "@yearly", "0 0 1 1 *",
            "@annually", "0 0 1 1 *",
            "@monthly", "0 0 1 * *",
            "@weekly", "0 0 * * 0",
            "@daily", "0 0 * * *",
            "@midnight", "0 0 * * *",
            "@hourly", "0 * * * *");
    private static final List<String> MONTHS =
            List.of("", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");
    private static final List<String> WEEKDAYS = List.of("sun", "mon", "tue", "wed", "thu", "fri", "sat");

    /** Empty for what is no schedule, or picks no minute at all. */
    public static Optional<Schedule> parse(String text) {
        String plain = NAMED.getOrDefault(text.strip(), text.strip());
        String[] fields = plain.split("\\s+");
        if (fields.length != 5) {
            return Optional.empty();
        }
        try {
            BitSet weekdays = new Field(0, SUNDAY, WEEKDAYS).parse(fields[4]);
            if (weekdays.get(SUNDAY)) {
                weekdays.set(0);
            }
            Schedule schedule = new Schedule(
                    new Field(0, 59, List.of()).parse(fields[0]),
                    new Field(0, 23, List.of()).parse(fields[1]),
                    new Field(1, 31, List.of()).parse(fields[2]),
                    new Field(1, 12, MONTHS).parse(fields[3]),
                    weekdays,
                    isOpen(fields[2]),
                    isOpen(fields[4]));
            return Optional.of(schedule);
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }

    private static boolean isOpen(String field) {
        return field.startsWith("*") || field.startsWith("?");
    }

    /** The first picked minute after the moment; empty if there is none for years. */
    public Optional<Instant> after(Instant moment, ZoneId zone) {
        ZonedDateTime time = moment.atZone(zone).truncatedTo(ChronoUnit.MINUTES).plusMinutes(1);
        ZonedDateTime end = time.plusYears(YEARS_MAX);
        while (time.isBefore(end)) {
            if (!months.get(time.getMonthValue())) {
                time = time.truncatedTo(ChronoUnit.DAYS).withDayOfMonth(1).plusMonths(1);
            } else if (!isDay(time)) {
                time = time.truncatedTo(ChronoUnit.DAYS).plusDays(1);
            } else if (!hours.get(time.getHour())) {
                time = time.truncatedTo(ChronoUnit.HOURS).plusHours(1);
            } else if (!minutes.get(time.getMinute())) {
                time = time.plusMinutes(1);
            } else {
                return Optional.of(time.toInstant());
            }
        }
        return Optional.empty();
    }

    /** The last picked minute that is not after the moment; empty if there was none for years. */
    public Optional<Instant> upTo(Instant moment, ZoneId zone) {
        ZonedDateTime time = moment.atZone(zone).truncatedTo(ChronoUnit.MINUTES);
        ZonedDateTime end = time.minusYears(YEARS_MAX);
        while (time.isAfter(end)) {
            if (!months.get(time.getMonthValue())) {
                time = time.truncatedTo(ChronoUnit.DAYS).withDayOfMonth(1).minusMinutes(1);
            } else if (!isDay(time)) {
                time = time.truncatedTo(ChronoUnit.DAYS).minusMinutes(1);
            } else if (!hours.get(time.getHour())) {
                time = time.truncatedTo(ChronoUnit.HOURS).minusMinutes(1);
            } else if (!minutes.get(time.getMinute())) {
                time = time.minusMinutes(1);
            } else {
                return Optional.of(time.toInstant());
            }
        }
        return Optional.empty();
    }

    private boolean isDay(ZonedDateTime time) {
        boolean day = days.get(time.getDayOfMonth());
        boolean weekday = weekdays.get(time.getDayOfWeek().getValue() % SUNDAY);
        return anyDay || anyWeekday ? day && weekday : day || weekday;
    }

    /** @param names of the numbers, from 0 on */
    private record Field(int least, int most, List<String> names) {

        BitSet parse(String text) {
            BitSet picked = new BitSet();
            for (String part : text.split(",", -1)) {
                String[] range = part.split("/", -1);
                int step = range.length > 1 ? number(range[1]) : 1;
                String[] ends = range[0].split("-", -1);
                if (range.length > 2 || ends.length > 2 || step < 1) {
                    throw new NumberFormatException(part);
                }
                boolean all = range[0].equals("*") || range[0].equals("?");
                int first = all ? least : number(ends[0]);
                boolean single = ends.length == 1 && !all && range.length == 1;
                int last = ends.length == 2 ? number(ends[1]) : single ? first : most;
                if (first < least || last > most || first > last) {
                    throw new NumberFormatException(part);
                }
                for (int i = first; i <= last; i += step) {
                    picked.set(i);
                }
            }
            return picked;
        }

        private int number(String text) {
            int named = text.isEmpty() ? -1 : names.indexOf(text.toLowerCase(Locale.ROOT));
            return named >= 0 ? named : Integer.parseInt(text);
        }
    }
}
