package dev.gantry.agent.connection;

import dev.gantry.proto.Desired;
import dev.gantry.proto.DesiredWorkload;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The desired set that this node obeys.
 *
 * @param workloads by {@code scope/id}
 */
public record Obeyed(long epoch, long revision, Map<String, DesiredWorkload> workloads) {

    /** Nobody has told this node anything yet. */
    public static final Obeyed NOTHING = new Obeyed(0, 0, Map.of());

    public Obeyed {
        workloads = Map.copyOf(workloads);
    }

    /** What a message means for who obeys this set. */
    public sealed interface Ruling {
        record Obey(Obeyed newer) implements Ruling {}

        /** It is older than what is obeyed already: a late message, or one of a leader that does not know it was replaced. */
        record Ignore() implements Ruling {}

        /** It builds on a set that this node does not have. */
        record Gap() implements Ruling {}
    }

    public Ruling rule(Desired desired) {
        if (isOlder(desired)) {
            return new Ruling.Ignore();
        }
        if (!desired.getFull() && (desired.getEpoch() != epoch || desired.getBaseRevision() != revision)) {
            return new Ruling.Gap();
        }
        Map<String, DesiredWorkload> next = desired.getFull() ? new LinkedHashMap<>() : new LinkedHashMap<>(workloads);
        desired.getWorkloadsList().forEach(workload -> next.put(name(workload), workload));
        desired.getRemovedList().forEach(next::remove);
        return new Ruling.Obey(new Obeyed(desired.getEpoch(), desired.getRevision(), next));
    }

    private boolean isOlder(Desired desired) {
        return desired.getEpoch() < epoch || (desired.getEpoch() == epoch && desired.getRevision() < revision);
    }

    private static String name(DesiredWorkload workload) {
        return workload.getScope() + "/" + workload.getId();
    }
}
