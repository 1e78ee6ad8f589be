package dev.gantry.e2e.faults;

import dev.gantry.e2e.bed.Engine;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** When each container of a task definition's family ran, as the engines noted it. */
record Witness(List<Run> runs) {

    private static final String FAMILY = "com.amazonaws.ecs.task-definition-family";

    record Run(Instant from, Instant to) {

        Duration overlap(Run other) {
            Instant begin = from.isAfter(other.from) ? from : other.from;
            Instant end = to.isBefore(other.to) ? to : other.to;
            return end.isAfter(begin) ? Duration.between(begin, end) : Duration.ZERO;
        }
    }

    /** @param now stands for the end of those that run */
    static Witness of(List<Engine> engines, String family, Instant now) {
        List<Run> runs = new ArrayList<>();
        for (Engine engine : engines) {
            for (String id : engine.containers(FAMILY + "=" + family, true)) {
                String[] told = engine.docker("inspect", "-f", "{{.State.StartedAt}} {{.State.FinishedAt}}", id)
                        .run()
                        .must()
                        .strip()
                        .split(" ");
                Instant from = Instant.parse(told[0]);
                Instant to = Instant.parse(told[1]);
                if (from.isAfter(Instant.EPOCH)) {
                    runs.add(new Run(from, to.isBefore(from) ? now : to));
                }
            }
        }
        return new Witness(runs);
    }

    /** How long two ran at the same time, over all pairs. */
    Duration overlap() {
        Duration sum = Duration.ZERO;
        for (int one = 0; one < runs.size(); one++) {
            for (int other = one + 1; other < runs.size(); other++) {
                sum = sum.plus(runs.get(one).overlap(runs.get(other)));
            }
        }
        return sum;
    }
}
