package dev.gantry.controller.kube.apps;

import dev.gantry.controller.kube.document.PodDocument;
import java.time.Duration;
import java.time.Instant;

/**
 * The pod at an ordinal of a stateful set.
 *
 * @param revision of the template that it was made of
 * @param over whether it has ended
 * @param ending whether its deletion was asked for
 */
record Occupant(
        int ordinal, String name, String revision, boolean ready, boolean available, boolean over, boolean ending) {

    static final String REVISION = "controller-revision-hash";

    /** The ordinal in the name of a set's pod; -1 for a name that is none. */
    static int ordinalOf(String set, String pod) {
        String digits = pod.startsWith(set + "-") ? pod.substring(set.length() + 1) : "";
        return digits.matches("0|[1-9]\\d{0,8}") ? Integer.parseInt(digits) : -1;
    }

    static Occupant of(String set, PodDocument pod, Duration minReady, Instant now) {
        Member member = Member.of(pod);
        return new Occupant(
                ordinalOf(set, pod.name().name()),
                pod.name().name(),
                pod.meta().labels().getOrDefault(REVISION, ""),
                member.isReady(),
                member.isAvailable(minReady, now),
                pod.isOver(),
                pod.isDeleted());
    }

    boolean isHealthy() {
        return available && !ending && !over;
    }
}
