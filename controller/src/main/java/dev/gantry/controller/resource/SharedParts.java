package dev.gantry.controller.resource;

import com.google.protobuf.AbstractParser;
import com.google.protobuf.Any;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.ExtensionRegistryLite;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import dev.gantry.proto.ContainerStatus;
import dev.gantry.proto.Observation;
import dev.gantry.proto.RunState;
import dev.gantry.proto.Wish;
import dev.gantry.proto.Workload;
import dev.gantry.proto.WorkloadSpec;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Lets workloads that are read from the store share what is equal in them: of a service's tasks that is nearly everything
 * but their names, and an image holds all of them.
 */
final class SharedParts {

    /** The part that was not met for longest goes first; it is only not shared any more. */
    private static final int HELD_MAX = 4_096;

    private final Map<Object, Object> held = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Object, Object> eldest) {
            return size() > HELD_MAX;
        }
    };

    /** Reads workloads whose parts are shared with those that it read before. */
    Parser<Workload> parser() {
        return new AbstractParser<>() {
            @Override
            public Workload parsePartialFrom(CodedInputStream input, ExtensionRegistryLite extensions)
                    throws InvalidProtocolBufferException {
                return shared(Workload.parser().parsePartialFrom(input, extensions));
            }
        };
    }

    private synchronized Workload shared(Workload workload) {
        Workload.Builder shared =
                workload.toBuilder().setScope(one(workload.getScope())).setOwner(one(workload.getOwner()));
        if (workload.hasOrigin()) {
            shared.setOrigin(one(workload.getOrigin(), Any.class));
        }
        if (workload.hasSpec()) {
            shared.setSpec(shared(workload.getSpec(), workload.getId()));
        }
        if (workload.getWish().getDesired() == RunState.RUN && workload.hasWish()) {
            shared.setWish(one(workload.getWish(), Wish.class));
        }
        if (workload.hasPlacement()) {
            shared.getPlacementBuilder().setNode(one(workload.getPlacement().getNode()));
        }
        if (workload.hasObserved()) {
            shared.setObserved(shared(workload.getObserved()));
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

    private String one(String text) {
        return one(text, String.class);
    }

    private <T> T one(T part, Class<T> type) {
        Object known = held.putIfAbsent(part, part);
        return known == null ? part : type.cast(known);
    }
}
