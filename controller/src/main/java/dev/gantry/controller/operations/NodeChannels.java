package dev.gantry.controller.operations;

import dev.gantry.controller.dispatch.AgentChannel;
import dev.gantry.controller.dispatch.Channels;
import dev.gantry.controller.http.HttpRequest;
import dev.gantry.controller.http.HttpResponse;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.RefusedException;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.Leader;
import dev.gantry.proto.OpenChannel;
import dev.gantry.proto.Workload;
import dev.gantry.store.Store;
import java.util.List;
import java.util.Optional;

/** Finds the workload that a call is about, and opens a side channel to its node. Agents are connected to the leader. */
final class NodeChannels {

    private final Store store;
    private final Channels channels;
    private final String controllerId;

    NodeChannels(Store store, Channels channels, String controllerId) {
        this.store = store;
        this.channels = channels;
        this.controllerId = controllerId;
    }

    /** The same request at the leader, when that is somebody else. */
    Optional<HttpResponse> elsewhere(HttpRequest request) {
        return store.snapshot()
                .get(Kinds.LEADER_KEY)
                .map(leader -> leader.value())
                .filter(leader -> !leader.getControllerId().equals(controllerId))
                .map(Leader::getApiUrl)
                .filter(url -> !url.isEmpty())
                .map(url -> Answers.of(307, "NotLeader", "the leader answers this: " + url)
                        .with("Location", url + request.target()));
    }

    /** @throws RefusedException when there is none, or it has no node yet */
    Workload placed(String scope, String id) {
        Workload workload = store.snapshot()
                .get(Kinds.WORKLOAD.key(scope, id))
                .orElseThrow(() -> new RefusedException(
                        RefusedException.Reason.NOT_FOUND, "there is no task " + id + " in cluster " + scope))
                .value();
        if (!Workloads.isPlaced(workload)) {
            throw new RefusedException(
                    RefusedException.Reason.CONFLICT,
                    "task " + id + " has no node yet; gantry why " + id + " says what it waits for");
        }
        return workload;
    }

    /** The container asked for; the only or first essential one when none is. */
    static String container(Workload workload, String asked) {
        List<ContainerSpec> containers = workload.getSpec().getContainersList();
        if (asked.isEmpty()) {
            return containers.stream()
                    .filter(ContainerSpec::getEssential)
                    .findFirst()
                    .orElse(containers.getFirst())
                    .getName();
        }
        if (containers.stream().noneMatch(c -> c.getName().equals(asked))) {
            List<String> names = containers.stream().map(ContainerSpec::getName).toList();
            throw new RefusedException(
                    RefusedException.Reason.NOT_FOUND,
                    "task " + workload.getId() + " has no container " + asked + "; it has " + names);
        }
        return asked;
    }

    AgentChannel open(Workload workload, OpenChannel request) throws InterruptedException {
        return channels.open(workload.getPlacement().getNode(), request);
    }
}
