package dev.gantry.controller.ecs.capacity;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.gantry.proto.EcsTask;
import dev.gantry.proto.PlacementConstraint;
import dev.gantry.proto.Workload;

/** Tasks that are meant for the nodes of one capacity provider. */
public final class ProviderTasks {

    private ProviderTasks() {}

    /** The task, for no other nodes than the provider's. */
    public static Workload meant(Workload task, Provider provider) {
        EcsTask.Builder origin = origin(task).toBuilder().setCapacityProvider(provider.name());
        if (provider.isFargate()) {
            origin.setLaunchType(Provider.FARGATE);
        }
        return on(task, provider).setOrigin(Any.pack(origin.build())).build();
    }

    /** The task, for no other nodes than those of Fargate as a launch type. */
    public static Workload onFargate(Workload task) {
        return on(task, Provider.ofLaunchType()).build();
    }

    private static Workload.Builder on(Workload task, Provider provider) {
        Workload.Builder meant = task.toBuilder();
        meant.getSpecBuilder()
                .addConstraints(PlacementConstraint.newBuilder()
                        .setType(PlacementConstraint.Type.MEMBER_OF)
                        .setExpression(provider.nodes()));
        return meant;
    }

    /** The name of the provider that a task was meant for; empty for none, and for what is no task. */
    public static String provider(Workload workload) {
        return workload.getOrigin().is(EcsTask.class) ? origin(workload).getCapacityProvider() : "";
    }

    private static EcsTask origin(Workload task) {
        try {
            return task.getOrigin().unpack(EcsTask.class);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("task " + task.getId() + " has a broken origin", e);
        }
    }
}
