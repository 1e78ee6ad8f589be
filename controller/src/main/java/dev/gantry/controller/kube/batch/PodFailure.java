package dev.gantry.controller.kube.batch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.pod.PodView;
import dev.gantry.proto.ContainerStatus;
import dev.gantry.proto.Phase;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a failed pod shows for its failure.
 *
 * @param pod its namespace and name
 * @param exits of its containers, and then of its init containers; what ended with its node has no exit code
 */
record PodFailure(String pod, List<Exit> exits, List<Condition> conditions) {

    record Exit(String container, int code) {}

    record Condition(String type, String status) {}

    static PodFailure of(PodDocument pod) {
        List<Exit> exits = new ArrayList<>();
        for (String list : List.of("containers", "initContainers")) {
            pod.spec().path(list).valueStream().flatMap(one -> exit(pod, one)).forEach(exits::add);
        }
        List<Condition> conditions = PodView.conditions(pod)
                .valueStream()
                .map(one -> new Condition(
                        one.path("type").asText(), one.path("status").asText()))
                .toList();
        return new PodFailure(pod.name().namespace() + "/" + pod.name().name(), exits, conditions);
    }

    private static Stream<Exit> exit(PodDocument pod, JsonNode container) {
        String name = container.path("name").asText();
        return pod.record().value().getObserved().getContainersList().stream()
                .filter(seen -> seen.getName().equals(name) && seen.getPhase() == Phase.STOPPED && seen.hasExitCode())
                .map(ContainerStatus::getExitCode)
                .map(code -> new Exit(name, code));
    }
}
