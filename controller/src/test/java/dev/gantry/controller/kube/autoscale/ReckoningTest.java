package dev.gantry.controller.kube.autoscale;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.kube.autoscale.Reckoning.Result;
import dev.gantry.controller.kube.autoscale.Subject.Life;
import dev.gantry.controller.kube.autoscale.Subject.Value;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The cases of upstream's own table of tests, and of its documentation. Every pod asks for one processor. */
class ReckoningTest {

    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
    private static final Duration WINDOW = Duration.ofSeconds(15);
    private static final Instant LONG_AGO = NOW.minusSeconds(3_600);

    /** One that has served for long. */
    private static Subject pod(String name, Optional<Long> milli) {
        return new Subject(
                name,
                Life.RUNNING,
                Optional.of(LONG_AGO),
                true,
                LONG_AGO,
                Optional.of(1_000L),
                "",
                milli.map(value -> new Value(value, NOW, WINDOW)));
    }

    /** One that does not serve yet. */
    private static Subject unready(String name, long milli) {
        Instant began = NOW.minusSeconds(60);
        Value value = new Value(milli, NOW, WINDOW);
        return new Subject(
                name, Life.RUNNING, Optional.of(began), false, began, Optional.of(1_000L), "", Optional.of(value));
    }

    private static Subject of(Life life, Subject pod) {
        return new Subject(
                pod.name(),
                life,
                pod.started(),
                pod.isReady(),
                pod.readyChanged(),
                pod.request(),
                pod.trouble(),
                pod.value());
    }

    /** @param milli separated by spaces; {@code ?} for a pod of which nothing is known */
    private static List<Subject> pods(String milli) {
        List<Subject> pods = new ArrayList<>();
        for (String one : milli.split(" ")) {
            Optional<Long> value = one.equals("?") ? Optional.empty() : Optional.of(Long.valueOf(one));
            pods.add(pod("p" + pods.size(), value));
        }
        return pods;
    }

    private static int replicas(int current, int percent, List<Subject> pods) {
        return new Reckoning(current, true, pods, NOW).towards(percent) instanceof Result.Proposed(int replicas, var _)
                ? replicas
                : -1;
    }

    @ParameterizedTest
    @CsvSource({
        "3, 30, 300 500 700, 5",
        "4, 100, 400 500 700 800, 3",
        "5, 50, 100 300 500 250 250, 3",
        "2, 50, 1000 1000, 4",
        "3, 100, 1020 1040 1020, 3",
        "3, 100, 980 960 980, 3",
        "3, 100, 1090 1090 1090, 3",
        "3, 100, 1120 1120 1120, 4",
        "2, 100, 0 0, 0"
    })
    void followsTheRatioOfWhatIsUsedToWhatShallBe(int current, int percent, String milli, int replicas) {
        assertThat(replicas(current, percent, pods(milli))).isEqualTo(replicas);
    }

    @ParameterizedTest
    @CsvSource({
        // Down: what is missing uses all that it asks for.
        "4, 100, 100 200 ? ?, 3",
        "4, 50, 100 ? ? ?, 4",
        // Up: what is missing uses nothing.
        "3, 30, 300 500 ?, 3",
        "4, 50, 1000 1000 1000 ?, 6",
        // Neither: the other way is none.
        "2, 50, 300 ?, 2"
    })
    void takesWhatIsMissingSuchThatItDampens(int current, int percent, String milli, int replicas) {
        assertThat(replicas(current, percent, pods(milli))).isEqualTo(replicas);
    }

    @Test
    void takesUnreadyPodsToUseNothingWhenThereShallBeMore() {
        List<Subject> pods = List.of(unready("a", 300), pod("b", Optional.of(500L)), pod("c", Optional.of(700L)));
        assertThat(replicas(3, 30, pods)).isEqualTo(4);
    }

    @Test
    void leavesUnreadyPodsOutWhenThereShallBeFewer() {
        List<Subject> pods = List.of(unready("a", 900), pod("b", Optional.of(100L)), pod("c", Optional.of(100L)));
        assertThat(replicas(3, 50, pods)).isEqualTo(1);
    }

    @Test
    void countsPodsThatWaitAsUnreadyAndThoseThatGoNotAtAll() {
        List<Subject> pods = List.of(
                of(Life.PENDING, pod("a", Optional.empty())),
                of(Life.GOING, pod("b", Optional.of(9_000L))),
                pod("c", Optional.of(600L)));
        assertThat(replicas(4, 30, pods)).isEqualTo(4);
        assertThat(replicas(4, 30, pods.subList(1, 3))).isEqualTo(2);
    }

    @Test
    void trustsNoMeasurementThatReachesBackBeforeThePodWasReady() {
        Subject served = new Subject(
                "a",
                Life.RUNNING,
                Optional.of(NOW.minusSeconds(60)),
                true,
                NOW.minusSeconds(14),
                Optional.of(1_000L),
                "",
                Optional.of(new Value(900, NOW, WINDOW)));
        assertThat(served.part(true, NOW)).isEqualTo(Subject.Part.UNREADY);
        assertThat(served.part(true, NOW.plusSeconds(300))).isEqualTo(Subject.Part.COUNTED);
        assertThat(served.part(false, NOW)).isEqualTo(Subject.Part.COUNTED);
    }

    @Test
    void saysWhyThereIsNothingToSay() {
        Subject silent = new Subject(
                "a",
                Life.RUNNING,
                Optional.of(LONG_AGO),
                true,
                LONG_AGO,
                Optional.empty(),
                "missing request for cpu in container c of Pod a",
                Optional.of(new Value(1, NOW, WINDOW)));
        assertThat(new Reckoning(1, true, List.of(silent), NOW).towards(50))
                .isEqualTo(new Result.Failed("missing request for cpu in container c of Pod a"));
        assertThat(new Reckoning(1, true, List.of(), NOW).towards(50))
                .isEqualTo(new Result.Failed("no pods returned by selector while calculating replica count"));
        assertThat(new Reckoning(1, true, List.of(unready("a", 1)), NOW).towards(50))
                .isEqualTo(new Result.Failed("did not receive metrics for targeted pods (pods might be unready)"));
    }

    @ParameterizedTest
    @CsvSource({"3, 300 500 700, 250, 6", "3, 300 500 700, 500, 3", "2, 100 ?, 300, 2", "2, 900 ?, 300, 3"})
    void followsAnAmountForEachPod(int current, String milli, long goal, int replicas) {
        Result result = new Reckoning(current, false, pods(milli), NOW).towards(new Goal.Average(goal));
        assertThat(result)
                .isInstanceOfSatisfying(
                        Result.Proposed.class,
                        proposed -> assertThat(proposed.replicas()).isEqualTo(replicas));
    }
}
