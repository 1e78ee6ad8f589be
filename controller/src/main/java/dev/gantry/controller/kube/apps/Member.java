package dev.gantry.controller.kube.apps;

import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.ContainerStatus;
import dev.gantry.proto.Observation;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A pod of a set that has neither ended nor been told to.
 *
 * @param node where it is; empty before it has a place
 * @param readySince empty while it is not ready
 * @param restarts of all its containers
 * @param deletionCost what its user says it costs to lose it
 */
record Member(
        String name,
        String node,
        boolean running,
        Optional<Instant> readySince,
        int restarts,
        Instant created,
        int deletionCost,
        Map<String, String> labels) {

    static Member of(PodDocument pod) {
        Observation observed = pod.record().value().getObserved();
        Optional<Instant> readySince = pod.isReady()
                ? Optional.of(Instant.ofEpochMilli(observed.getContainersList().stream()
                        .mapToLong(ContainerStatus::getReadySinceMs)
                        .reduce(observed.getStartedAtMs(), Math::max)))
                : Optional.empty();
        return new Member(
                pod.name().name(),
                pod.record().value().getPlacement().getNode(),
                Workloads.isRunning(pod.record().value()),
                readySince,
                pod.restarts(),
                Instant.ofEpochMilli(pod.record().value().getCreatedAtMs()),
                cost(pod.deletionCost()),
                pod.labels());
    }

    boolean isPlaced() {
        return !node.isEmpty();
    }

    boolean isReady() {
        return readySince.isPresent();
    }

    /**
     * When it counts as available; empty while it is not ready. Where nothing is to be waited for, since ever: the clock of its node may be
     * ahead.
     */
    Optional<Instant> availableAt(Duration minReady) {
        return readySince.map(since -> minReady.isZero() ? Instant.EPOCH : since.plus(minReady));
    }

    boolean isAvailable(Duration minReady, Instant now) {
        return availableAt(minReady).filter(at -> !at.isAfter(now)).isPresent();
    }

    /** When time alone makes one more of the pods available. */
    static Optional<Instant> nextAvailable(Stream<Member> members, Duration minReady, Instant now) {
        return members.flatMap(member -> member.availableAt(minReady).stream())
                .filter(now::isBefore)
                .min(Instant::compareTo);
    }

    /** What is no number costs nothing. */
    private static int cost(String text) {
        return text.matches("-?\\d{1,9}") ? Integer.parseInt(text) : 0;
    }
}
