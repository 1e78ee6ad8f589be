package dev.gantry.controller.kube.apps;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.owner.Conditions;
import dev.gantry.controller.kube.owner.Counts;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a replica set says of its pods.
 *
 * @param members that it keeps
 * @param made how many it has made just now
 */
record ReplicaSetStatus(KubeDocument set, List<Member> members, int made, Instant now) {

    Duration minReady() {
        return Duration.ofSeconds(set.spec().path("minReadySeconds").asLong());
    }

    /** @param refusal why a pod could not be made, if one was to be made and could not */
    ObjectNode draw(Optional<String> refusal) {
        ObjectNode status = Json.object();
        status.put("replicas", members.size() + made);
        Counts.put(
                status,
                "fullyLabeledReplicas",
                made + members.stream().filter(this::hasAllLabels).count());
        Counts.put(
                status,
                "readyReplicas",
                members.stream().filter(Member::isReady).count());
        Counts.put(
                status,
                "availableReplicas",
                members.stream().filter(one -> one.isAvailable(minReady(), now)).count());
        status.put("observedGeneration", set.meta().generation());
        Conditions.of(set.status(), "").withFailure(refusal, now).writeTo(status);
        return status;
    }

    /** When time alone makes one more available. */
    Optional<Instant> nextAvailable() {
        return Member.nextAvailable(members.stream(), minReady(), now);
    }

    private boolean hasAllLabels(Member member) {
        for (Map.Entry<String, JsonNode> label :
                set.spec().at("/template/metadata/labels").properties()) {
            if (!label.getValue().asText().equals(member.labels().get(label.getKey()))) {
                return false;
            }
        }
        return true;
    }
}
