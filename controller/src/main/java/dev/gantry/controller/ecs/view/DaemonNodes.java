package dev.gantry.controller.ecs.view;

import dev.gantry.controller.ecs.capacity.Provider;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.Workload;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.util.List;
import java.util.function.Predicate;

/** Which live tasks a managed daemon has, and on nodes of which of its capacity providers. */
record DaemonNodes(Snapshot snapshot, List<Workload> tasks) {

    static DaemonNodes of(Snapshot snapshot, EcsService daemon) {
        String owner =
                Kinds.ECS_DAEMON.key(daemon.getCluster(), daemon.getName()).path();
        return new DaemonNodes(
                snapshot,
                snapshot.find(Kinds.LIVE_WORKLOADS_BY_OWNER, owner).stream()
                        .map(Versioned::value)
                        .toList());
    }

    /** Those of a deployment's revision. */
    List<Workload> tasks(String deployment, Predicate<Workload> which) {
        return tasks.stream()
                .filter(task -> TaskView.origin(task).getDeploymentId().equals(deployment))
                .filter(which)
                .toList();
    }

    /** How many of the tasks are on nodes of the provider; each counts once, although both of Fargate may mean its node. */
    int on(String provider, List<String> providers, List<Workload> some) {
        return (int) some.stream()
                .filter(task -> provider(task, providers).equals(provider))
                .count();
    }

    private String provider(Workload task, List<String> providers) {
        return snapshot.get(Kinds.NODE.key("", task.getPlacement().getNode()))
                .flatMap(node -> Provider.ofNode(snapshot, node.value()))
                .filter(providers::contains)
                .orElseGet(() -> providers.stream()
                        .filter(Provider::isFargate)
                        .findFirst()
                        .orElse(""));
    }
}
