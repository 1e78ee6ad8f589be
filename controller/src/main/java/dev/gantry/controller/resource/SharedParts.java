package dev.gantry.controller.resource;

import com.google.protobuf.Any;
import dev.gantry.proto.ContainerStatus;
import dev.gantry.proto.Observation;
import dev.gantry.proto.RunState;
import dev.gantry.proto.Wish;
import dev.gantry.proto.Workload;
import dev.gantry.proto.WorkloadSpec;
import dev.gantry.store.Kind;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Lets workloads that are read from the store share what is equal in them: of a service's tasks that is nearly everything
 * but their names, and an image holds all of them.
 */
final class SharedParts implements Kind.Sharing<Workload> {

    /** The part that was not met for longest goes first; it is only not shared any more. */
    private static final int HELD_MAX = 4_096;

    private final Map<Object, Object> held = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Object, Object> eldest) {
            return size() > HELD_MAX;
        }
    };

    /** Of most writes the larger part is as it was before, and to compare it is less than to look it up. */
    @Override
    public synchronized Workload shared(@Nullable Workload earlier, Workload read) {
        Workload before = earlier == null ? Workload.getDefaultInstance() : earlier;
        Workload.Builder shared = read.toBuilder()
                .setScope(same(before.getScope(), read.getScope(), String.class))
                .setOwner(same(before.getOwner(), read.getOwner(), String.class));
        if (read.hasOrigin()) {
            shared.setOrigin(same(before.getOrigin(), read.getOrigin(), Any.class));
        }
        if (read.hasSpec()) {
            shared.setSpec(
                    read.getSpec().equals(before.getSpec()) ? before.getSpec() : shared(read.getSpec(), read.getId()));
        }
        if (read.getWish().getDesired() == RunState.RUN && read.hasWish()) {
            shared.setWish(same(before.getWish(), read.getWish(), Wish.class));
        }
        if (read.hasPlacement()) {
            String node = read.getPlacement().getNode();
            shared.getPlacementBuilder().setNode(same(before.getPlacement().getNode(), node, String.class));
        }
        if (read.hasObserved()) {
            shared.setObserved(shared(read.getObserved()));
        }
        return shared.build();
    }

    /** Everything but the labels, one of which names the workload. */
    private WorkloadSpec shared(WorkloadSpec spec, String id) {
        WorkloadSpec common = one(spec.toBuilder().clearLabels().build(), WorkloadSpec.class);
        WorkloadSpec.Builder shared = common.toBuilder();
        // A text that is met once is not worth a place.
        spec.getLabelsMap()
                .forEach((name, value) -> shared.putLabels(one(name), value.contains(id) ? value : one(value)));
        return shared.build();
    }

    private Observation shared(Observation observed) {
        Observation.Builder shared = observed.toBuilder();
        for (ContainerStatus.Builder container : shared.getContainersBuilderList()) {
            container.setName(one(container.getName())).setImageDigest(one(container.getImageDigest()));
        }
        return shared.build();
    }

    private <T> T same(T before, T read, Class<T> type) {
        return read.equals(before) ? before : one(read, type);
    }

    private String one(String text) {
        return one(text, String.class);
    }

    private <T> T one(T part, Class<T> type) {
        Object known = held.putIfAbsent(part, part);
        return known == null ? part : type.cast(known);
    }
}
