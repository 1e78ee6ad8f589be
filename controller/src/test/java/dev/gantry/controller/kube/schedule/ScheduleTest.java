package dev.gantry.controller.kube.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScheduleTest {

    /** A Sunday. */
    private static final Instant NOW = Instant.parse("2026-03-01T10:17:30Z");

    @ParameterizedTest
    @CsvSource({
        "*/5 * * * *, 2026-03-01T10:20:00Z, 2026-03-01T10:15:00Z",
        "17 10 * * *, 2026-03-02T10:17:00Z, 2026-03-01T10:17:00Z",
        "0 0 1 1 *, 2027-01-01T00:00:00Z, 2026-01-01T00:00:00Z",
        "30 9 * * mon-fri, 2026-03-02T09:30:00Z, 2026-02-27T09:30:00Z",
        "0 12 * * 7, 2026-03-01T12:00:00Z, 2026-02-22T12:00:00Z",
        "0 0 31 * *, 2026-03-31T00:00:00Z, 2026-01-31T00:00:00Z",
        "0 0 29 feb *, 2028-02-29T00:00:00Z, 2024-02-29T00:00:00Z",
        "0 0 13 * fri, 2026-03-06T00:00:00Z, 2026-02-27T00:00:00Z",
        "5/20 8-11/3 * * *, 2026-03-01T11:05:00Z, 2026-03-01T08:45:00Z",
        "@hourly, 2026-03-01T11:00:00Z, 2026-03-01T10:00:00Z",
        "@weekly, 2026-03-08T00:00:00Z, 2026-03-01T00:00:00Z",
    })
    void findsTheTimesAroundAMoment(String text, Instant after, Instant upTo) {
        Schedule schedule = Schedule.parse(text).orElseThrow();
        assertThat(schedule.after(NOW, ZoneOffset.UTC)).contains(after);
        assertThat(schedule.upTo(NOW, ZoneOffset.UTC)).contains(upTo);
    }

    @Test
    void goesByTheClockOfItsZone() {
        Schedule schedule = Schedule.parse("0 12 * * *").orElseThrow();
        assertThat(schedule.after(NOW, ZoneId.of("Europe/Berlin"))).contains(Instant.parse("2026-03-01T11:00:00Z"));
        Instant summer = Instant.parse("2026-07-01T00:00:00Z");
        assertThat(schedule.after(summer, ZoneId.of("Europe/Berlin"))).contains(Instant.parse("2026-07-01T10:00:00Z"));
    }

    @Test
    void knowsThatSomeDaysNeverCome() {
        assertThat(Schedule.parse("0 0 30 2 *").orElseThrow().after(NOW, ZoneOffset.UTC))
                .isEmpty();
        assertThat(Schedule.parse("0 0 30 2 *").orElseThrow().upTo(NOW, ZoneOffset.UTC))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "* * * *",
                "60 * * * *",
                "* 24 * * *",
                "* * 0 * *",
                "a * * * *",
                "5-1 * * * *",
                "*/0 * * * *",
                "1-2-3 * * * *",
                "1/2/3 * * * *",
                "@often",
                ", * * * *"
            })
    void refusesWhatIsNoSchedule(String text) {
        assertThat(Schedule.parse(text)).isEmpty();
    }
}
